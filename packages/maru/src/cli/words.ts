/** What `maru` says, in English and Korean. */
import { language } from '../base/env.ts'
import { showCount } from '../terminal/index.ts'

export interface Words {
  readonly help: string
  fewRows(rows: number): string
  manyRows(rows: number, inputs: number): string
  pictures(height: number, width: number): string
  loss(kind: 'class' | 'number'): string
  readonly data: string
  readonly classes: string
  readonly model: string
  readonly why: string
  readonly warning: string
  readonly result: string
  readonly saved: string
  readonly stopped: string
  samples(count: number): string
  parts(train: number, validation: number, test: number): string
  imbalance(ratio: string): string
  duplicates(groups: number, conflicts: number): string
  broken(count: number, first: string): string
  left(name: string): string
  parameters(name: string, count: number): string
  stoppedAt(epoch: number): string
  readonly columnHeads: readonly [name: string, kind: string, of: string]
  readonly runHeads: readonly string[]
  readonly parameterHead: string
}

const en: Words = {
  help: `maru <command> [options]

  train <data or config>   learns from a CSV, TSV or JSONL file, a folder with a folder of pictures for
                           each class, or MNIST's files; or does what a config file says (.json, .ts)
      --label <column>  --epochs <n>  --batch <n>  --lr <x>  --seed <n>  --size <pixels>  --out <folder>
  evaluate <run> <data>    how well the model of a run does on other data
  predict <run> <data>     what it says of them, one JSON object a line
  summary <run>            its layers
  compare <run> <run>…     settings and results side by side
  sweep <config>           trains for every point of a config file whose values are ranges, and compares them:
                           { "choice": […] }, { "uniform": [low, high] }, "logUniform", "int"
      --trials <n>  --epochs <n>  --batch <n>  --seed <n>
  data <path>              what is in data: classes, imbalance, duplicates, what cannot be read
  info                     version, machine and device; --test checks the device

  --json   one JSON object on standard output and nothing else     --help   this text

MARU_LANG=ko says it in Korean. Exit code: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.`,
  fewRows: (rows) => `${showCount(rows)} rows: hidden layers would learn them by heart`,
  manyRows: (rows, inputs) =>
    `${showCount(rows)} rows of ${inputs} inputs: two hidden layers find what columns mean together`,
  pictures: (height, width) =>
    `pictures of ${height}×${width}: convolutions find the same thing anywhere; batch norm lets them learn fast`,
  loss: (kind) => (kind === 'class' ? 'classes: cross entropy' : 'a number: mean squared error'),
  data: 'data',
  classes: 'classes',
  model: 'model',
  why: 'why',
  warning: 'note',
  result: 'result',
  saved: 'saved',
  stopped: 'stop',
  samples: (count) => `${showCount(count)} samples`,
  parts: (train, validation, test) =>
    `${showCount(train)} to train on, ${showCount(validation)} to validate, ${showCount(test)} to test`,
  imbalance: (ratio) => `the commonest class is ${ratio} times as frequent as the rarest`,
  duplicates: (groups, conflicts) =>
    `${groups} inputs are there more than once${conflicts > 0 ? `, ${conflicts} of them with different labels` : ''}`,
  broken: (count, first) => `${count} cannot be read and are left out: ${first}`,
  left: (name) => `column ${name} is left out: texts, or always the same`,
  parameters: (name, count) => `${name}, ${showCount(count)} parameters`,
  stoppedAt: (epoch) => `by Ctrl-C in epoch ${epoch}; what was learned until then is saved`,
  columnHeads: ['column', 'kind', 'values'],
  runHeads: ['run', 'model', 'epochs', 'parameters', 'test', 'validation loss'],
  parameterHead: 'parameters',
}

const ko: Words = {
  help: `maru <명령> [옵션]

  train <데이터나 설정>    CSV, TSV, JSONL 파일이나, 클래스마다 하위 폴더가 있는 사진 폴더, MNIST 파일에서
                           배운다. 설정 파일(.json, .ts)을 주면 그대로 한다
      --label <열>  --epochs <n>  --batch <n>  --lr <x>  --seed <n>  --size <픽셀>  --out <폴더>
  evaluate <실행> <데이터>  실행한 모델이 다른 데이터에서 얼마나 맞히는지
  predict <실행> <데이터>   모델의 답을 한 줄에 JSON 하나씩
  summary <실행>           층 목록
  compare <실행> <실행>…   설정과 결과를 나란히
  sweep <설정>             값이 범위인 설정 파일의 모든 점을 학습하고 비교한다:
                           { "choice": […] }, { "uniform": [최소, 최대] }, "logUniform", "int"
      --trials <n>  --epochs <n>  --batch <n>  --seed <n>
  data <경로>              데이터에 든 것: 클래스, 불균형, 중복, 읽을 수 없는 것
  info                     버전, 기계, 장치. --test는 장치를 검사한다

  --json   표준 출력에 JSON 하나만     --help   이 도움말

MARU_LANG=en이면 영어로 말한다. 종료 코드: 0 완료, 1 실패, 2 잘못된 사용, 130 Ctrl-C로 중단.`,
  fewRows: (rows) => `행이 ${showCount(rows)}개뿐이라 은닉층을 두면 외워 버린다`,
  manyRows: (rows, inputs) =>
    `행 ${showCount(rows)}개, 입력 ${inputs}개: 은닉층 둘이 열들이 함께 뜻하는 것을 찾는다`,
  pictures: (height, width) =>
    `${height}×${width} 사진: 합성곱은 어디에 있든 같은 것을 찾고, 배치 정규화는 빨리 배우게 한다`,
  loss: (kind) => (kind === 'class' ? '클래스: 교차 엔트로피' : '수: 평균 제곱 오차'),
  data: '데이터',
  classes: '클래스',
  model: '모델',
  why: '이유',
  warning: '참고',
  result: '결과',
  saved: '저장',
  stopped: '중단',
  samples: (count) => `표본 ${showCount(count)}개`,
  parts: (train, validation, test) =>
    `학습 ${showCount(train)}, 검증 ${showCount(validation)}, 시험 ${showCount(test)}`,
  imbalance: (ratio) => `가장 흔한 클래스가 가장 드문 클래스의 ${ratio}배이다`,
  duplicates: (groups, conflicts) =>
    `입력 ${groups}개가 두 번 이상 있다${conflicts > 0 ? `. 그중 ${conflicts}개는 레이블이 서로 다르다` : ''}`,
  broken: (count, first) => `${count}개는 읽을 수 없어 뺀다: ${first}`,
  left: (name) => `${name} 열은 뺀다. 글이거나 값이 모두 같다`,
  parameters: (name, count) => `${name}, 매개변수 ${showCount(count)}개`,
  stoppedAt: (epoch) => `Ctrl-C, 에폭 ${epoch}. 그때까지 배운 것을 저장했다`,
  columnHeads: ['열', '종류', '값'],
  runHeads: ['실행', '모델', '에폭', '매개변수', '시험', '검증 손실'],
  parameterHead: '매개변수',
}

/** The words of the language that is set. */
export function words(): Words {
  return language() === 'ko' ? ko : en
}
