/** Korean particles: which form follows depends on how the word before it ends. */

/** Forms after a consonant and after a vowel; after ㄹ, `(으)로` is `로`. */
const PARTICLE = /([가-힣\d])([\])}"'`]*)(을\(를\)|은\(는\)|이\(가\)|와\(과\)|\(으\)로|\(이\))/g

/** Final consonants of the digits as they are read: 영 일 이 삼 사 오 육 칠 팔 구. */
const DIGIT_ENDS = ['ㅇ', 'ㄹ', '', 'ㅁ', '', '', 'ㄱ', 'ㄹ', 'ㄹ', '']

/** 28 syllables share their beginning; the first of them ends in a vowel, the ninth in ㄹ. */
function ending(char: string): string {
  const digit = DIGIT_ENDS[Number.parseInt(char, 10)]
  if (digit !== undefined) return digit
  const final = (char.charCodeAt(0) - 0xac00) % 28
  return final === 0 ? '' : final === 8 ? 'ㄹ' : 'ㅇ'
}

/**
 * Replaces the double forms of a template, `을(를)`, by the one that fits what was filled in. After
 * letters that are not Korean the double form stays: how they are read is anyone's guess.
 */
export function chooseParticles(text: string): string {
  return text.replace(PARTICLE, (_, last: string, closing: string, particle: string) => {
    const end = ending(last)
    return last + closing + chosen(particle, end)
  })
}

function chosen(particle: string, end: string): string {
  switch (particle) {
    case '을(를)':
      return end ? '을' : '를'
    case '은(는)':
      return end ? '은' : '는'
    case '이(가)':
      return end ? '이' : '가'
    case '와(과)':
      return end ? '과' : '와'
    case '(으)로':
      return end && end !== 'ㄹ' ? '으로' : '로'
    default:
      return end ? '이' : ''
  }
}
