/** Convolution over two axes and its gradients by direct loops in float64: the definition, with nothing shared. */

/** A map or a set of kernels: [first, second, height, width], row by row. */
export interface Block {
  readonly shape: readonly [number, number, number, number]
  readonly data: Float64Array
}

export interface Loops {
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  readonly groups: number
  readonly flip: boolean
}

export function block(shape: Block['shape'], values?: ArrayLike<number>): Block {
  const size = shape.reduce((product, extent) => product * extent, 1)
  return { shape, data: values ? Float64Array.from(values) : new Float64Array(size) }
}

const at = ({ shape: [, b, c, d] }: Block, i: number, j: number, y: number, x: number): number =>
  ((i * b + j) * c + y) * d + x

/** Visits every product of the sum: which input element meets which weight at which output. */
function visit(
  [input, weight, output]: readonly [Block, Block, Block],
  { stride, padding, dilation, groups, flip }: Loops,
  product: (inputAt: number, weightAt: number, outputAt: number) => void,
): void {
  const [examples, channels, height, width] = output.shape
  const [, , rows, columns] = input.shape
  const [, inner, kernelRows, kernelColumns] = weight.shape
  for (let n = 0; n < examples; n++)
    for (let o = 0; o < channels; o++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let c = 0; c < inner; c++)
            for (let i = 0; i < kernelRows; i++)
              for (let j = 0; j < kernelColumns; j++) {
                const row = y * stride + i * dilation - padding
                const column = x * stride + j * dilation - padding
                if (row < 0 || row >= rows || column < 0 || column >= columns) continue
                const group = Math.floor((o * groups) / channels)
                const [ki, kj] = flip ? [kernelRows - 1 - i, kernelColumns - 1 - j] : [i, j]
                product(
                  at(input, n, group * inner + c, row, column),
                  at(weight, o, c, ki, kj),
                  at(output, n, o, y, x),
                )
              }
}

/** The output, and the gradients of its product with a cotangent. */
export function convolved(
  input: Block,
  weight: Block,
  cotangentOf: (size: number) => readonly number[],
  loops: Loops,
): { output: Block; cotangent: Block; inputGrad: Block; weightGrad: Block } {
  const { stride, padding, dilation } = loops
  const count = (extent: number, kernel: number): number =>
    Math.floor((extent + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1
  const [n, , h, w] = input.shape
  const [o, , kh, kw] = weight.shape
  const output = block([n, o, count(h, kh), count(w, kw)])
  const cotangent = block(output.shape, cotangentOf(output.data.length))
  const [inputGrad, weightGrad] = [block(input.shape), block(weight.shape)]
  visit([input, weight, output], loops, (a, b, c) => {
    output.data[c]! += input.data[a]! * weight.data[b]!
    inputGrad.data[a]! += weight.data[b]! * cotangent.data[c]!
    weightGrad.data[b]! += input.data[a]! * cotangent.data[c]!
  })
  return { output, cotangent, inputGrad, weightGrad }
}
