/** The classic mistakes: each is an error that teaches, in two languages, and names the line of its user. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { compile, crossEntropy, MaruError, mseLoss, tensor, zeros } from '../../src/index.ts'
import { Linear } from '../../src/nn/index.ts'
import { SGD } from '../../src/optim/index.ts'

const file = fileURLToPath(import.meta.url)
const lines = readFileSync(file, 'utf8').split('\n')
const host: { MARU?: { MARU_LANG: string } } = globalThis as object

afterEach(() => {
  delete host.MARU
})

/** The error of an act whose wrong line is marked by `// mistake`. */
async function errorOf(act: () => unknown): Promise<MaruError> {
  const error = await Promise.resolve()
    .then(act)
    .catch((reason) => reason)
  if (!(error instanceof MaruError)) throw new TypeError(`no mistake, but ${error}`)
  const [, path, row] = /^(.*):(\d+)$/.exec(error.site ?? '') ?? []
  expect(file.endsWith(`/${path}`)).toBe(true)
  expect(lines[Number(row) - 1]).toMatch(/\/\/ mistake$/)
  return error
}

/** The message in a language, without the number of the line. */
async function said(language: 'en' | 'ko', act: () => unknown): Promise<string> {
  host.MARU = { MARU_LANG: language }
  const { message } = await errorOf(act)
  return `\n${message.replace(/:\d+$/, ':…')}\n`
}

describe('inner sizes of a product that differ', () => {
  const act = () => zeros([2, 3]).matmul(zeros([4, 5]) as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    matmul: inner dimensions 3 and 4 differ, [2, 3] x [4, 5] — the last axis of the left must equal the second-to-last of the right
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
    "
    matmul: 안쪽 크기 3과 4가 다르다, [2, 3] x [4, 5] — 왼쪽의 마지막 축과 오른쪽의 끝에서 둘째 축이 같아야 한다
      위치: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
})

describe('a matrix that should be transposed', () => {
  const act = () => zeros([32, 784]).matmul(zeros([128, 784]) as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    matmul: inner dimensions 784 and 128 differ, [32, 784] x [128, 784] — the last axis of the left must equal the second-to-last of the right
      try: a.matmul(b.transpose())
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
    "
    matmul: 안쪽 크기 784와 128이 다르다, [32, 784] x [128, 784] — 왼쪽의 마지막 축과 오른쪽의 끝에서 둘째 축이 같아야 한다
      해결: a.matmul(b.transpose())
      위치: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
})

describe('a label that is no class', () => {
  const labels = tensor(Int32Array.of(3, 10))
  const act = () => crossEntropy(zeros([2, 10]), labels) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    crossEntropy: label 10 in row 1 is not one of 10 classes — class ids run from 0 to 9
      try: check the labels, or the size of the last layer
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: 클래스가 10개인데 1번 행의 라벨이 10이다 — 클래스 번호는 0부터 9까지이다
        해결: 라벨을, 또는 마지막 층의 크기를 확인한다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('the same in a compiled function', () => {
  const loss = compile((logits, labels) => crossEntropy(logits, labels))
  const act = async () => {
    await loss(zeros([2, 10]), tensor(Int32Array.of(3, 9)))
    await loss(zeros([2, 10]), tensor(Int32Array.of(-1, 9))) // mistake
  }
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    crossEntropy: label -1 in row 0 is not one of 10 classes — class ids run from 0 to 9
      try: check the labels, or the size of the last layer
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: 클래스가 10개인데 0번 행의 라벨이 -1이다 — 클래스 번호는 0부터 9까지이다
        해결: 라벨을, 또는 마지막 층의 크기를 확인한다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('one-hot labels', () => {
  const labels = zeros([2, 10], { dtype: 'int32' })
  const act = () => crossEntropy(zeros([2, 10]), labels as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: labels [2, 10] look one-hot, scores are [2, 10] — class ids, one integer for each row, were expected
        try: turn them into class ids: labels.argmax(1); probabilities are floats: labels.cast('float32')
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: labels [2, 10]이 one-hot 형태이다. 점수는 [2, 10]이다 — 행마다 클래스 번호인 정수 하나여야 한다
        해결: 클래스 번호로 바꾼다: labels.argmax(1). 확률은 실수여야 한다: labels.cast('float32')
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('a loss that would broadcast', () => {
  const act = () => mseLoss(zeros([32, 1]), zeros([32])) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    mseLoss: prediction [32, 1] and target [32] differ in shape — broadcasting them would compare every prediction with every target
      try: reshape the target: target.reshape(prediction.shape)
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
    "
    mseLoss: 예측 [32, 1]과 목표 [32]의 shape가 다르다 — broadcast하면 모든 예측을 모든 목표와 비교하게 된다
      해결: 목표를 맞춘다: target.reshape(prediction.shape)
      위치: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
})

describe('a softmax before the cross entropy', () => {
  const labels = tensor(Int32Array.of(3, 9))
  const act = () => crossEntropy(zeros([2, 10]).softmax(), labels) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    crossEntropy: the logits come out of a softmax — the loss applies log-softmax itself; twice makes gradients vanish
      try: pass the scores before the softmax
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: logits가 softmax의 결과이다 — 손실 함수가 log-softmax를 스스로 적용한다. 두 번 적용하면 기울기가 사라진다
        해결: softmax를 거치기 전의 점수를 넘긴다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('two dtypes in one product', () => {
  const images = zeros([2, 3], { dtype: 'uint8' })
  const act = () => images.matmul(zeros([3, 4])) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      matmul: dtypes uint8 and float32 differ — both operands must have one dtype; nothing is converted in silence
        try: cast the narrower: a.cast('float32')
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      matmul: dtype uint8과 float32가 다르다 — 두 피연산자의 dtype이 같아야 한다. 저절로 바뀌지 않는다
        해결: 좁은 쪽을 변환한다: a.cast('float32')
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('an axis that is not there', () => {
  const act = () => zeros([2, 3]).sum(2 as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      sum: axis 2 is out of range for shape [2, 3] — it has 2 axes, counted from 0, or back from -1
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      sum: 축 2는 shape [2, 3]의 범위를 벗어난다 — 축은 2개이다. 앞에서는 0부터, 뒤에서는 -1부터 센다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('an empty batch', () => {
  const labels = tensor(new Int32Array(0))
  const act = () => crossEntropy(zeros([0, 10]), labels) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: the batch is empty, scores are [0, 10] — a mean over no rows has no value
        try: skip empty batches
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      crossEntropy: 배치가 비어 있다. 점수는 [0, 10]이다 — 행이 없으면 평균도 없다
        해결: 빈 배치는 건너뛴다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('logits that are read after the step', () => {
  const act = async () => {
    const model = new Linear(2, 3)
    const optimizer = new SGD(model.parameters(), { lr: 0.1 })
    const logits = model.call(zeros([4, 2]))
    await optimizer.step(logits.square().mean())
    const values = await logits.data() // mistake
    return values
  }
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      this tensor depends on a parameter [3, 2] that has been stepped 1 time(s) since — its value would mix the old graph with new weights
        try: keep it in the step, step(loss, { keep: [logits] }), or read it before the step
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      이 텐서가 쓴 매개변수 [3, 2]가 그 뒤로 1번 갱신되었다 — 지금 계산하면 옛 그래프에 새 가중치가 섞인다
        해결: step(loss, { keep: [logits] })로 함께 계산하거나, step 전에 읽는다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('a comparison inside compile', () => {
  const clip = compile((x) => {
    if ((x as never) > 1) return x.sub(1) // mistake
    return x
  })
  const act = () => clip(zeros([]))
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    a tensor was used as a number or condition inside compile — if, while and arithmetic of JavaScript would be decided once, while recording, without data
      try: use condition.where(a, b), or move the decision out of compile
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
    "
    compile 안에서 텐서를 수나 조건으로 썼다 — JavaScript의 if, while, 산술은 기록할 때 데이터 없이 한 번만 정해진다
      해결: condition.where(a, b)를 쓰거나, 판단을 compile 밖으로 옮긴다
      위치: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
})

describe('a value read inside compile', () => {
  const clip = compile((async (x: ReturnType<typeof zeros>) => {
    if ((await x.item()) > 1) return x.sub(1) // mistake
    return x
  }) as never)
  const act = () => clip(zeros([]))
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    a value was read inside compile — a compiled function is recorded once, without data, and replayed
      try: return the tensor and await it outside; for a choice use condition.where(a, b)
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      compile 안에서 값을 읽었다 — compile에 준 함수는 데이터 없이 한 번 기록되고, 그 뒤로는 기록이 되풀이된다
        해결: 텐서를 반환하고 밖에서 await한다. 선택에는 condition.where(a, b)를 쓴다
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('arithmetic with operators', () => {
  const act = () => (zeros([2]) as never) + 1 // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    a tensor was used as a number or condition — JavaScript has no operators for tensors, and a value must be awaited
      try: use methods, a.add(b), a.less(b), or read it: await x.item()
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
    "
    텐서를 수나 조건으로 썼다 — JavaScript에는 텐서 연산자가 없고, 값은 await해야 한다
      해결: 메서드를 쓴다: a.add(b), a.less(b). 또는 읽는다: await x.item()
      위치: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
})

describe('a forgotten await', () => {
  const twice = compile((x) => x.mul(2))
  const act = () => zeros([2]).add(twice(zeros([2])) as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
      "
      add: got a promise — a tensor was expected
        try: await it first: await step(x, y)
        at: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      add: promise를 받았다 — 텐서여야 한다
        해결: 먼저 await한다: await step(x, y)
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})

describe('images that were not flattened', () => {
  const model = new Linear(784, 10)
  const act = () => model.call(zeros([32, 28, 28]) as never) // mistake
  test('en', async () =>
    expect(await said('en', act)).toMatchInlineSnapshot(`
    "
    Linear: expects 784 input features, got 28 in [32, 28, 28] — the last axis holds the features
      try: flatten images first: x.flatten(1)
      at: packages/maru/test/errors/mistakes.test.ts:…
    "
  `))
  test('ko', async () =>
    expect(await said('ko', act)).toMatchInlineSnapshot(`
      "
      Linear: 입력 특징 784개를 기대했으나 [32, 28, 28]에는 28개이다 — 마지막 축이 특징이다
        해결: 이미지는 먼저 펼친다: x.flatten(1)
        위치: packages/maru/test/errors/mistakes.test.ts:…
      "
    `))
})
