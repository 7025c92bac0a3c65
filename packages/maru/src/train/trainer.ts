/** The trainer: one object with Keras' verbs for a model, its objective and its optimiser. */
import { ValueError } from '../base/error.ts'
import { expectTrainable } from '../data/dataset.ts'
import { applied, type Module } from '../nn/module.ts'
import type { Optimizer } from '../optim/optimizer.ts'
import { compile } from '../tensor/compile.ts'
import { concat } from '../tensor/create.ts'
import { Dial } from '../tensor/dial.ts'
import { Tensor } from '../tensor/tensor.ts'
import type { Loader, Supervised } from './batches.ts'
import {
  type Evaluation,
  type EvaluationOptions,
  evaluateWith,
  type Metrics,
} from './evaluation.ts'
import type { FitOptions, History } from './fit.ts'
import { Loop } from './loop.ts'
import { type LossFn, type Objective, supervised } from './objective.ts'
import type { Penalty } from './penalty.ts'
import { LossScale, type Precision, withCast } from './precision.ts'
import { Steps } from './step.ts'

/** What is made small: a loss of outputs and labels, or a function of model and batch. */
export type Aim<L extends Module, B> =
  | { readonly loss: LossFn; readonly objective?: undefined }
  | { readonly objective: Objective<L, B>; readonly loss?: undefined }

interface Common<M extends Metrics> {
  /** Clips, accumulates, constrains and schedules as it was told; `fit` needs one. */
  readonly optimizer?: Optimizer
  /** What evaluation measures besides the loss, by name. */
  readonly metrics?: M
  /** Terms that training adds to the loss, by name; each is reported. */
  readonly penalties?: Readonly<Record<string, Penalty>>
  /**
   * What the model computes in, over weights in float32. With float16 the loss is scaled, and a step
   * whose gradients overflow stores nothing.
   */
  readonly precision?: Precision
  /** Whether steps are compiled once; otherwise each is recorded anew and may differ from the others. */
  readonly compile?: boolean
}

export type TrainerOptions<
  L extends Module = Module,
  B = Supervised,
  M extends Metrics = Readonly<Record<never, never>>,
> = Common<M> & Aim<L, B>

/**
 * Trains, evaluates and predicts.
 *
 * Steps are compiled once for each structure and size of batches. The next batch is made while a step
 * runs, and losses are read only now and then, so that nothing waits for numbers that nobody looks at.
 *
 * @example
 * const optimizer = new Adam(model.parameters(), { lr: 1e-3 })
 * const trainer = new Trainer(model, { optimizer, loss: crossEntropy, metrics: { accuracy: new Accuracy() } })
 * await trainer.fit(new DataLoader(train, { batchSize: 64, shuffle: true }), { epochs: 5 })
 * const { loss, metrics } = await trainer.evaluate(new DataLoader(test, { batchSize: 256 }))
 */
export class Trainer<
  L extends Module = Module,
  B = Supervised,
  M extends Metrics = Readonly<Record<never, never>>,
> {
  readonly model: L
  readonly optimizer: Optimizer | undefined
  readonly metrics: M
  readonly #scale: LossScale | undefined
  readonly #steps: Steps<L, B>
  readonly #predict: (inputs: Tensor) => Promise<Tensor>

  /** @throws ValueError unless it is told what to make small, in one way */
  constructor(model: L, options: TrainerOptions<L, B, M>) {
    const { optimizer, metrics, penalties = {}, precision = 'float32' } = options
    this.model = model
    this.optimizer = optimizer
    // without metrics M is its default
    this.metrics = metrics ?? ({} as M)
    this.#scale = precision === 'float16' ? new LossScale() : undefined
    this.#steps = new Steps(
      {
        model,
        objective: objectiveOf(options),
        penalties,
        precision: expectPrecision(precision),
        records: options.compile === false,
      },
      this.#scale?.dial ?? new Dial(1),
    )
    this.#predict = compile((inputs: Tensor): Tensor => {
      const given = precision === 'float32' ? inputs : inputs.cast(precision)
      const made = withCast(model, precision, () => applied(model, given))
      return precision === 'float32' ? made : made.cast('float32')
    })
  }

  /**
   * Goes through a loader's batches, epoch after epoch, with a step of the optimiser for each.
   *
   * The model is in training mode meanwhile, and afterwards in the mode that it came in.
   *
   * @throws ValueError when there is no optimiser or no batch, or the loss is no finite number any more
   * @throws DataError when the loader's set is marked as one for testing
   */
  async fit(loader: Loader<B>, options: FitOptions<B> = {}): Promise<History> {
    const { model, optimizer } = this
    if (!optimizer) throw new ValueError('fit.optimizer', {})
    expectTrainable('fit', loader.dataset ?? {}, { allowTest: options.allowTest ?? false })
    const evaluate = (from: Loader<B>, limits: EvaluationOptions = {}): Promise<Evaluation<M>> =>
      this.evaluate(from, options.fastDevRun ? { batches: 1 } : limits)
    const lent = { model, optimizer, steps: this.#steps, scale: this.#scale, evaluate }
    return await new Loop(lent, loader, options.fastDevRun ? dryRun(options) : options).run()
  }

  /**
   * Loss and metrics over all batches, in evaluation mode; penalties are no part of the loss here.
   *
   * @throws ValueError when there is no batch
   */
  evaluate(loader: Loader<B>, options: EvaluationOptions = {}): Promise<Evaluation<M>> {
    const { model, metrics } = this
    return evaluateWith({ steps: this.#steps, model, metrics }, loader, options)
  }

  /**
   * What the model makes of inputs, or of the `inputs` of all batches one after the other.
   *
   * @throws ValueError when there is no batch, or batches have no inputs
   */
  async predict(inputs: Tensor | Loader<{ readonly inputs: Tensor }>): Promise<Tensor> {
    const { model } = this
    const mode = model.training
    model.eval()
    try {
      if (inputs instanceof Tensor) return await this.#predict(inputs)
      const outputs: Tensor[] = []
      for await (const batch of inputs) outputs.push(await this.#predict(batch.inputs))
      if (outputs.length === 0) throw new ValueError('data.empty', { op: 'predict' })
      return concat(outputs, 0)
    } finally {
      model.train(mode)
    }
  }
}

function objectiveOf<L extends Module, B>({ loss, objective }: Aim<L, B>): Objective<L, B> {
  if (objective && !loss) return objective
  if (!loss || objective) throw new ValueError('trainer.aim', {})
  // batches of other kinds are refused when they come
  return supervised(loss) as Objective<L, unknown>
}

function expectPrecision(precision: Precision): Precision {
  if (['float32', 'float16', 'bfloat16'].includes(precision)) return precision
  throw new ValueError('trainer.precision', { got: String(precision) })
}

/** One batch of each kind, and nobody told. */
function dryRun<B>({ validation }: FitOptions<B>): FitOptions<B> {
  return { epochs: 1, steps: 1, ...(validation && { validation }) }
}
