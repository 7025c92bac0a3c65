/** One step of training, one batch of evaluation: compiled once for each structure and size of batches. */
import type { Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { pendingCells } from '../runtime/engine.ts'
import { assign, cellLeaf } from '../runtime/realize.ts'
import { compile } from '../tensor/compile.ts'
import type { Dial } from '../tensor/dial.ts'
import { grad } from '../tensor/grad.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Parts } from './batches.ts'
import { expectName, type Objective, type Terms, termsOf } from './objective.ts'
import { type Penalty, penaltyOf } from './penalty.ts'
import { castInputs, type Precision, withCast } from './precision.ts'

type Scalars = Readonly<Record<string, Tensor>>

/** What a step gives: scalars that have values once it has run. */
export type Stepped = {
  readonly loss: Tensor
  /** Terms of the loss, and what else the objective tells, by name. */
  readonly terms: Scalars
  /** Whether loss and gradients were finite, where that decided if anything was stored. */
  readonly good?: Tensor
}

/** What a batch of evaluation gives. */
export type Evaluated = {
  readonly loss: Tensor
  readonly terms: Scalars
  readonly outputs?: Tensor
  readonly targets?: Tensor
}

type Compiled<R> = (...tensors: readonly Tensor[]) => Promise<R>

/** What all batches have in common. */
export interface StepSettings<L extends Module, B> {
  readonly model: L
  readonly objective: Objective<L, B>
  readonly penalties: Readonly<Record<string, Penalty>>
  readonly precision: Precision
  /** Whether every step is recorded anew, so that it may differ from the others. */
  readonly records: boolean
}

/** Functions on batches of one trainer, compiled. */
export class Steps<L extends Module, B> {
  readonly #settings: StepSettings<L, B>
  readonly #train = new Map<string, Compiled<Stepped>>()
  readonly #evaluate = new Map<string, Compiled<Evaluated>>()
  /** Factor on the loss of guarded steps, whose gradients are divided by it. */
  readonly scale: Dial

  constructor(settings: StepSettings<L, B>, scale: Dial) {
    for (const name of Object.keys(settings.penalties)) expectName(name)
    this.#settings = settings
    this.scale = scale
  }

  /** Queues a step of the optimiser before it returns; a guarded one stores nothing unless it is finite. */
  train(batch: Parts<B>, optimizer: Optimizer, guarded: boolean): Promise<Stepped> {
    const { tensors, structure, rebuild } = batch
    const body = (given: readonly Tensor[]): Stepped => {
      const { loss, terms } = this.#penalised(this.#told(rebuild(given)))
      if (guarded) return { loss, terms, good: this.#guardedStep(loss, optimizer) }
      optimizer.step(loss)
      return { loss, terms }
    }
    return this.#compiled(this.#train, `${structure}${guarded}`, body)(...tensors)
  }

  /** Loss, terms and, if they are wanted, what metrics compare. */
  evaluate({ tensors, structure, rebuild }: Parts<B>, wantsOutputs: boolean): Promise<Evaluated> {
    const body = (given: readonly Tensor[]): Evaluated => {
      const { loss, terms, outputs, targets } = this.#told(rebuild(given))
      if (!wantsOutputs || !outputs || !targets) return { loss, terms }
      return { loss, terms, outputs, targets }
    }
    return this.#compiled(this.#evaluate, `${structure}${wantsOutputs}`, body)(...tensors)
  }

  #compiled<R extends Stepped | Evaluated>(
    known: Map<string, Compiled<R>>,
    key: string,
    body: (tensors: readonly Tensor[]) => R,
  ): Compiled<R> {
    const make = (): Compiled<R> => {
      const made: (...tensors: readonly Tensor[]) => Promise<unknown> = compile(
        (...tensors: readonly Tensor[]): Stepped | Evaluated => body(tensors),
      )
      // compiled functions give what they were recorded to give
      return made as Compiled<R>
    }
    if (this.#settings.records) return make()
    const found = known.get(key) ?? make()
    known.set(key, found)
    return found
  }

  #told(batch: B): Terms {
    const { model, objective, precision } = this.#settings
    return withCast(model, precision, () => {
      return termsOf(objective(model, castInputs(batch, precision)))
    })
  }

  /** The loss with penalties on the float32 weights; its parts by name. */
  #penalised({ loss: data, terms }: Terms): { readonly loss: Tensor; readonly terms: Scalars } {
    const { penalties, model } = this.#settings
    const own = Object.entries(penalties).map(
      ([name, penalty]) => [name, penaltyOf(name, penalty, model)] as const,
    )
    if (own.length === 0) return { loss: data, terms }
    const loss = own.reduce((sum, [, each]) => sum.add(each.cast(sum.dtype)), data)
    return { loss, terms: { data, ...terms, ...Object.fromEntries(own) } }
  }

  #guardedStep(loss: Tensor, optimizer: Optimizer): Tensor {
    const { parameters } = optimizer
    const scale = this.scale.tensor(loss.dtype)
    const gradients = grad(loss.mul(scale), parameters)
    const good = gradients.reduce(
      (all: Tensor, each) => all.logicalAnd(each.isFinite().all()),
      loss.isFinite(),
    )
    parameters.forEach(({ cell }, i) => {
      const gradient: Tensor | undefined = gradients[i]
      cell.gradient = gradient?.div(scale.cast(gradient.dtype)).node
    })
    optimizer.step()
    optimizer.zeroGrad()
    guardWrites(good)
    return good
  }
}

/** Makes every write that waits one that changes nothing unless a condition holds. */
function guardWrites(good: Tensor): void {
  for (const cell of [...pendingCells()]) {
    if (!cell.pending) continue
    const [next, before] = [new Tensor(cell.pending), new Tensor(cellLeaf(cell))]
    assign(cell, good.where(next, before).node)
  }
}
