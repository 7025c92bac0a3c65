/** Noise in texts: what typing fingers do, and words that go missing. */
import type { Stream } from '../../base/threefry.ts'
import type { Transform } from './compose.ts'
import { expectWithin } from './sample.ts'

/** What a slip does to a character, and to the one behind it. */
type Slip = (characters: readonly string[], i: number) => readonly [written: string, read: number]

const SLIPS: readonly Slip[] = [
  () => ['', 1],
  (characters, i) => [`${characters[i]}${characters[i]}`, 1],
  (characters, i) => [`${characters[i + 1] ?? ''}${characters[i]}`, 2],
]

/**
 * Leaves out, doubles or exchanges with its successor each character with probability p.
 *
 * Characters are code points; white space stays where it is.
 */
export function randomTypos({ p = 0.05 }: { readonly p?: number } = {}): Transform<string> {
  expectWithin('randomTypos', 'p', p, [0, 1])
  return (text, random) => {
    const characters = [...text]
    let written = ''
    for (let i = 0; i < characters.length; ) {
      const [next, read] = slip(characters, i, p, random)
      written += next
      i += read
    }
    return written
  }
}

function slip(
  characters: readonly string[],
  i: number,
  p: number,
  random: Stream,
): readonly [string, number] {
  const own = characters[i] ?? ''
  if (isSpace(own) || random.uniform() >= p) return [own, 1]
  // nothing to exchange with at the end of a word
  const slips = isSpace(characters[i + 1] ?? ' ') ? 2 : 3
  return SLIPS[random.integer(slips)]?.(characters, i) ?? [own, 1]
}

function isSpace(character: string): boolean {
  return /^\s*$/.test(character)
}

/** Leaves out each word with probability p; if all would go, one of them stays. */
export function wordDropout({ p = 0.1 }: { readonly p?: number } = {}): Transform<string> {
  expectWithin('wordDropout', 'p', p, [0, 1])
  return (text, random) => {
    const words = wordsOf(text)
    const kept = words.filter(() => random.uniform() >= p)
    if (kept.length > 0 || words.length === 0) return kept.join(' ')
    return words[random.integer(words.length)] ?? ''
  }
}

/**
 * Exchanges two words that stand anywhere, `count` times.
 *
 * @see Wei & Zou 2019, https://arxiv.org/abs/1901.11196
 */
export function wordSwap({ count = 1 }: { readonly count?: number } = {}): Transform<string> {
  expectWithin('wordSwap', 'count', count, [0, Number.MAX_SAFE_INTEGER])
  return (text, random) => {
    const words = wordsOf(text)
    for (let turn = 0; turn < count && words.length > 1; turn++) {
      const i = random.integer(words.length)
      const j = (i + 1 + random.integer(words.length - 1)) % words.length
      const held = words[i] ?? ''
      words[i] = words[j] ?? ''
      words[j] = held
    }
    return words.join(' ')
  }
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
