/** Loops and branches: against the same written out, forward, backward and twice backward. */
import { describe, expect, test } from 'vitest'
import { openDevice } from '../../src/backend/devices.ts'
import { sizeOf } from '../../src/base/shape.ts'
import { compile as compileProgram } from '../../src/compiler/compile.ts'
import { launchesOf } from '../../src/compiler/program.ts'
import { order } from '../../src/graph/closed.ts'
import {
  compile,
  cond,
  DTypeError,
  grad,
  type ScanOptions,
  ShapeError,
  scan,
  stack,
  type Tensor,
  TraceError,
  tensor,
  useDevice,
  ValueError,
  vmap,
  whileLoop,
  zeros,
} from '../../src/index.ts'
import { graphOf, programOf } from '../graph/programs.ts'
import { devices } from '../ops/calls.ts'

const wave = (shape: number[], shift = 0): Tensor =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1.3 * i + shift)),
    shape,
  )

async function expectAllClose(got: readonly Tensor[], want: readonly Tensor[]): Promise<void> {
  for (const [i, each] of got.entries()) {
    expect(each.shape).toEqual(want[i]!.shape)
    const [a, b] = [await each.data(), await want[i]!.data()]
    const scale = Math.max(1, ...b.map(Math.abs))
    for (const [at, value] of a.entries()) {
      expect(Math.abs(value - b[at]!)).toBeLessThan(2e-6 * scale)
    }
  }
}

interface Cell {
  readonly weight: Tensor
  readonly input: Tensor
  readonly bias: Tensor
}

const cell: Cell = { weight: wave([4, 4], 1), input: wave([4, 4], 2), bias: wave([4], 3) }

function turn(h: Tensor, x: Tensor): Tensor {
  return h.matmul(cell.weight).add(x.matmul(cell.input)).add(cell.bias).tanh()
}

function looped(h: Tensor, xs: Tensor, options: ScanOptions): Tensor[] {
  const [last, [ys, squares]] = scan(
    (carry: Tensor, x: Tensor): [Tensor, [Tensor, Tensor]] => {
      const next = turn(carry, x)
      return [next, [next, next.square()]]
    },
    h,
    xs,
    options,
  )
  return [last, ys!, squares!]
}

function unrolled(h: Tensor, xs: Tensor, { reverse = false }: ScanOptions): Tensor[] {
  const length = xs.shape[0]!
  const ys: Tensor[] = []
  let carry = h
  for (let i = 0; i < length; i++) {
    const t = reverse ? length - 1 - i : i
    carry = turn(carry, xs.slice(0, t, t + 1).squeeze(0))
    ys[t] = carry
  }
  return [carry, stack(ys), stack(ys.map((y) => y.square()))]
}

const lossOf = ([last, ys, squares]: readonly Tensor[]): Tensor =>
  last!.sum().add(ys!.mul(0.5).sum()).add(squares!.sum())

describe.each(devices)('scan on %s', (device) => {
  const settings: ScanOptions[] = [
    {},
    { reverse: true },
    { checkpoint: true },
    { reverse: true, checkpoint: true },
  ]
  test.each(settings)('%o equals the loop written out', async (options) => {
    useDevice(device)
    const [h, xs] = [wave([3, 4], 4), wave([7, 3, 4], 5)]
    const wrt = [cell.weight, cell.input, cell.bias, h, xs]
    const [a, b] = [looped(h, xs, options), unrolled(h, xs, options)]
    const [first, expected] = [grad(lossOf(a), wrt), grad(lossOf(b), wrt)]
    const twice = (g: readonly Tensor[]): Tensor[] => {
      const sum = g.reduce<Tensor>((total, each) => total.add(each.square().sum()), zeros([]))
      return grad(sum, wrt)
    }
    const [second, expectedSecond] = [twice(first), twice(expected)]
    await expectAllClose([...a, ...first, ...second], [...b, ...expected, ...expectedSecond])
  })

  test('reads parts of its elements where they are at each turn', async () => {
    const xs = wave([5, 3, 4, 2])
    // What is sorted must be in memory: a part of the element, and of the element of the inner loop.
    const upper = (x: Tensor): Tensor => (x.slice(0, 1, 3) as Tensor).sort(0).values
    const [sum, parts] = scan(
      (c: Tensor, x: Tensor) => {
        const [inner, rows] = scan((d: Tensor, y: Tensor) => [d.add(upper(y)), upper(y)], c, x)
        return [inner, rows]
      },
      zeros([2, 2]),
      xs,
    )
    const all = Array.from({ length: 15 }, (_, i) =>
      upper(
        xs
          .reshape([15, 4, 2])
          .slice(0, i, i + 1)
          .squeeze(0),
      ),
    )
    await expectAllClose([sum, parts.reshape([15, 2, 2])], [stack(all).sum(0), stack(all)])
  })

  test('of no turns gives the carry back', async () => {
    useDevice(device)
    const [last, ys] = scan(
      (c: Tensor, x: Tensor): [Tensor, Tensor] => [c.add(x), c],
      wave([2]),
      zeros([0, 2]),
    )
    await expectAllClose([last], [wave([2])])
    expect(ys.shape).toEqual([0, 2])
  })

  test('counts its turns, carries integers, and stacks what does not change', async () => {
    useDevice(device)
    const [[n, sum], [turns, same]] = scan(
      (
        [count, total]: [Tensor, Tensor],
        _: undefined,
        t: Tensor,
      ): [[Tensor, Tensor], [Tensor, Tensor]] => [
        [count.add(1), total.add(t)],
        [t, count],
      ],
      [tensor(new Int32Array([10]), []), zeros([])] as [Tensor, Tensor],
      undefined,
      { length: 4 },
    )
    expect(await n!.item()).toBe(14)
    expect(await sum!.item()).toBe(6)
    expect(await turns!.array()).toEqual([0, 1, 2, 3])
    expect(await same!.array()).toEqual([10, 11, 12, 13])
  })

  test('within scan, and inside a compiled function', async () => {
    useDevice(device)
    const table = compile((start: Tensor) => {
      const [, rows] = scan(
        (i: Tensor, _: undefined): [Tensor, Tensor] => {
          const [, row] = scan(
            (j: Tensor, __: undefined): [Tensor, Tensor] => [j.add(1), j.mul(i)],
            start,
            undefined,
            { length: 3 },
          )
          return [i.add(1), row]
        },
        start,
        undefined,
        { length: 3 },
      )
      return rows
    })
    expect(await (await table(tensor(1))).array()).toEqual([
      [1, 2, 3],
      [2, 4, 6],
      [3, 6, 9],
    ])
    expect(await (await table(tensor(2))).array()).toEqual([
      [4, 6, 8],
      [6, 9, 12],
      [8, 12, 16],
    ])
  })
})

describe('a thousand turns', () => {
  const length = 1000
  const size = 16
  const w = wave([size, size], 1).mul(0.2)
  const run = (h: Tensor, checkpoint: boolean): Tensor => {
    const [last] = scan(
      (carry: Tensor, _: undefined): [Tensor, undefined] => [
        carry.matmul(w).tanh().add(h),
        undefined,
      ],
      h,
      undefined,
      { length, checkpoint },
    )
    return last.sum()
  }

  test('are a few nodes, and their gradient is that of the loop written out', async () => {
    useDevice('wasm')
    const h = wave([8, size])
    const [g] = grad(run(h, false), [h])
    expect(order([g!.node], new Set()).length).toBeLessThan(500)
    let carry = h
    for (let i = 0; i < length; i++) carry = carry.matmul(w).tanh().add(h)
    const [expected] = grad(carry.sum(), [h])
    const [checkpointed] = grad(run(h, true), [h])
    await expectAllClose([g!, checkpointed!], [expected!, expected!])
  })

  test('keep √T carries where that is asked for', () => {
    const h = wave([64, size])
    const arena = (checkpoint: boolean): number => {
      const [g] = grad(run(h, checkpoint), [w])
      return compileProgram(graphOf(g!), openDevice('wasm').target).arenaBytes
    }
    expect(arena(true)).toBeLessThan(arena(false) / 8)
  })
})

/** A cell whose gradient reads what it makes: gates of a product with the carry. */
function gated(h: Tensor, x: Tensor, w: Tensor): Tensor {
  const sums: Tensor = h.matmul(w).add(x)
  const half = sums.shape[1]! / 2
  const [open, made] = [sums.slice(1, 0, half).sigmoid(), sums.slice(1, half).tanh()]
  return open.mul(made).add(h.mul(0.5)) as Tensor
}

describe.each(devices)('values of a turn that its gradient reads, on %s', (device) => {
  const w = wave([4, 8], 1)
  const overTurns = (h: Tensor, xs: Tensor): Tensor => {
    const [last, ys] = scan(
      (carry: Tensor, x: Tensor): [Tensor, Tensor] => {
        const next = gated(carry, x, w)
        return [next, next]
      },
      h,
      xs,
    )
    return last.sum().add(ys.square().sum())
  }
  const writtenOut = (h: Tensor, xs: Tensor): Tensor => {
    const ys: Tensor[] = []
    let carry = h
    for (let t = 0; t < xs.shape[0]!; t++) {
      carry = gated(carry, xs.slice(0, t, t + 1).squeeze(0), w)
      ys.push(carry)
    }
    return carry.sum().add(stack(ys).square().sum())
  }

  test('give the gradient of the loop written out, once, twice and for each example', async () => {
    useDevice(device)
    const [h, xs] = [wave([3, 4], 4), wave([6, 3, 8], 5)]
    const wrt = [w, h, xs]
    const once = [overTurns, writtenOut].map((f) => grad(f(h, xs), wrt))
    const twice = once.map((gradients) => {
      return grad(
        gradients.reduce<Tensor>((sum, g) => sum.add(g.square().sum()), zeros([])),
        wrt,
      )
    })
    await expectAllClose([...once[0]!, ...twice[0]!], [...once[1]!, ...twice[1]!])
    const [many, examples] = [wave([2, 3, 4], 4), wave([2, 6, 3, 8], 5)]
    const each = [overTurns, writtenOut].map((f) => {
      return vmap((a: Tensor, b: Tensor) => grad(f(a, b), [a, b]))(many, examples)
    })
    await expectAllClose(each[0]!, each[1]!)
  })
})

describe('what a turn made, in the loop of its gradient', () => {
  /** Products in each loop of a program. */
  const products = (loss: Tensor, wrt: readonly Tensor[]): number[] => {
    const { body } = programOf(graphOf(...grad(loss, wrt)))
    return body.flatMap((node) => {
      if (node.kind !== 'loop') return []
      const launches = launchesOf(node.body)
      return [launches.filter((it) => it.kind === 'code' && it.kernel?.kind === 'contract').length]
    })
  }
  const [h, w] = [wave([2, 8]), wave([8, 8], 1)]
  const xs = wave([5, 2, 8], 2)

  test('is read where it takes no more memory than the turn does', () => {
    const [, ys] = scan(
      (carry: Tensor, x: Tensor): [Tensor, Tensor] => {
        const next: Tensor = carry.matmul(w).sigmoid().mul(x)
        return [next, next]
      },
      h,
      xs,
    )
    expect(products(ys.sum(), [w])).toEqual([1, 1])
  })

  test('is a part of a product where that alone is read', () => {
    const two = wave([8, 16], 1)
    const [last] = scan(
      (carry: Tensor, x: Tensor): [Tensor, undefined] => {
        const sums: Tensor = carry.matmul(two)
        return [sums.slice(1, 0, 8).sigmoid().mul(sums.slice(1, 8)).add(x), undefined]
      },
      h,
      xs,
    )
    expect(products(last.sum(), [h])).toEqual([1, 1])
  })

  test('is made again where it would take more', () => {
    const wide = wave([8, 24], 1)
    const [last] = scan(
      (carry: Tensor, x: Tensor): [Tensor, undefined] => [
        carry.matmul(wide).sigmoid().matmul(wide.transpose()).mul(x),
        undefined,
      ],
      h,
      xs,
    )
    // the sigmoid's product, and what flows back through both
    expect(products(last.sum(), [h])).toEqual([2, 3])
  })

  test('is made again in a loop that carries nothing, which is one for the sake of memory', () => {
    const [, ys] = scan(
      (_: Tensor[], x: Tensor): [Tensor[], Tensor] => [[], x.matmul(w).sigmoid().neg()],
      [],
      xs,
    )
    expect(products(ys.square().sum(), [xs])).toEqual([1, 2])
  })
})

describe.each(devices)('whileLoop and cond on %s', (device) => {
  test('runs until its condition fails', async () => {
    useDevice(device)
    const [n, turns] = whileLoop(
      ([k]: [Tensor, Tensor]) => k.less(100),
      ([k, i]: [Tensor, Tensor]): [Tensor, Tensor] => [k.mul(2), i.add(1)],
      [tensor(3), tensor(new Int32Array([0]), [])] as [Tensor, Tensor],
    )
    expect([await n!.item(), await turns!.item()]).toEqual([192, 6])
  })

  test('may not run at all', async () => {
    useDevice(device)
    const last = whileLoop(
      (k: Tensor) => k.less(0),
      (k: Tensor) => k.sub(1),
      tensor(3),
    )
    expect(await last.item()).toBe(3)
  })

  test('takes one branch, and its gradient', async () => {
    useDevice(device)
    const x = tensor([1, 2, 3])
    const f = (limit: number): Tensor =>
      cond(
        x.sum().greater(limit),
        (v: Tensor) => v.log(),
        (v: Tensor) => v.exp(),
        x,
      )
    const [yes, no] = [f(0), f(10)]
    const twice = (y: Tensor): Tensor => grad(grad(y.sum(), [x])[0]!.sum(), [x])[0]!
    await expectAllClose(
      [yes, no, grad(yes.sum(), [x])[0]!, grad(no.sum(), [x])[0]!, twice(yes), twice(no)],
      [x.log(), x.exp(), x.pow(-1), x.exp(), x.pow(-2).neg(), x.exp()],
    )
  })
})

describe('mistakes', () => {
  const x = zeros([3, 2])
  const cases: [
    string,
    () => unknown,
    typeof ShapeError | typeof DTypeError | typeof ValueError | typeof TraceError,
  ][] = [
    [
      'a carry of another shape',
      () =>
        scan(
          (c: Tensor, e: Tensor) => [c.add(e).sum(), undefined] as [Tensor, undefined],
          zeros([2]),
          x,
        ),
      ShapeError,
    ],
    [
      'a carry of another dtype',
      () =>
        scan(
          (c: Tensor, _: Tensor) => [c.cast('int32'), undefined] as [Tensor, undefined],
          zeros([2]),
          x,
        ),
      DTypeError,
    ],
    [
      'sequences of different lengths',
      () =>
        scan(
          (c: Tensor, _: [Tensor, Tensor]) => [c, undefined] as [Tensor, undefined],
          zeros([2]),
          [x, zeros([4])] as [Tensor, Tensor],
        ),
      ShapeError,
    ],
    [
      'no length',
      () =>
        scan(
          (c: Tensor, _: undefined) => [c, undefined] as [Tensor, undefined],
          zeros([2]),
          undefined,
        ),
      ValueError,
    ],
    [
      'a condition of many',
      () =>
        whileLoop(
          (c: Tensor) => c.less(1),
          (c: Tensor) => c,
          zeros([2]),
        ),
      ShapeError,
    ],
    [
      'branches of different shapes',
      () =>
        cond(
          tensor(true),
          (c: Tensor) => c,
          (c: Tensor) => c.sum(),
          x,
        ),
      ShapeError,
    ],
    [
      'a value read in a body',
      () =>
        scan(
          (c: Tensor, _: Tensor): [Tensor, undefined] => {
            c.item().catch(() => {})
            return [c, undefined]
          },
          zeros([]),
          zeros([2]),
        ),
      TraceError,
    ],
    [
      'a gradient of a whileLoop',
      () =>
        grad(
          whileLoop(
            (c: Tensor) => c.sum().less(1),
            (c: Tensor) => c.add(1),
            x,
          ).sum(),
          [x],
        ),
      ValueError,
    ],
  ]
  test.each(cases)('%s', (_, call, type) => {
    expect(call).toThrow(type)
  })
})
