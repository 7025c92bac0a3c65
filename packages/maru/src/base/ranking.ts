/** Places of scores among others. */

/**
 * How many elements come before one: larger ones, and equal ones of a lower index, as in `argmax`. NaN comes
 * before all numbers.
 */
export function rankOf(scores: ArrayLike<number>, index: number): number {
  const own = scores[index] ?? 0
  let rank = 0
  for (let i = 0; i < scores.length; i++) {
    const value = scores[i] ?? 0
    if (i === index) continue
    const isAlike = value === own || (Number.isNaN(value) && Number.isNaN(own))
    const isAbove = value > own || (Number.isNaN(value) && !Number.isNaN(own))
    if (isAbove || (isAlike && i < index)) rank++
  }
  return rank
}
