/** Fourier transforms. Complex numbers are a last axis of two: the real and the imaginary part. */

import { expectNumber, expectOptions } from '../base/argument.ts'
import { ShapeError, ValueError } from '../base/error.ts'
import { at, expectInteger, normalizeAxis } from '../base/shape.ts'
import { showAny } from '../base/show.ts'
import * as p from '../primitives/index.ts'
import { apply, floating, nodeOf, numeric } from './nodes.ts'
import { SelectTensor } from './select.ts'
import type { Tensor } from './tensor.ts'

/** Which direction is divided: the inverse by n, both by √n, or the forward one by n. */
export type Norm = 'backward' | 'ortho' | 'forward'

interface Scaled {
  readonly norm?: Norm
}

/** Options of transforms along one axis. */
export interface FourierOptions extends Scaled {
  /** Length of the transform: the axis is cut or filled up with zeros. */
  readonly n?: number
  /** The axis of the numbers, the last one unless given; the axis of their parts is not counted. */
  readonly axis?: number
}

function scaleOf(op: string, norm: Norm, n: number, inverse: boolean): number {
  if (norm === 'ortho') return 1 / Math.sqrt(n)
  if (norm !== 'backward' && norm !== 'forward') {
    throw new ValueError('fourier.norm', { op, got: showAny(norm) })
  }
  return inverse === (norm === 'backward') ? 1 / n : 1
}

function expectComplex(op: string, value: unknown): void {
  const { shape } = nodeOf(op, value)
  if (shape.at(-1) !== 2) throw new ShapeError('complex.pair', { op, shape })
}

/** Cut or filled up with zeros to a length. */
function fitted(x: Tensor, axis: number, n: number): Tensor {
  const size = at(x.node.shape, axis)
  if (size > n) return x.slice(axis, 0, n)
  return size === n
    ? x
    : x.pad(x.node.shape.map((_: number, i: number) => [0, i === axis ? n - size : 0]))
}

/** A transform, and its name in messages. */
interface Call {
  readonly op: string
  readonly inverse: boolean
}

function transformed({ op, inverse }: Call, x: Tensor, options: FourierOptions): Tensor {
  expectComplex(op, x)
  const axis = normalizeAxis(op, expectOptions(op, options).axis ?? -1, x.node.shape.slice(0, -1))
  const n = expectInteger(op, 'n', options.n ?? at(x.node.shape, axis), 1)
  const scale = scaleOf(op, options.norm ?? 'backward', n, inverse)
  return fitted(x, axis, n).fourier({ axis, inverse, scale })
}

export abstract class FourierTensor extends SelectTensor {
  /** `scale · Σⱼ x[j] · e^(∓2πi·jk/n)` along an axis of complex numbers. */
  fourier(attrs: {
    readonly axis: number
    readonly inverse: boolean
    readonly scale: number
  }): Tensor {
    const { axis, inverse, scale } = expectOptions('fourier', attrs)
    expectComplex('fourier', this)
    const checked = {
      axis: normalizeAxis('fourier', axis, this.node.shape.slice(0, -1)),
      inverse: Boolean(inverse),
      scale: expectNumber('fourier', 'scale', scale),
    }
    return this.wrap(apply(p.fourier, [floating(this.node)], checked))
  }

  /**
   * Discrete Fourier transform of complex numbers, `X[k] = Σⱼ x[j] · e^(−2πi·jk/n)`.
   *
   * @shape [..., n, 2] → the same, for the last axis; the 2 are real and imaginary parts
   * @dtype float32 is transformed in float64 and rounded once
   * @throws ShapeError without an axis of parts
   * @see Cooley & Tukey 1965, Math. Comp. 19, 297-301
   */
  fft(this: Tensor, options: FourierOptions = {}): Tensor {
    return transformed({ op: 'fft', inverse: false }, this, options)
  }

  /**
   * The inverse of `fft`, `x[j] = 1/n · Σₖ X[k] · e^(2πi·jk/n)`.
   *
   * @shape [..., n, 2] → the same
   */
  ifft(this: Tensor, options: FourierOptions = {}): Tensor {
    return transformed({ op: 'ifft', inverse: true }, this, options)
  }

  /** `fft` along the last two axes of complex numbers. @shape [..., m, n, 2] → the same */
  fft2(this: Tensor, options: Scaled = {}): Tensor {
    const { norm = 'backward' } = expectOptions('fft2', options)
    const call = { op: 'fft2', inverse: false }
    return transformed(call, transformed(call, this, { norm }), { norm, axis: -2 })
  }

  /** The inverse of `fft2`. @shape [..., m, n, 2] → the same */
  ifft2(this: Tensor, options: Scaled = {}): Tensor {
    const { norm = 'backward' } = expectOptions('ifft2', options)
    const call = { op: 'ifft2', inverse: true }
    return transformed(call, transformed(call, this, { norm }), { norm, axis: -2 })
  }

  /**
   * `fft` of real numbers: the first half of it, since the rest are its conjugates.
   *
   * @shape [..., n] → [..., ⌊n/2⌋ + 1, 2]
   */
  rfft(this: Tensor, options: FourierOptions = {}): Tensor {
    const { shape } = this.node
    const axis = normalizeAxis('rfft', expectOptions('rfft', options).axis ?? -1, shape)
    const n = expectInteger('rfft', 'n', options.n ?? at(shape, axis), 1)
    const real = fitted(this, axis, n).unsqueeze(-1)
    const pairs = real.pad([...shape.map((): [number, number] => [0, 0]), [0, 1]])
    const call = { op: 'rfft', inverse: false }
    return transformed(call, pairs, { ...options, axis, n }).slice(axis, 0, Math.floor(n / 2) + 1)
  }

  /**
   * The inverse of `rfft`: n real numbers from the first half of their transform.
   *
   * Imaginary parts where the transform of real numbers has none are ignored.
   *
   * @shape [..., m, 2] → [..., n]; n is 2(m − 1) unless given
   */
  irfft(this: Tensor, options: FourierOptions = {}): Tensor {
    expectComplex('irfft', this)
    const { shape } = this.node
    const axis = normalizeAxis(
      'irfft',
      expectOptions('irfft', options).axis ?? -1,
      shape.slice(0, -1),
    )
    const n = expectInteger('irfft', 'n', options.n ?? 2 * (at(shape, axis) - 1), 1)
    const half = fitted(this.wrap(floating(this.node)), axis, Math.min(n, Math.floor(n / 2) + 1))
    // Each number but the first and the middle one stands for its conjugate as well.
    const place = half.positionsOver([axis])
    const isAlone = place.equal(0).maximum(place.mul(2).equal(n))
    const whole = isAlone.where(half, half.mul(2))
    const call = { op: 'irfft', inverse: true }
    return transformed(call, whole, { ...options, axis, n })
      .slice(-1, 0, 1)
      .squeeze(-1)
  }

  /** Product of complex numbers. @shape [..., 2], [..., 2] → broadcast */
  complexMul(this: Tensor, other: Tensor): Tensor {
    expectComplex('complexMul', this)
    expectComplex('complexMul', other)
    const [x, y]: [Tensor, Tensor] = [this.wrap(numeric(this.node)), this.wrap(numeric(other.node))]
    const [a, b] = [x.slice(-1, 0, 1), x.slice(-1, 1, 2)]
    const [c, d] = [y.slice(-1, 0, 1), y.slice(-1, 1, 2)]
    const re: Tensor = a.mul(c).sub(b.mul(d))
    const im: Tensor = a.mul(d).add(b.mul(c))
    const place: Tensor = this.wrap(apply(p.iota, [], { shape: [2], axis: 0, dtype: 'int32' }))
    return place.equal(0).where(re, im)
  }

  /**
   * Magnitude of complex numbers, without overflow; its gradient at 0 is 0.
   *
   * @shape [..., 2] → [...]
   */
  complexAbs(this: Tensor): Tensor {
    expectComplex('complexAbs', this)
    const largest = this.stopGradient().abs().max(-1, { keepDims: true })
    const isPlain = largest.greater(0).minimum(largest.less(Number.POSITIVE_INFINITY))
    const unit = isPlain.where(largest, 1)
    const square = this.div(unit).square().sum(-1)
    const isZero = square.equal(0)
    const root = isZero.where(1, square).sqrt().mul(unit.squeeze(-1))
    return isZero.where(0, root)
  }
}
