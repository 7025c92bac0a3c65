/** Text by which equal plain data is recognised. */

/** JSON in which different numbers stay different: JSON itself writes NaN and both infinities as null. */
export function canonical(value: object): string {
  const text = JSON.stringify(value)
  return text.includes('null') ? JSON.stringify(value, spelled) : text
}

function spelled(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}
