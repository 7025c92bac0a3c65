/** Dates and numbers as people write them, with what they mean: small tasks of translation. */
import { ValueError } from '../../base/error.ts'
import { expectInteger } from '../../base/shape.ts'
import { showAny } from '../../base/show.ts'
import type { Stream } from '../../base/threefry.ts'
import { ArrayDataset } from '../sets.ts'
import { roomFor, source } from './source.ts'

/** A text and its translation. */
export interface TextPair {
  readonly text: string
  readonly target: string
}

const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
]
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const KOREAN_DAYS = ['일', '월', '화', '수', '목', '금', '토']

interface Day {
  readonly year: number
  readonly month: number
  readonly day: number
  /** 0 for Sunday. */
  readonly weekday: number
}

const two = (n: number): string => String(n).padStart(2, '0')

/** The forms of a date that a text may take. */
export const dateForms: readonly ((date: Day) => string)[] = [
  ({ year, month, day }) => `${day} ${MONTHS[month - 1]} ${year}`,
  ({ year, month, day }) => `${MONTHS[month - 1]} ${day}, ${year}`,
  ({ year, month, day }) => `${MONTHS[month - 1]?.slice(0, 3).toLowerCase()} ${day}, ${year}`,
  ({ year, month, day, weekday }) => `${DAYS[weekday]}, ${MONTHS[month - 1]} ${day}, ${year}`,
  ({ year, month, day }) => `${month}/${day}/${two(year % 100)}`,
  ({ year, month, day }) => `${two(day)}.${two(month)}.${year}`,
  ({ year, month, day }) => `${year}년 ${month}월 ${day}일`,
  ({ year, month, day, weekday }) => `${year}년 ${month}월 ${day}일 ${KOREAN_DAYS[weekday]}요일`,
  ({ year, month, day }) => `${year}. ${month}. ${day}.`,
]

/**
 * Dates from 1970 to 2069 in English and Korean forms, and the same as `2024-05-07`.
 *
 * @example generateDates(2).at(0) // one of its forms and its target, as { text: '7 May 2024', target: '2024-05-07' }
 */
export function generateDates(
  count: number,
  { seed = 0 }: { readonly seed?: number } = {},
): ArrayDataset<TextPair> {
  roomFor('generateDates', count, 1)
  const root = source('dates', seed)
  const records = Array.from({ length: count }, (_, i) => {
    const random = root.fork(i)
    const date = drawDay(random)
    const form = dateForms[random.integer(dateForms.length)]
    const target = `${date.year}-${two(date.month)}-${two(date.day)}`
    return { text: form?.(date) ?? target, target }
  })
  return new ArrayDataset(records)
}

/** Days of 100 years from 1970-01-01 on, a Thursday. */
const MOST_DAYS = 36_525

function drawDay(random: Stream): Day {
  const days = random.integer(MOST_DAYS)
  const date = new Date(days * 86_400_000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: (4 + days) % 7,
  }
}

/** How numbers are read: English; Korean of Chinese origin (일, 이, 삼); native Korean (하나, 둘, 셋). */
export type NumberSystem = 'english' | 'korean' | 'native'

const ONES = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
  ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen'],
  ...['eighteen', 'nineteen'],
]
const TENS = [
  ...['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'],
]
const GROUPS = ['', ' thousand', ' million', ' billion', ' trillion']

const KOREAN_DIGITS = [...'영일이삼사오육칠팔구']
const KOREAN_PLACES = ['', '십', '백', '천']
const KOREAN_GROUPS = ['', '만', '억', '조']

const NATIVE_ONES = ['', '하나', '둘', '셋', '넷', '다섯', '여섯', '일곱', '여덟', '아홉']
const NATIVE_TENS = ['', '열', '스물', '서른', '마흔', '쉰', '예순', '일흔', '여든', '아흔']

const MOST: Readonly<Record<NumberSystem, number>> = {
  english: 999_999_999_999_999,
  korean: Number.MAX_SAFE_INTEGER,
  native: 99,
}

/**
 * A number in words.
 *
 * @throws ValueError unless an integer from 0 (native Korean: 1) to the largest that the system names:
 * 10¹⁵ − 1 in English, 2⁵³ − 1 in Korean, 99 in native Korean
 * @example numberWords(21_000, 'korean') // '이만천'
 */
export function numberWords(n: number, system: NumberSystem): string {
  const low = system === 'native' ? 1 : 0
  if (typeof system !== 'string' || !Object.hasOwn(MOST, system)) {
    throw new ValueError('numbers.system', { got: showAny(system), known: Object.keys(MOST) })
  }
  const high = MOST[system]
  if (!Number.isSafeInteger(n) || n < low || n > high) {
    throw new ValueError('value.range', { op: 'numberWords', name: 'n', got: n, low, high })
  }
  if (system === 'english') return english(n)
  if (system === 'korean') return korean(n)
  return `${NATIVE_TENS[Math.floor(n / 10)]}${NATIVE_ONES[n % 10]}`
}

function english(n: number): string {
  if (n === 0) return 'zero'
  const parts: string[] = []
  for (let group = 0, rest = n; rest > 0; group++, rest = Math.floor(rest / 1000)) {
    if (rest % 1000 > 0) parts.unshift(`${hundreds(rest % 1000)}${GROUPS[group]}`)
  }
  return parts.join(' ')
}

function hundreds(n: number): string {
  const rest = n % 100
  const small = rest < 20 ? ONES[rest] : [TENS[Math.floor(rest / 10)], ...ones(rest % 10)].join('-')
  if (n < 100) return small ?? ''
  return [`${ONES[Math.floor(n / 100)]} hundred`, ...(rest === 0 ? [] : [small])].join(' ')
}

function ones(n: number): string[] {
  return n === 0 ? [] : [ONES[n] ?? '']
}

function korean(n: number): string {
  if (n === 0) return '영'
  let out = ''
  for (let group = 0, rest = n; rest > 0; group++, rest = Math.floor(rest / 10_000)) {
    const four = rest % 10_000
    if (four === 0) continue
    // 만 alone says ten thousand; 일억 and 일조 are said in full
    const one = group === 1 && four === 1 && rest === 1
    out = `${one ? '' : fourDigits(four)}${KOREAN_GROUPS[group]}${out}`
  }
  return out
}

function fourDigits(n: number): string {
  let out = ''
  for (let place = 0, rest = n; rest > 0; place++, rest = Math.floor(rest / 10)) {
    const digit = rest % 10
    if (digit === 0) continue
    const named = digit === 1 && place > 0 ? '' : KOREAN_DIGITS[digit]
    out = `${named}${KOREAN_PLACES[place]}${out}`
  }
  return out
}

/**
 * Numbers in words, and their digits.
 *
 * Numbers of few digits are as frequent as those of many.
 *
 * @param systems readings that occur, all equally often
 * @param most the largest number; native Korean ends at 99 anyway
 * @example generateNumberWords(100, { systems: ['korean', 'native'] })
 */
export function generateNumberWords(
  count: number,
  {
    systems = ['english', 'korean', 'native'],
    most = 999_999,
    seed = 0,
  }: {
    readonly systems?: readonly NumberSystem[]
    readonly most?: number
    readonly seed?: number
  } = {},
): ArrayDataset<TextPair> {
  expectInteger('generateNumberWords', 'most', most, 1)
  roomFor('generateNumberWords', count, 1)
  const root = source('numberWords', seed)
  const digits = String(most).length
  const records = Array.from({ length: count }, (_, i) => {
    const random = root.fork(i)
    const system = systems[random.integer(systems.length)] ?? 'english'
    const limit = Math.min(most, MOST[system])
    const length = 1 + random.integer(Math.min(digits, String(limit).length))
    let text = String(1 + random.integer(9))
    while (text.length < length) text += random.integer(10)
    const n = Math.min(limit, Number(text))
    return { text: numberWords(n, system), target: String(n) }
  })
  return new ArrayDataset(records)
}
