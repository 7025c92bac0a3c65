/** Discrete Fourier transforms of any length in float64, with the same bits everywhere. */
import { cos, sin } from './trigonometry.ts'

/** Factors that have butterflies; a length with another prime is a convolution. */
const RADICES = [4, 2, 3, 5, 7, 11, 13]
/** Lengths whose tables are kept. */
const MOST_PLANS = 16

const plans = new Map<number, Transform>()

/** A transform of one length: `X[k] = Σⱼ x[j] · e^(−2πi·jk/n)`, in place, unscaled. */
interface Transform {
  forward(re: Float64Array, im: Float64Array): void
}

/** Transforms a line in place; unscaled both ways. The inverse has the other sign in its exponent. */
export function fourier(re: Float64Array, im: Float64Array, inverse: boolean): void {
  // exchanging the parts before and after turns the sign around
  if (inverse) planOf(re.length).forward(im, re)
  else planOf(re.length).forward(re, im)
}

function planOf(length: number): Transform {
  const plan = plans.get(length) ?? makePlan(length)
  plans.delete(length)
  plans.set(length, plan)
  for (const oldest of plans.keys()) {
    if (plans.size <= MOST_PLANS) break
    plans.delete(oldest)
  }
  return plan
}

function makePlan(length: number): Transform {
  const radices = radicesOf(length)
  return radices ? new MixedRadix(length, radices) : new Chirp(length)
}

/** The passes of a length; nothing if a prime factor has no butterfly. */
function radicesOf(length: number): number[] | undefined {
  const radices: number[] = []
  let rest = length
  for (const radix of RADICES) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix)
  }
  return rest === 1 ? radices : undefined
}

/** cos and sin of 2πk/n for k from 0 to n − 1, from angles of at most an eighth of a turn. */
class Circle {
  readonly cos: Float64Array
  readonly sin: Float64Array

  constructor(n: number) {
    this.cos = new Float64Array(n)
    this.sin = new Float64Array(n)
    for (let k = 0; k < n; k++) {
      const quarter = Math.floor((4 * k) / n)
      const part = 4 * k - quarter * n
      const far = 2 * part > n
      const angle = (Math.PI / 2) * ((far ? n - part : part) / n)
      const [c, s] = far ? [sin(angle), cos(angle)] : [cos(angle), sin(angle)]
      this.cos[k] = [c, -s, -c, s][quarter] as number
      this.sin[k] = [s, c, -s, -c][quarter] as number
    }
  }
}

/**
 * Stockham's transform: passes between two buffers that leave the result in order.
 *
 * @see Van Loan 1992, Computational Frameworks for the Fast Fourier Transform, 1.7
 */
class MixedRadix implements Transform {
  readonly #length: number
  readonly #radices: readonly number[]
  readonly #circle: Circle
  readonly #spareRe: Float64Array
  readonly #spareIm: Float64Array

  constructor(length: number, radices: readonly number[]) {
    this.#length = length
    this.#radices = radices
    this.#circle = new Circle(length)
    this.#spareRe = new Float64Array(length)
    this.#spareIm = new Float64Array(length)
  }

  forward(re: Float64Array, im: Float64Array): void {
    let from = { re, im }
    let to = { re: this.#spareRe, im: this.#spareIm }
    let stride = 1
    for (const radix of this.#radices) {
      if (radix === 4) this.#four(from, to, stride)
      else if (radix === 2) this.#two(from, to, stride)
      else this.#pass(from, to, stride, radix)
      const last = from
      from = to
      to = last
      stride *= radix
    }
    if (from.re === re) return
    re.set(from.re)
    im.set(from.im)
  }

  #two(x: Complexes, y: Complexes, stride: number): void {
    const { cos, sin } = this.#circle
    const half = this.#length / 2
    for (let p = 0; p < half; p += stride) {
      const [c, s] = [cos[p] as number, -(sin[p] as number)]
      for (let a = p, b = p + half, to = 2 * p; a < p + stride; a++, b++, to++) {
        const [ar, ai] = [x.re[a] as number, x.im[a] as number]
        const [br, bi] = [x.re[b] as number, x.im[b] as number]
        const [dr, di] = [ar - br, ai - bi]
        y.re[to] = ar + br
        y.im[to] = ai + bi
        y.re[to + stride] = dr * c - di * s
        y.im[to + stride] = dr * s + di * c
      }
    }
  }

  #four(x: Complexes, y: Complexes, stride: number): void {
    const { cos, sin } = this.#circle
    const quarter = this.#length / 4
    for (let p = 0; p < quarter; p += stride) {
      const [c1, s1] = [cos[p] as number, -(sin[p] as number)]
      const [c2, s2] = [cos[2 * p] as number, -(sin[2 * p] as number)]
      const [c3, s3] = [cos[3 * p] as number, -(sin[3 * p] as number)]
      for (let a = p, to = 4 * p; a < p + stride; a++, to++) {
        const [b, c, d] = [a + quarter, a + 2 * quarter, a + 3 * quarter]
        const acr = (x.re[a] as number) + (x.re[c] as number)
        const aci = (x.im[a] as number) + (x.im[c] as number)
        const bdr = (x.re[b] as number) + (x.re[d] as number)
        const bdi = (x.im[b] as number) + (x.im[d] as number)
        const aMinusCr = (x.re[a] as number) - (x.re[c] as number)
        const aMinusCi = (x.im[a] as number) - (x.im[c] as number)
        const bMinusDr = (x.re[b] as number) - (x.re[d] as number)
        const bMinusDi = (x.im[b] as number) - (x.im[d] as number)
        y.re[to] = acr + bdr
        y.im[to] = aci + bdi
        turn(y, to + stride, aMinusCr + bMinusDi, aMinusCi - bMinusDr, c1, s1)
        turn(y, to + 2 * stride, acr - bdr, aci - bdi, c2, s2)
        turn(y, to + 3 * stride, aMinusCr - bMinusDi, aMinusCi + bMinusDr, c3, s3)
      }
    }
  }

  /** A pass of any radix r, by the definition of a transform of length r. */
  #pass(x: Complexes, y: Complexes, stride: number, radix: number): void {
    const { cos, sin } = this.#circle
    const n = this.#length
    const share = n / radix
    for (let p = 0; p < share; p += stride) {
      for (let j = 0; j < radix; j++) {
        const [c, s] = [cos[j * p] as number, -(sin[j * p] as number)]
        for (let q = 0; q < stride; q++) {
          let [sumRe, sumIm] = [0, 0]
          for (let k = 0; k < radix; k++) {
            const at = ((j * k) % radix) * share
            const [wr, wi] = [cos[at] as number, -(sin[at] as number)]
            const [xr, xi] = [x.re[p + q + k * share] as number, x.im[p + q + k * share] as number]
            sumRe += xr * wr - xi * wi
            sumIm += xr * wi + xi * wr
          }
          turn(y, radix * p + j * stride + q, sumRe, sumIm, c, s)
        }
      }
    }
  }
}

interface Complexes {
  readonly re: Float64Array
  readonly im: Float64Array
}

/** Stores a complex number times another. */
function turn(y: Complexes, to: number, re: number, im: number, c: number, s: number): void {
  y.re[to] = re * c - im * s
  y.im[to] = re * s + im * c
}

/**
 * A transform of any length as a convolution with a chirp: jk = (j² + k² − (k − j)²)/2.
 *
 * @see Bluestein 1970, IEEE Trans. Audio Electroacoustics 18(4), 451-455
 */
class Chirp implements Transform {
  readonly #inner: Transform
  /** e^(−πi·k²/n). */
  readonly #chirp: Complexes
  /** Transform of the conjugate chirp, divided by the inner length. */
  readonly #kernel: Complexes
  readonly #re: Float64Array
  readonly #im: Float64Array

  constructor(length: number) {
    let inner = 1
    while (inner < 2 * length - 1) inner *= 2
    this.#inner = planOf(inner)
    const circle = new Circle(2 * length)
    const chirp = { re: new Float64Array(length), im: new Float64Array(length) }
    const kernel = { re: new Float64Array(inner), im: new Float64Array(inner) }
    for (let k = 0; k < length; k++) {
      const at = (k * k) % (2 * length)
      const [c, s] = [circle.cos[at] as number, circle.sin[at] as number]
      chirp.re[k] = c
      chirp.im[k] = -s
      for (const place of [k, (inner - k) % inner]) {
        kernel.re[place] = c / inner
        kernel.im[place] = s / inner
      }
    }
    this.#inner.forward(kernel.re, kernel.im)
    this.#chirp = chirp
    this.#kernel = kernel
    this.#re = new Float64Array(inner)
    this.#im = new Float64Array(inner)
  }

  forward(re: Float64Array, im: Float64Array): void {
    const { re: cr, im: ci } = this.#chirp
    const work = { re: this.#re, im: this.#im }
    work.re.fill(0)
    work.im.fill(0)
    for (let k = 0; k < re.length; k++) {
      turn(work, k, re[k] as number, im[k] as number, cr[k] as number, ci[k] as number)
    }
    this.#inner.forward(work.re, work.im)
    const { re: kr, im: ki } = this.#kernel
    for (let k = 0; k < work.re.length; k++) {
      turn(work, k, work.re[k] as number, work.im[k] as number, kr[k] as number, ki[k] as number)
    }
    this.#inner.forward(work.im, work.re)
    const result = { re, im }
    for (let k = 0; k < re.length; k++) {
      turn(result, k, work.re[k] as number, work.im[k] as number, cr[k] as number, ci[k] as number)
    }
  }
}
