/** Hangul syllables and the letters (jamo) that they are made of, and typed by. */

const FIRST = 0xac00
const LAST = 0xd7a3

/** Leading consonants, vowels and final consonants in Unicode's order. */
const LEADS = [...'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ']
const VOWELS = [...'ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ']
const FINALS = ['', ...'ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ']

/** Letters that a keyboard of two sets makes of two keys. */
const PAIRS: ReadonlyMap<string, string> = new Map(
  [
    ...(['ㅘㅗㅏ', 'ㅙㅗㅐ', 'ㅚㅗㅣ', 'ㅝㅜㅓ', 'ㅞㅜㅔ', 'ㅟㅜㅣ', 'ㅢㅡㅣ'] as const),
    ...(['ㄳㄱㅅ', 'ㄵㄴㅈ', 'ㄶㄴㅎ', 'ㄺㄹㄱ', 'ㄻㄹㅁ', 'ㄼㄹㅂ', 'ㄽㄹㅅ'] as const),
    ...(['ㄾㄹㅌ', 'ㄿㄹㅍ', 'ㅀㄹㅎ', 'ㅄㅂㅅ'] as const),
  ].map((row) => [row.slice(1), row.slice(0, 1)]),
)

const APART: ReadonlyMap<string, string> = new Map([...PAIRS].map(([two, one]) => [one, two]))

/** Whether a character is a whole Hangul syllable. */
export function isSyllable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return code >= FIRST && code <= LAST
}

/**
 * A text with every Hangul syllable as its letters: two, or three where it has a final consonant.
 *
 * @example toJamo('값 A') // 'ㄱㅏㅄ A'
 */
export function toJamo(text: string): string {
  let out = ''
  for (const character of text) out += lettersOf(character)
  return out
}

/** The letters of a syllable; another character as it is. */
export function lettersOf(character: string): string {
  if (!isSyllable(character)) return character
  const index = (character.codePointAt(0) ?? FIRST) - FIRST
  const [lead, vowel] = [LEADS[Math.floor(index / 588)], VOWELS[Math.floor(index / 28) % 21]]
  return `${lead}${vowel}${FINALS[index % 28]}`
}

/**
 * The keys of a keyboard of two sets that type a text, compound letters as two keys.
 *
 * @example toKeys('괜찮') // 'ㄱㅗㅐㄴㅊㅏㄴㅎ'
 */
export function toKeys(text: string): string {
  let out = ''
  for (const letter of toJamo(text)) out += APART.get(letter) ?? letter
  return out
}

/**
 * What appears when these keys are typed one after another: letters join to syllables as soon as
 * they can, and a final consonant moves on to a vowel that follows it.
 *
 * @example fromKeys('ㄱㅗㅐㄴㅊㅏㄴㅎㅇㅏ') // '괜찮아'
 */
export function fromKeys(keys: string): string {
  const typed = new Typed()
  for (const key of keys) typed.press(key)
  return typed.text()
}

/** A text while it is typed: the syllable at the end may still change. */
class Typed {
  #done = ''
  #lead = ''
  #vowel = ''
  #final = ''

  press(key: string): void {
    if (VOWELS.includes(key)) this.#pressVowel(key)
    else if (LEADS.includes(key) || FINALS.includes(key)) this.#pressConsonant(key)
    else {
      this.#flush()
      this.#done += key
    }
  }

  #pressVowel(key: string): void {
    if (this.#final) {
      // the last consonant begins the next syllable
      const two = APART.get(this.#final)
      const moved = two ? two.slice(1) : this.#final
      this.#final = two ? two.slice(0, 1) : ''
      this.#flush()
      this.#lead = LEADS.includes(moved) ? moved : ''
      this.#vowel = key
      return
    }
    const joined = PAIRS.get(this.#vowel + key)
    if (this.#vowel && !joined) this.#flush()
    this.#vowel = joined ?? key
  }

  #pressConsonant(key: string): void {
    if (this.#lead && this.#vowel) {
      const joined = this.#final ? PAIRS.get(this.#final + key) : key
      if (joined && FINALS.includes(joined)) {
        this.#final = joined
        return
      }
    }
    this.#flush()
    if (LEADS.includes(key)) this.#lead = key
    else this.#done += key
  }

  #flush(): void {
    if (this.#lead && this.#vowel) {
      const [lead, vowel] = [LEADS.indexOf(this.#lead), VOWELS.indexOf(this.#vowel)]
      const code = FIRST + (lead * 21 + vowel) * 28 + FINALS.indexOf(this.#final)
      this.#done += String.fromCharCode(code)
    } else this.#done += this.#lead + this.#vowel
    this.#lead = ''
    this.#vowel = ''
    this.#final = ''
  }

  text(): string {
    this.#flush()
    return this.#done
  }
}
