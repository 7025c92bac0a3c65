/** Arithmetic on non-negative integer literals, digit by digit: `Add<2, 3>` is `5`. */
import type { AddCarry, AddDigit, MulHigh, MulLow, SubBorrow, SubDigit } from './digits.ts'

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9'
type Bit = 0 | 1

// Every recursion below is a tail call with an accumulator: 1,000 steps instead of 50.

/** The digits of a decimal string, least significant first. */
type Digits<
  S extends string,
  Out extends Digit[] = [],
> = S extends `${infer D extends Digit}${infer Rest}` ? Digits<Rest, [D, ...Out]> : Out

/** The digits put back in front of the text of the lower ones. */
type Text<A extends Digit[], Low extends string = ''> = A extends [
  infer D extends Digit,
  ...infer Rest extends Digit[],
]
  ? Text<Rest, `${D}${Low}`>
  : Low

type Trim<S extends string> = S extends `0${infer Rest}` ? (Rest extends '' ? '0' : Trim<Rest>) : S

/** The number of a decimal string; `number` when the literal would not be exact. */
type Parse<S extends string> = S extends `${infer N extends number}` ? N : number

type AddDigits<
  A extends Digit[],
  B extends Digit[],
  Carry extends Bit = 0,
  Out extends string = '',
> = A extends [infer X extends Digit, ...infer XRest extends Digit[]]
  ? B extends [infer Y extends Digit, ...infer YRest extends Digit[]]
    ? AddDigits<XRest, YRest, AddCarry[Carry][X][Y], `${AddDigit[Carry][X][Y]}${Out}`>
    : Carry extends 0
      ? Text<A, Out>
      : AddDigits<A, ['0'], Carry, Out>
  : B extends []
    ? Carry extends 1
      ? `1${Out}`
      : Out
    : Carry extends 0
      ? Text<B, Out>
      : AddDigits<['0'], B, Carry, Out>

type AddText<A extends string, B extends string> = AddDigits<Digits<A>, Digits<B>>

/** A - B for A ≥ B, leading zeros left in. */
type SubDigits<
  A extends Digit[],
  B extends Digit[],
  Borrow extends Bit = 0,
  Out extends string = '',
> = A extends [infer X extends Digit, ...infer XRest extends Digit[]]
  ? B extends [infer Y extends Digit, ...infer YRest extends Digit[]]
    ? SubDigits<XRest, YRest, SubBorrow[Borrow][X][Y], `${SubDigit[Borrow][X][Y]}${Out}`>
    : Borrow extends 0
      ? Text<A, Out>
      : SubDigits<A, ['0'], Borrow, Out>
  : Out

type SubText<A extends string, B extends string> = Trim<SubDigits<Digits<A>, Digits<B>>>

type CompareLength<A extends string, B extends string> = A extends `${Digit}${infer ARest}`
  ? B extends `${Digit}${infer BRest}`
    ? CompareLength<ARest, BRest>
    : 1
  : B extends ''
    ? 0
    : -1

/** Of two texts of one length. */
type CompareDigits<
  A extends string,
  B extends string,
> = A extends `${infer X extends Digit}${infer ARest}`
  ? B extends `${infer Y extends Digit}${infer BRest}`
    ? X extends Y
      ? CompareDigits<ARest, BRest>
      : SubBorrow[0][X][Y] extends 1
        ? -1
        : 1
    : 1
  : 0

/** -1, 0 or 1, of two texts without leading zeros. */
type Compare<A extends string, B extends string> = A extends B
  ? 0
  : CompareLength<A, B> extends infer Order
    ? Order extends 0
      ? CompareDigits<A, B>
      : Order
    : never

/** A times one digit. */
type MulDigit<
  A extends Digit[],
  D extends Digit,
  Carry extends Digit = '0',
  Out extends string = '',
> = A extends [infer X extends Digit, ...infer Rest extends Digit[]]
  ? MulDigit<
      Rest,
      D,
      AddDigit[AddCarry[0][MulLow[X][D]][Carry]][MulHigh[X][D]]['0'],
      `${AddDigit[0][MulLow[X][D]][Carry]}${Out}`
    >
  : Carry extends '0'
    ? Out
    : `${Carry}${Out}`

/** Schoolbook product: A's digits times each digit of B, from B's most significant one. */
type MulDigits<
  A extends Digit[],
  B extends string,
  Sum extends string = '',
> = B extends `${infer D extends Digit}${infer Rest}`
  ? MulDigits<
      A,
      Rest,
      D extends '0'
        ? `${Sum}0`
        : D extends '1'
          ? AddText<`${Sum}0`, Text<A>>
          : AddText<`${Sum}0`, MulDigit<A, D>>
    >
  : Sum

type MulText<A extends string, B extends string> = A extends '0'
  ? '0'
  : B extends '0'
    ? '0'
    : A extends '1'
      ? B
      : B extends '1'
        ? A
        : Trim<MulDigits<Digits<A>, B>>

type Next = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '9']

/** How many times D goes into R < 10 D, and what is left. */
type QuotientDigit<R extends string, D extends string, Count extends Digit = '0'> =
  Compare<R, D> extends -1 ? [Count, R] : QuotientDigit<SubText<R, D>, D, Next[Count]>

/** Long division. */
type DivText<
  A extends string,
  D extends string,
  Quotient extends string = '',
  R extends string = '0',
> = A extends `${infer X extends Digit}${infer Rest}`
  ? QuotientDigit<R extends '0' ? X : `${R}${X}`, D> extends [
      infer Q extends Digit,
      infer Left extends string,
    ]
    ? DivText<Rest, D, `${Quotient}${Q}`, Left>
    : never
  : [Trim<Quotient>, R]

/** A + B; `number` when either is not a literal. */
export type Add<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : A extends 0
      ? B
      : B extends 0
        ? A
        : Parse<AddText<`${A}`, `${B}`>>

/** A - B, `never` when that is negative; `number` when either is not a literal. */
export type Sub<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : B extends 0
      ? A
      : Compare<`${A}`, `${B}`> extends -1
        ? never
        : Parse<SubText<`${A}`, `${B}`>>

/** A · B; `number` when either is not a literal. */
export type Mul<A extends number, B extends number> = number extends A
  ? number
  : number extends B
    ? number
    : Parse<MulText<`${A}`, `${B}`>>

/** `[A div B, A mod B]`; `[number, number]` unless A is a literal and B a positive one. */
export type DivMod<A extends number, B extends number> = number extends A
  ? [number, number]
  : number extends B
    ? [number, number]
    : `${B}` extends '0' | `-${string}`
      ? [number, number]
      : DivText<`${A}`, `${B}`> extends [infer Q extends string, infer R extends string]
        ? [Parse<Q>, Parse<R>]
        : never

/** Whether A < B, of literals. */
export type Less<A extends number, B extends number> =
  Compare<`${A}`, `${B}`> extends -1 ? true : false
