/** Connectionist temporal classification: labels in order, but not in time. */
import { expectOptions } from '../base/argument.ts'
import { dtypes } from '../base/dtype.ts'
import { DTypeError, ValueError } from '../base/error.ts'
import { at, expectInteger } from '../base/shape.ts'
import { scan } from './control.ts'
import { stack } from './create.ts'
import { checkKnown } from './known.ts'
import { findKnown } from './loss-labels.ts'
import {
  asFloat,
  expectAxes,
  expectReduction,
  expectShape,
  type LossOptions,
  type Reduced,
  type Reduction,
  reduced,
} from './loss-terms.ts'
import { nodeOf } from './nodes.ts'
import { Tensor } from './tensor.ts'

const NONE = Number.NEGATIVE_INFINITY

export interface CtcOptions<R extends Reduction> extends LossOptions<R> {
  /** The class that stands for no label; 0 by default. */
  readonly blank?: number
  /** A target that does not fit its input has an infinite loss; count it as 0, without gradient. */
  readonly zeroInfinity?: boolean
}

/**
 * Negative log likelihood of label sequences under frames of log-probabilities, over all alignments:
 * frames repeat labels or say blank. A mean divides each loss by its target's length first.
 *
 * The recursion over frames runs in log space as one loop; labels outside the classes make the loss NaN.
 *
 * @shape logProbs [T, N, C], targets [N, S], inputLengths and targetLengths [N] → [], or [N] without reduction
 * @dtype logProbs float, all others of any integer dtype
 * @throws ShapeError when they do not fit, ValueError for known lengths beyond T or S, or a blank that is no class
 * @see Graves and others 2006, https://www.cs.toronto.edu/~graves/icml_2006.pdf
 */
export function ctcLoss<R extends Reduction = 'mean'>(
  logProbs: Tensor,
  targets: Tensor,
  inputLengths: Tensor,
  targetLengths: Tensor,
  options: CtcOptions<R> = {},
): Reduced<R> {
  const op = 'ctcLoss'
  const logp = asFloat(op, logProbs)
  expectAxes(op, logp, 3, '[T, N, C]')
  const { shape } = logp.node
  if (shape.length > 3) expectShape(op, 'logProbs', logp, shape.slice(-3))
  const [frames, rows, classes] = [at(shape, 0), at(shape, 1), at(shape, 2)]
  const { blank = 0, zeroInfinity = false } = expectOptions(op, options)
  expectInteger(op, 'blank', blank, 0)
  if (blank >= classes) throw new ValueError('loss.blank', { op, blank, classes })
  const ids = integers(op, targets)
  expectAxes(op, ids, 2, '[N, S]')
  const longest = at(ids.node.shape, 1)
  expectShape(op, 'targets', ids, [rows, longest])
  const heard = lengths(op, 'inputLengths', inputLengths, rows, frames)
  const said = lengths(op, 'targetLengths', targetLengths, rows, longest)

  const path = blanked(ids, said, blank)
  const last = alignments(logp, path, heard, blank)
  const end = said.mul(2).unsqueeze(1)
  const isWhole = last.takeAlongAxis(end, { axis: 1 })
  const before = last.takeAlongAxis(end.sub(1).maximum(0), { axis: 1 })
  const isLabelled = end.greater(0)
  const total = logSum(isWhole, isLabelled.where(before, NONE)).squeeze(1).neg()
  const losses = zeroInfinity ? total.equal(Number.POSITIVE_INFINITY).where(0, total) : total
  if (expectReduction(op, options) !== 'mean') return reduced(op, losses, options)
  return reduced(op, losses.div(said.maximum(1)), options)
}

function integers(op: string, value: unknown): Tensor {
  const node = nodeOf(op, value)
  if (dtypes[node.dtype].kind === 'int') return new Tensor(node).cast('int32')
  throw new DTypeError('labels.dtype', { op, dtype: node.dtype })
}

/** Lengths of N sequences, none beyond `most` where that can be seen. */
function lengths(op: string, name: string, value: unknown, rows: number, most: number): Tensor {
  const given = integers(op, value)
  expectShape(op, name, given, [rows])
  checkKnown(nodeOf(op, value), (data) => {
    const { row, label } = findKnown(data, (length) => length < 0 || length > most)
    if (row >= 0) throw new ValueError('loss.length', { op, name, got: label, most })
  })
  return given
}

/** The labels of each row with blanks around and between them, blanks behind. [N, S] → [N, 2S + 1] */
function blanked(ids: Tensor, said: Tensor, blank: number): Tensor {
  const [rows, longest] = [at(ids.node.shape, 0), at(ids.node.shape, 1)]
  const isSaid = ids.positionsOver([1]).less(said.unsqueeze(1))
  const labels = isSaid.where(ids, blank)
  const both = stack([labels.mul(0).add(blank), labels], 2).reshape([rows, 2 * longest])
  return both.pad(
    [
      [0, 0],
      [0, 1],
    ],
    blank,
  )
}

/**
 * After a row's last frame, the logarithm of the probability of all ways to each place of its path.
 *
 * Before the first frame one stands at the first blank; a step stays, goes on by one place, or leaps a
 * blank between two different labels.
 *
 * @shape logp [T, N, C], path [N, L] → [N, L]
 */
function alignments(logp: Tensor, path: Tensor, heard: Tensor, blank: number): Tensor {
  const [frames, length] = [at(logp.node.shape, 0), at(path.node.shape, 1)]
  const [rows] = path.node.shape
  const emitted = logp.gather(path.unsqueeze(0).expand([frames, rows ?? 0, length]), { axis: 2 })
  const before = (x: Tensor, by: number, value: number): Tensor =>
    x
      .pad(
        [
          [0, 0],
          [by, 0],
        ],
        value,
      )
      .slice(1, 0, length)
  const mayLeap = path.notEqual(blank).logicalAnd(path.notEqual(before(path, 2, blank)))
  const start = path.positionsOver([1]).equal(0).where(0, NONE).cast(logp.dtype)
  const [last] = scan(
    (ways: Tensor, frame: Tensor, t: Tensor) => {
      const one = before(ways, 1, NONE)
      const two = mayLeap.where(before(ways, 2, NONE), NONE)
      const next = logSum(ways, one, two).add(frame)
      return [t.less(heard).unsqueeze(1).where(next, ways), []]
    },
    start,
    emitted,
  )
  return last
}

/** `log Σ eˣ` over operands, −∞ where all are, and then without a gradient. */
function logSum(first: Tensor, ...rest: Tensor[]): Tensor {
  const top = rest.reduce((most, x) => most.maximum(x.stopGradient()), first.stopGradient())
  const isNone = top.equal(NONE)
  const shift = isNone.where(0, top)
  const sum = rest.reduce((total, x) => total.add(x.sub(shift).exp()), first.sub(shift).exp())
  return isNone.where(NONE, isNone.where(1, sum).log().add(shift))
}
