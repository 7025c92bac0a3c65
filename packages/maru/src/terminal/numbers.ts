/** Numbers and times as people read them. */

/** `1234567` as `1,234,567`, to the nearest integer. */
export function showCount(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A value to `digits` significant digits, without an exponent where that stays short. */
export function showValue(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value)
  const size = Math.abs(value)
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) return value.toExponential(digits - 2)
  if (Number.isInteger(value)) return String(value)
  const text = value.toPrecision(digits)
  return text.includes('e') ? String(Math.round(value)) : text
}

/** Items a second: three digits below ten, whole numbers above. */
export function showRate(perSecond: number): string {
  return perSecond < 10 ? showValue(perSecond, 3) : showCount(perSecond)
}

/** `0:07`, `12:34`, `1:02:03`. */
export function showClock(seconds: number): string {
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  if (parts[0] === 0) parts.shift()
  return parts.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':')
}

/** `0.8 s`, `42 s`, then as a clock. */
export function showSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  return seconds < 99.5 ? `${Math.round(seconds)} s` : showClock(seconds)
}
