/** Mistakes of typing: fingers that hit the key beside, keys pressed twice, left out or in wrong order. */
import { ValueError } from '../../base/error.ts'
import type { Stream } from '../../base/threefry.ts'
import { fromKeys, isSyllable, toKeys } from '../hangul.ts'

/** Rows of the keyboard, each shifted to the right by half a key and more against the one above. */
const QWERTY = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm']
/** The same keys with the Korean layout of two sets. */
const TWO_SETS = ['ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ', 'ㅁㄴㅇㄹㅎㅗㅓㅏㅣ', 'ㅋㅌㅊㅍㅠㅜㅡ']
/** Letters of the Korean layout that take the shift key. */
const SHIFTED: ReadonlyMap<string, string> = new Map(
  [...(['ㅃㅂ', 'ㅉㅈ', 'ㄸㄷ', 'ㄲㄱ', 'ㅆㅅ', 'ㅒㅐ', 'ㅖㅔ'] as const)].map((pair) => [
    pair.slice(0, 1),
    pair.slice(1),
  ]),
)

function neighbourhood(rows: readonly string[]): Map<string, string[]> {
  const near = new Map<string, string[]>()
  rows.forEach((row, y) => {
    ;[...row].forEach((key, x) => {
      const beside = [row[x - 1], row[x + 1]]
      const above = [rows[y - 1]?.[x], rows[y - 1]?.[x + 1]]
      const below = [rows[y + 1]?.[x - 1], rows[y + 1]?.[x]]
      near.set(
        key,
        [...beside, ...above, ...below].filter((each) => each !== undefined),
      )
    })
  })
  return near
}

const NEAR = new Map([...neighbourhood(QWERTY), ...neighbourhood(TWO_SETS)])

/**
 * The keys beside a key, on QWERTY or on the Korean keyboard of two sets; none for other characters.
 *
 * @example neighbours('ㅁ') // ['ㄴ', 'ㅂ', 'ㅈ', 'ㅋ']
 */
export function neighbours(key: string): readonly string[] {
  const lower = key.toLowerCase()
  const near = NEAR.get(SHIFTED.get(key) ?? lower) ?? []
  return key === lower ? near : near.map((each) => each.toUpperCase())
}

/** What goes wrong with a key; a swap with nothing to swap with is a `replace`. */
export type TypoKind = 'replace' | 'delete' | 'double' | 'swap'

const KINDS: readonly TypoKind[] = ['replace', 'delete', 'double', 'swap']

export interface TypoOptions {
  readonly random: Stream
  /** What may go wrong, each as likely as it is often there; all of it unless given. */
  readonly kinds?: readonly TypoKind[]
}

/**
 * A text as it comes out when keys are missed: `replace` by a key beside, `delete`, `double`, `swap`
 * with the next letter. Hangul is typed letter by letter on the keyboard of two sets, so that one
 * wrong key may move consonants between syllables, as it does.
 *
 * @param rate chance of a mistake for each key that types a letter
 * @throws ValueError unless 0 ≤ rate ≤ 1 and there is a kind
 * @example makeTypos('재미있는 영화', { rate: 0.1, random: new Stream(1) })
 */
export function makeTypos(
  text: string,
  { rate, random, kinds = KINDS }: TypoOptions & { readonly rate: number },
): string {
  if (!(rate >= 0 && rate <= 1)) {
    const range = { got: rate, low: 0, high: 1 }
    throw new ValueError('value.range', { op: 'makeTypos', name: 'rate', ...range })
  }
  expectKinds('makeTypos', kinds)
  const keys = [...toKeys(text)]
  const out: string[] = []
  for (let i = 0; i < keys.length; ) {
    const key = keys[i] ?? ''
    const misses = isLetter(key) && random.uniform() < rate
    const [written, taken] = misses ? miss(keys, i, random, kinds) : [[key], 1]
    out.push(...written)
    i += taken
  }
  return typed(out, text)
}

/**
 * A text with exactly one key missed; one without letters stays as it is.
 *
 * @throws ValueError when there is no kind
 * @example makeTypo('영화', { random: new Stream(1), kinds: ['replace'] })
 */
export function makeTypo(text: string, { random, kinds = KINDS }: TypoOptions): string {
  expectKinds('makeTypo', kinds)
  const keys = [...toKeys(text)]
  const letters = [...keys.keys()].filter((i) => isLetter(keys[i]))
  if (letters.length === 0) return text
  const at = letters[random.integer(letters.length)] ?? 0
  const [written, taken] = miss(keys, at, random, kinds)
  return typed([...keys.slice(0, at), ...written, ...keys.slice(at + taken)], text)
}

function expectKinds(op: string, kinds: readonly TypoKind[]): void {
  const strange = kinds.find((kind) => !KINDS.includes(kind))
  if (kinds.length > 0 && strange === undefined) return
  throw new ValueError('typos.kinds', { op, got: strange ?? 'nothing', known: KINDS })
}

function isLetter(key: string | undefined): boolean {
  return key !== undefined && neighbours(key).length > 0
}

/** What is written instead of the key at `i`, and how many keys that takes the place of. */
function miss(
  keys: readonly string[],
  i: number,
  random: Stream,
  kinds: readonly TypoKind[],
): [written: string[], taken: number] {
  const key = keys[i] ?? ''
  const next = keys[i + 1]
  const kind = kinds[random.integer(kinds.length)]
  if (kind === 'delete') return [[], 1]
  if (kind === 'swap' && next !== undefined && next !== key && isLetter(next)) {
    return [[next, key], 2]
  }
  if (kind === 'double') return [[key, key], 1]
  const near = neighbours(key)
  return [[near[random.integer(near.length)] ?? key], 1]
}

/** Syllables of the keys; a text without any is not put together, since its letters stood alone. */
function typed(keys: readonly string[], text: string): string {
  return [...text].some(isSyllable) ? fromKeys(keys.join('')) : keys.join('')
}
