/** Korean particles: their form depends on how the word before them ends. */

/** Double forms as templates have them, with the one after a consonant and the one after a vowel. */
const forms: Readonly<Record<string, readonly [consonant: string, vowel: string]>> = {
  '을(를)': ['을', '를'],
  '은(는)': ['은', '는'],
  '이(가)': ['이', '가'],
  '와(과)': ['과', '와'],
  '(으)로': ['으로', '로'],
  '(이)라': ['이라', '라'],
}
const PARTICLE = /([가-힣\d])([\])}"'`]*)(을\(를\)|은\(는\)|이\(가\)|와\(과\)|\(으\)로|\(이\)라)/g

/** Whether digits end in a consonant as they are read: 영 일 이 삼 사 오 육 칠 팔 구. */
const CLOSED_DIGITS = '013678'
/** Digits that end in ㄹ. */
const LIQUID_DIGITS = '178'

/** Syllables are ordered by beginning; 28 share one, the first ends in a vowel, the ninth in ㄹ. */
function finalOf(syllable: string): number {
  return (syllable.charCodeAt(0) - 0xac00) % 28
}

/** Whether the form after a vowel is wanted; `로` follows ㄹ, too. */
function endsOpen(last: string, particle: string): boolean {
  const digit = last >= '0' && last <= '9'
  const liquid = digit ? LIQUID_DIGITS.includes(last) : finalOf(last) === 8
  if (particle === '(으)로' && liquid) return true
  return digit ? !CLOSED_DIGITS.includes(last) : finalOf(last) === 0
}

/**
 * Replaces the double forms of a template, `을(를)`, by the one that fits what was filled in. After
 * other letters the double form stays: how those are read is anyone's guess.
 */
export function chooseParticles(text: string): string {
  return text.replace(PARTICLE, (_, last: string, closing: string, particle: string) => {
    const form = forms[particle]?.[endsOpen(last, particle) ? 1 : 0]
    return last + closing + (form ?? particle)
  })
}
