/** The discrete Fourier transform of complex numbers, which are a last axis of two: re and im. */
import { fourier as transform } from '../base/fourier.ts'
import { at } from '../base/shape.ts'
import type { Routine } from '../graph/primitive.ts'
import { expectKind, input } from './build.ts'
import { eachLine, raised, stepAlong } from './lines.ts'

/**
 * `out[k] = scale · Σⱼ x[j] · e^(∓2πi·jk/n)` along an axis, in float64, rounded once.
 *
 * The adjoint of the transform is the other direction with the same scale.
 */
export const fourier: Routine<{
  readonly axis: number
  readonly inverse: boolean
  readonly scale: number
}> = {
  trait: 'routine',
  name: 'fourier',
  lift: raised,
  infer(inputs) {
    const { shape, dtype } = input(inputs, 0)
    expectKind('fft', dtype, 'float')
    return { shape, dtype }
  },
  evaluate(inputs, { axis, inverse, scale }, out) {
    const { data, shape } = input(inputs, 0)
    const lines = shape.slice(0, -1)
    const length = at(lines, axis)
    const step = stepAlong(lines, axis)
    const [re, im] = [new Float64Array(length), new Float64Array(length)]
    eachLine(lines, lines, axis, (start) => {
      for (let i = 0; i < length; i++) {
        const pair = 2 * (start + i * step)
        re[i] = data[pair] as number
        im[i] = data[pair + 1] as number
      }
      transform(re, im, inverse)
      for (let i = 0; i < length; i++) {
        const pair = 2 * (start + i * step)
        out.data[pair] = scale * (re[i] as number)
        out.data[pair + 1] = scale * (im[i] as number)
      }
    })
  },
  vjp: (g, { attrs: { axis, inverse, scale } }) => [g.fourier({ axis, inverse: !inverse, scale })],
}
