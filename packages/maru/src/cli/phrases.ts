/** What `npm start` says, in English and Korean. */
import { language } from '../base/env.ts'
import { showCount } from '../terminal/index.ts'
import type { Mistake } from '../train/index.ts'

export interface Phrases {
  readonly help: string
  readonly generated: string
  title(data: string): string
  /** Names of the lines, at the left. */
  readonly data: string
  readonly model: string
  readonly train: string
  readonly stop: string
  readonly saved: string
  readonly error: string
  readonly next: string
  sets(train: number, test: number): string
  scaled(mean: string, std: string): string
  /** MNIST's training files are not there. */
  readonly incomplete: string
  parameters(count: number, seed: number): string
  readonly images: string
  readonly epoch: string
  readonly loss: string
  /** Ctrl-C was pressed. */
  stopped(samples: number, all: number, epoch: string): string
  misread(wrong: number, all: number): string
  linear(error: string): string
  readonly surest: string
  caption(mistake: Mistake, percent: string): string
  reloaded(kilobytes: number): string
  readonly realDigits: string
  readonly longer: string
  readonly network: string
  readonly otherLanguage: string
}

const en: Phrases = {
  help: `npm start -- [options]

Trains LeNet-5 to read digits, shows what it misreads, and saves it.

  --data <folder>  MNIST's files, plain or .gz; without it, digits are generated
  --epochs <n>     how often every image is seen
  --seed <n>       decides the first weights and the order of the images (default 0)
  --json           nothing but one line: data, epochs, trainSeconds, testError in percent, parameters
  --help           this text

The model goes to a folder of its own in runs/. Ctrl-C ends the training and saves what was
learned until then; a second Ctrl-C quits at once.

MARU_LANG=ko says it in Korean. Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.`,
  generated: 'generated digits',
  title: (data) => `LeNet-5 on ${data}`,
  data: 'data',
  model: 'model',
  train: 'train',
  stop: 'stop',
  saved: 'saved',
  error: 'error',
  next: 'next',
  sets: (train, test) => `${showCount(train)} images to train on, ${showCount(test)} to test on`,
  scaled: (mean, std) => `pixels standardised: mean ${mean}, deviation ${std}`,
  incomplete: 'the first and the last of the t10k files: the train files are not there',
  parameters: (count, seed) => `${showCount(count)} parameters, seed ${seed}`,
  images: 'images',
  epoch: 'epoch',
  loss: 'loss',
  stopped: (samples, all, epoch) =>
    `by Ctrl-C in epoch ${epoch}, after ${showCount(samples)} of ${showCount(all)} images; not tested`,
  misread: (wrong, all) => `${showCount(wrong)} of ${showCount(all)} test images misread`,
  linear: (error) => `a linear classifier: ${error}`,
  surest: 'Misread with the greatest confidence:',
  caption: ({ truth, predicted }, percent) => `${truth}, read as ${predicted} (${percent})`,
  reloaded: (kilobytes) => `${kilobytes} KB, read again: the same bits`,
  realDigits: 'on real digits',
  longer: 'twice as long',
  network: 'the network itself',
  otherLanguage: 'in Korean (한국어)',
}

const ko: Phrases = {
  help: `npm start -- [옵션]

LeNet-5가 숫자를 읽도록 학습하고, 잘못 읽은 것을 보여 주고, 저장한다.

  --data <folder>  MNIST 파일이 있는 폴더. .gz도 된다. 없으면 숫자를 만들어 쓴다
  --epochs <n>     모든 이미지를 몇 번씩 볼지
  --seed <n>       첫 가중치와 이미지 순서를 정한다 (기본값 0)
  --json           한 줄만 출력한다: data, epochs, trainSeconds, testError(%), parameters
  --help           이 도움말

모델은 runs/ 아래에 새로 만든 폴더에 저장한다. Ctrl-C를 누르면 학습을 멈추고 그때까지 배운 것을
저장한다. 한 번 더 누르면 바로 끝난다.

MARU_LANG=en이면 영어로 말한다. 종료 코드: 0 완료, 1 실패, 2 잘못된 사용, 130 Ctrl-C로 중단.`,
  generated: '만들어 낸 숫자',
  title: (data) => `LeNet-5, ${data}`,
  data: '데이터',
  model: '모델',
  train: '학습',
  stop: '중단',
  saved: '저장',
  error: '오류율',
  next: '다음',
  sets: (train, test) => `학습 이미지 ${showCount(train)}장, 시험 이미지 ${showCount(test)}장`,
  scaled: (mean, std) => `픽셀 표준화: 평균 ${mean}, 표준편차 ${std}`,
  incomplete: 't10k 파일의 앞부분과 뒷부분이다. train 파일은 없다',
  parameters: (count, seed) => `매개변수 ${showCount(count)}개, 시드 ${seed}`,
  images: '장',
  epoch: '에폭',
  loss: '손실',
  stopped: (samples, all, epoch) =>
    `Ctrl-C, 에폭 ${epoch}, 이미지 ${showCount(all)}장 중 ${showCount(samples)}장까지 학습. 시험은 하지 않음`,
  misread: (wrong, all) => `시험 이미지 ${showCount(all)}장 중 ${showCount(wrong)}장을 잘못 읽음`,
  linear: (error) => `선형 분류기: ${error}`,
  surest: '가장 확신하며 잘못 읽은 것:',
  caption: ({ truth, predicted }, percent) => `정답 ${truth}, 예측 ${predicted} (${percent})`,
  reloaded: (kilobytes) => `${kilobytes} KB, 다시 읽어도 같은 비트`,
  realDigits: '실제 손글씨로',
  longer: '두 배 오래',
  network: '모델의 코드',
  otherLanguage: '영어로 (English)',
}

/** The phrases of the language that is set. */
export function phrases(): Phrases {
  return language() === 'ko' ? ko : en
}
