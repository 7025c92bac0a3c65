/** Powers and products, which every engine rounds alike. */

/** `∏ᵢ factor(i)` for i = 1 … n; the product after the last takes one multiplication. */
export function runningProduct(factor: (index: number) => number): (n: number) => number {
  let count = 0
  let value = 1
  return (n) => {
    if (n < count) {
      count = 0
      value = 1
    }
    for (; count < n; count++) value *= factor(count + 1)
    return value
  }
}

/** `baseⁿ` by a running product. */
export function powerOf(base: number): (n: number) => number {
  return runningProduct(() => base)
}
