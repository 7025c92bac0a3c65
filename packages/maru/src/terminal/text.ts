/** Text measured in character cells: Korean takes two, accents none, styles none. */

export type Align = 'left' | 'right' | 'center'

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with one
const styling = /\u001b\[[0-9;]*m/g
const segmenter = new Intl.Segmenter()

/** First and last code point of the blocks that East Asian fonts draw two cells wide. */
const wideBlocks: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f], // leading jamo
  [0x2e80, 0x303e], // radicals, CJK punctuation
  [0x3041, 0x4dbf], // kana, compatibility jamo, enclosed and compatibility ideographs
  [0x4e00, 0xa4cf], // ideographs, Yi
  [0xa960, 0xa97f], // more leading jamo
  [0xac00, 0xd7a3], // Hangul syllables
  [0xf900, 0xfaff], // compatibility ideographs
  [0xfe30, 0xfe6f], // vertical and small forms
  [0xff01, 0xff60], // full-width forms
  [0xffe0, 0xffe6],
  [0x20000, 0x3fffd], // ideographs beyond 16 bits
]

function clusterWidth(cluster: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u.test(cluster)) return 0
  if (/^\p{Emoji_Presentation}|\ufe0f/u.test(cluster)) return 2
  const point = cluster.codePointAt(0) ?? 0
  return wideBlocks.some(([first, last]) => point >= first && point <= last) ? 2 : 1
}

/** Cells that a line takes up. */
export function displayWidth(text: string): number {
  let width = 0
  for (const { segment } of segmenter.segment(text.replace(styling, ''))) {
    width += clusterWidth(segment)
  }
  return width
}

/** Unstyled text cut to at most `width` cells, with `…` where something is missing. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let out = ''
  let used = 1
  for (const { segment } of segmenter.segment(text)) {
    used += clusterWidth(segment)
    if (used > width) break
    out += segment
  }
  return width > 0 ? `${out}…` : ''
}

/** Text with spaces up to `width` cells. */
export function pad(text: string, width: number, align: Align = 'left'): string {
  const room = Math.max(0, width - displayWidth(text))
  if (align === 'left') return text + ' '.repeat(room)
  if (align === 'right') return ' '.repeat(room) + text
  return ' '.repeat(room >> 1) + text + ' '.repeat(room - (room >> 1))
}
