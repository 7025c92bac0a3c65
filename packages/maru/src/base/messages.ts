/** The one catalogue of messages: what happened, what was expected, the fix; English and Korean. */

/** One message in every language. */
export interface Message {
  readonly en: readonly [what: string, expected: string, fix: string]
  readonly ko: readonly [what: string, expected: string, fix: string]
}

export const messages = {
  // base
  'dtype.unknown': {
    en: ['{op}: there is no dtype "{got}"', 'one of {known} was expected', ''],
    ko: ['{op}: "{got}"이라는 dtype은 없다', '{known} 중 하나여야 한다', ''],
  },
  'int64.number': {
    en: [
      '{op}: the int64 {value} is no JavaScript number',
      'numbers hold integers up to 2^53 - 1',
      'read it with data(), which gives a BigInt64Array',
    ],
    ko: [
      '{op}: int64 {value}은(는) JavaScript 숫자로 나타낼 수 없다',
      '숫자는 2^53 - 1까지의 정수를 담는다',
      'BigInt64Array를 주는 data()로 읽는다',
    ],
  },
  'int64.literal': {
    en: [
      '{op}: the number {value} is no int64 for certain',
      'numbers hold integers up to 2^53 - 1',
      "use a bigint: tensor(2n ** 60n, [], { dtype: 'int64' })",
    ],
    ko: [
      '{op}: 숫자 {value}은(는) 정확한 int64가 아니다',
      '숫자는 2^53 - 1까지의 정수를 담는다',
      "bigint를 쓴다: tensor(2n ** 60n, [], { dtype: 'int64' })",
    ],
  },
  'int64.range': {
    en: [
      '{op}: an int64 beyond 2^53 - 1 is met, or made',
      'arithmetic on int64 is exact up to 2^53 - 1 and refused beyond; only moving and comparing go on',
      'keep what is computed with below 2^53',
    ],
    ko: [
      '{op}: 2^53 - 1을 넘는 int64가 있거나 생긴다',
      'int64 연산은 2^53 - 1까지 정확하고 그 너머는 거부한다. 옮기거나 비교하는 것은 된다',
      '연산에 쓰는 값을 2^53 미만으로 한다',
    ],
  },
  'shape.sizes': {
    en: ['{op}: shape {got} is not a shape', 'every size must be an integer of 0 or more', ''],
    ko: ['{op}: {got}은 shape가 아니다', '모든 크기는 0 이상의 정수여야 한다', ''],
  },
  'shape.huge': {
    en: ['{op}: shape {shape} has more elements than can be counted', 'at most 2^53', ''],
    ko: ['{op}: shape {shape}의 원소 수를 셀 수 없다', '2^53개 이하여야 한다', ''],
  },
  'compile.large': {
    en: [
      '{op}: {what} makes {from} into {shape}, more than a program can go through',
      'below 2^31 elements and 4 GiB at a time',
      'cut it into parts that are computed one after the other',
    ],
    ko: [
      '{op}: {what}이(가) {from}에서 만드는 {shape}은(는) 프로그램이 다룰 수 있는 크기를 넘는다',
      '한 번에 2^31개 미만의 원소, 4 GiB 미만이어야 한다',
      '여러 부분으로 나누어 차례로 계산한다',
    ],
  },
  'axis.range': {
    en: [
      '{op}: axis {axis} is out of range for shape {shape}',
      'it has {ndim} axes, counted from 0, or back from -1',
      '',
    ],
    ko: [
      '{op}: 축 {axis}은(는) shape {shape}의 범위를 벗어난다',
      '축은 {ndim}개이다. 앞에서는 0부터, 뒤에서는 -1부터 센다',
      '',
    ],
  },
  'axis.repeated': {
    en: ['{op}: axes {axes} name one axis of {shape} twice', 'each axis may appear once', ''],
    ko: ['{op}: 축 {axes}이(가) {shape}의 한 축을 두 번 가리킨다', '축은 한 번씩만 쓴다', ''],
  },
  broadcast: {
    en: [
      '{op}: shapes {a} and {b} do not broadcast',
      'axis -{i} is {x} in one and {y} in the other; sizes must be equal, or one of them 1',
      '',
    ],
    ko: [
      '{op}: shape {a}와(과) {b}은(는) broadcast할 수 없다',
      '축 -{i}의 크기가 한쪽은 {x}, 다른 쪽은 {y}이다. 크기가 같거나 한쪽이 1이어야 한다',
      '',
    ],
  },
  'reshape.holes': {
    en: ['reshape: only one -1 is allowed in {to}', 'one size can be inferred, not two', ''],
    ko: ['reshape: {to}에는 -1을 하나만 쓸 수 있다', '추론할 수 있는 크기는 하나뿐이다', ''],
  },
  'reshape.size': {
    en: [
      'reshape: {from} has {size} elements, {to} has {asked}',
      'the number of elements must stay the same',
      'use -1 for the size that should follow from the others',
    ],
    ko: [
      'reshape: {from}의 원소는 {size}개, {to}의 원소는 {asked}개이다',
      '원소의 수가 같아야 한다',
      '나머지에서 정해질 크기에는 -1을 쓴다',
    ],
  },
  'reshape.divide': {
    en: [
      'reshape: {from} is not divisible into {to}',
      '{size} elements do not split evenly by the sizes given',
      '',
    ],
    ko: [
      'reshape: {from}을(를) {to}(으)로 나눌 수 없다',
      '원소 {size}개가 주어진 크기로 나누어떨어지지 않는다',
      '',
    ],
  },
  'value.integer': {
    en: ['{op}: {name} is {got}', 'an integer of at least {low} was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '{low} 이상의 정수여야 한다', ''],
  },
  'value.whole': {
    en: ['{op}: {name} is {got}', 'an integer was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '정수여야 한다', ''],
  },
  'value.number': {
    en: ['{op}: {name} is {got}', 'a number with a value was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '값이 있는 수여야 한다', ''],
  },
  // graph, primitives, compiler, backend, runtime
  'dtype.kind': {
    en: [
      '{op}: dtype {dtype} is not taken',
      'the op works on {wanted} dtypes',
      "cast first, as in x.cast('float32')",
    ],
    ko: [
      '{op}: dtype {dtype}은(는) 받지 않는다',
      '{wanted} 계열의 dtype이어야 한다',
      "먼저 변환한다. 예: x.cast('float32')",
    ],
  },
  'dtype.number': {
    en: [
      '{op}: {value} is beside a tensor of {dtype}',
      'whole numbers from {low} to {high} are',
      "cast the tensor first: x.cast('float32')",
    ],
    ko: [
      '{op}: {dtype} 텐서에 {value}을(를) 쓸 수 없다',
      '{low}부터 {high}까지의 정수여야 한다',
      "텐서를 먼저 변환한다: x.cast('float32')",
    ],
  },
  'reduce.empty': {
    en: [
      '{op}: axes {axes} of {shape} hold no elements',
      'a largest element needs at least one',
      '',
    ],
    ko: [
      '{op}: {shape}의 축 {axes}에 원소가 없다',
      '가장 큰 원소를 찾으려면 하나 이상 있어야 한다',
      '',
    ],
  },
  'grad.scalar': {
    en: [
      'grad: the loss has shape {shape}',
      'a gradient is taken of one number',
      'reduce it first: loss.mean() or loss.sum()',
    ],
    ko: [
      'grad: 손실의 shape가 {shape}이다',
      '기울기는 수 하나에 대해 구한다',
      '먼저 하나로 줄인다: loss.mean() 또는 loss.sum()',
    ],
  },
  'grad.dtype': {
    en: ['grad: the loss has dtype {dtype}', 'only floating-point results have gradients', ''],
    ko: ['grad: 손실의 dtype이 {dtype}이다', '부동소수점 결과만 미분할 수 있다', ''],
  },
  'grad.while': {
    en: [
      'grad: a gradient was asked for through whileLoop',
      'the number of its turns is known only when it runs, so nothing is kept to go back through',
      'use scan with the largest number of turns, and condition.where(next, carry) in its body',
    ],
    ko: [
      'grad: whileLoop를 지나는 기울기를 요청했다',
      '몇 번 돌지는 실행해야 알 수 있어서, 되돌아갈 값을 남겨 두지 않는다',
      'scan을 가장 많은 횟수로 쓰고, 본문에서 condition.where(next, carry)로 고른다',
    ],
  },
  'control.tree': {
    en: ['{op}: expected tensors, alone or in arrays and plain objects', 'got {got}', ''],
    ko: ['{op}: 텐서, 또는 텐서의 배열이나 객체여야 한다', '{got}을(를) 받았다', ''],
  },
  'control.count': {
    en: ['{op}: {got} tensors came back', '{wanted} were expected', 'return as many as go in'],
    ko: ['{op}: 텐서 {got}개를 돌려주었다', '{wanted}개여야 한다', '받은 만큼 돌려준다'],
  },
  'control.shape': {
    en: [
      '{op}: tensor {index} comes back with shape {got}',
      'shape {wanted} was expected: every turn and every branch gives the same shapes',
      '',
    ],
    ko: [
      '{op}: {index}번 텐서의 shape가 {got}(으)로 바뀌었다',
      'shape는 {wanted}이어야 한다: 매번, 어느 갈래에서나 같아야 한다',
      '',
    ],
  },
  'control.dtype': {
    en: [
      '{op}: tensor {index} comes back with dtype {got}',
      'dtype {wanted} was expected: every turn and every branch gives the same dtypes',
      'cast it: x.cast("{wanted}")',
    ],
    ko: [
      '{op}: {index}번 텐서의 dtype이 {got}(으)로 바뀌었다',
      'dtype은 {wanted}이어야 한다: 매번, 어느 갈래에서나 같아야 한다',
      '형을 바꾼다: x.cast("{wanted}")',
    ],
  },
  'control.none': {
    en: ['{op}: there is nothing to compute', 'at least one tensor was expected', ''],
    ko: ['{op}: 계산할 것이 없다', '텐서가 하나 이상 있어야 한다', ''],
  },
  'scan.scalar': {
    en: ['scan: a sequence has no axes', 'it runs over the first axis of its sequences', ''],
    ko: ['scan: 축이 없는 텐서를 차례로 읽을 수 없다', '첫 번째 축을 따라 읽는다', ''],
  },
  'scan.length': {
    en: [
      'scan: {got} is no number of turns',
      'without a sequence the number of turns must be said',
      'scan(body, init, [], { length: 10 })',
    ],
    ko: [
      'scan: {got}은(는) 횟수가 아니다',
      '차례로 읽을 텐서가 없으면 횟수를 적어야 한다',
      'scan(body, init, [], { length: 10 })',
    ],
  },
  'scan.lengths': {
    en: ['scan: sequences of {a} and {b} elements', 'all must have the same length', ''],
    ko: ['scan: 길이가 {a}인 것과 {b}인 것이 있다', '길이가 모두 같아야 한다', ''],
  },
  'vmap.none': {
    en: ['vmap: no argument counts examples', 'at least one of inAxes must be an axis', ''],
    ko: ['vmap: 예를 세는 인수가 없다', 'inAxes 가운데 하나는 축이어야 한다', ''],
  },
  'vmap.sizes': {
    en: ['vmap: arguments with {a} and {b} examples', 'all must have as many', ''],
    ko: ['vmap: 예가 {a}개인 것과 {b}개인 것이 있다', '개수가 모두 같아야 한다', ''],
  },
  'grad.count': {
    en: ['{op}: {got} vectors for {wanted} tensors', 'one for each was expected', ''],
    ko: ['{op}: 텐서는 {wanted}개인데 벡터가 {got}개이다', '하나씩 있어야 한다', ''],
  },
  'grad.like': {
    en: ['{op}: vector {index} has shape {got}', 'the shape of its tensor is {wanted}', ''],
    ko: ['{op}: {index}번 벡터의 shape가 {got}이다', '그 텐서의 shape는 {wanted}이다', ''],
  },
  'custom.count': {
    en: [
      'customGradient: the rule gave {got} gradients',
      'one for each of the {wanted} arguments was expected',
      'give undefined for an argument without one',
    ],
    ko: [
      'customGradient: 규칙이 기울기를 {got}개 주었다',
      '인수 {wanted}개에 하나씩 있어야 한다',
      '기울기가 없는 인수에는 undefined를 준다',
    ],
  },
  'custom.shape': {
    en: ['customGradient: gradient {index} has shape {got}', 'its argument has shape {wanted}', ''],
    ko: [
      'customGradient: {index}번 기울기의 shape가 {got}이다',
      '그 인수의 shape는 {wanted}이다',
      '',
    ],
  },
  'stale.read': {
    en: [
      'this tensor depends on a parameter {shape} that has been stepped {behind} time(s) since',
      'its value would mix the old graph with new weights',
      'keep it in the step, step(loss, { keep: [logits] }), or read it before the step',
    ],
    ko: [
      '이 텐서가 쓴 매개변수 {shape}이(가) 그 뒤로 {behind}번 갱신되었다',
      '지금 계산하면 옛 그래프에 새 가중치가 섞인다',
      'step(loss, { keep: [logits] })로 함께 계산하거나, step 전에 읽는다',
    ],
  },
  'stale.grad': {
    en: [
      'grad: part of the graph below this tensor is gone',
      'it was computed, and the parameters it came from were stepped since, or it depends on none',
      'take the gradient before awaiting the value or stepping',
    ],
    ko: [
      'grad: 이 텐서 아래의 그래프 일부가 이미 없다',
      '값이 계산된 뒤 매개변수가 갱신되었거나, 매개변수에 의존하지 않는다',
      '값을 읽거나 step하기 전에 기울기를 구한다',
    ],
  },
  'trace.read': {
    en: [
      'a value was read inside compile',
      'a compiled function is recorded once, without data, and replayed',
      'return the tensor and await it outside; for a choice use condition.where(a, b)',
    ],
    ko: [
      'compile 안에서 값을 읽었다',
      'compile에 준 함수는 데이터 없이 한 번 기록되고, 그 뒤로는 기록이 되풀이된다',
      '텐서를 반환하고 밖에서 await한다. 선택에는 condition.where(a, b)를 쓴다',
    ],
  },
  'trace.branch': {
    en: [
      'a tensor was used as a number or condition inside compile',
      'if, while and arithmetic of JavaScript would be decided once, while recording, without data',
      'use condition.where(a, b), or move the decision out of compile',
    ],
    ko: [
      'compile 안에서 텐서를 수나 조건으로 썼다',
      'JavaScript의 if, while, 산술은 기록할 때 데이터 없이 한 번만 정해진다',
      'condition.where(a, b)를 쓰거나, 판단을 compile 밖으로 옮긴다',
    ],
  },
  'trace.write': {
    en: [
      'a state is written inside the body of a loop, of cond or of vmap',
      'a body is recorded once and runs for every turn or example; a state is written once a step',
      'call model.eval() before, or carry the state through the loop and write it afterwards',
    ],
    ko: [
      '반복문, cond 또는 vmap의 본문 안에서 상태를 쓴다',
      '본문은 한 번 기록되어 매 차례나 예마다 실행되지만, 상태는 한 스텝에 한 번 쓴다',
      '먼저 model.eval()을 부르거나, 상태를 반복문의 carry로 옮긴 뒤 밖에서 쓴다',
    ],
  },
  'trace.started': {
    en: ['a trace is being recorded already', 'there is one at a time', 'end it with stopTrace()'],
    ko: ['trace를 이미 기록하고 있다', '한 번에 하나만 기록한다', 'stopTrace()로 끝낸다'],
  },
  'trace.stopped': {
    en: ['no trace is being recorded', 'stopTrace ends what startTrace began', 'call startTrace()'],
    ko: [
      '기록하고 있는 trace가 없다',
      'stopTrace는 startTrace가 시작한 것을 끝낸다',
      'startTrace()를 먼저 부른다',
    ],
  },
  'trace.async': {
    en: [
      'the function given to compile is async, or returned a promise',
      'recording happens in one go; steps need no await inside',
      'drop async and await: compile((x, y) => { optimizer.step(loss); return loss })',
    ],
    ko: [
      'compile에 준 함수가 async이거나 promise를 반환했다',
      '기록은 한 번에 이루어지며, 안에서는 step을 await하지 않아도 된다',
      'async와 await를 뺀다: compile((x, y) => { optimizer.step(loss); return loss })',
    ],
  },
  'trace.result': {
    en: [
      'the function given to compile returned {got}',
      'a tensor, or an array or object of tensors, was expected',
      '',
    ],
    ko: [
      'compile에 준 함수가 {got}을(를) 반환했다',
      '텐서, 또는 텐서의 배열이나 객체여야 한다',
      '',
    ],
  },
  'tensor.primitive': {
    en: [
      'a tensor was used as a number or condition',
      'JavaScript has no operators for tensors, and a value must be awaited',
      'use methods, a.add(b), a.less(b), or read it: await x.item()',
    ],
    ko: [
      '텐서를 수나 조건으로 썼다',
      'JavaScript에는 텐서 연산자가 없고, 값은 await해야 한다',
      '메서드를 쓴다: a.add(b), a.less(b). 또는 읽는다: await x.item()',
    ],
  },
  'memory.out': {
    en: [
      'out of memory: {asked} bytes asked',
      '{free} are left; {live} are in tensors and parameters, {arena} in temporaries',
      'use a smaller batch, or drop references to large tensors',
    ],
    ko: [
      '메모리가 부족하다: {asked}바이트를 요청했다',
      '남은 것은 {free}바이트이다. 텐서와 매개변수가 {live}, 임시 공간이 {arena}바이트를 쓴다',
      '배치를 줄이거나, 큰 텐서의 참조를 놓는다',
    ],
  },
  'memory.held': {
    en: [
      'out of memory: {asked} bytes asked',
      '{live} are in tensors and parameters, {arena} in temporaries; the largest are {largest}',
      'use a smaller batch, or drop references to large tensors; DEBUG=1 tells who made them',
    ],
    ko: [
      '메모리가 부족하다: {asked}바이트를 요청했다',
      '텐서와 매개변수가 {live}, 임시 공간이 {arena}바이트를 쓴다. 가장 큰 것은 {largest}',
      '배치를 줄이거나, 큰 텐서의 참조를 놓는다. DEBUG=1이면 누가 만들었는지 보인다',
    ],
  },
  'memory.host': {
    en: [
      'out of memory: {asked} bytes asked',
      'the host gave none; {live} bytes are in use',
      'use smaller tensors',
    ],
    ko: [
      '메모리가 부족하다: {asked}바이트를 요청했다',
      '호스트가 내주지 않았다. 쓰는 중인 것은 {live}바이트이다',
      '더 작은 텐서를 쓴다',
    ],
  },
  'anomaly.made': {
    en: [
      '{op} made {value} out of finite values, {count} times in {what}',
      'line {made}, layer {layer}, step {step}; it read {inputs}',
      'keep what it reads in range: clamp, an epsilon, a smaller learning rate',
    ],
    ko: [
      '{op}이(가) 유한한 값에서 {value}을(를) 만들었다. {what} 중 {count}개이다',
      '줄 {made}, 층 {layer}, 단계 {step}. 읽은 값은 {inputs}',
      '읽는 값의 범위를 지킨다: clamp, 작은 더하기 값, 더 작은 학습률',
    ],
  },
  'anomaly.gradient': {
    en: [
      '{op} made {value} out of finite values, {count} times in {what}, in a gradient',
      'that of line {made}, layer {layer}, step {step}; it read {inputs}',
      'keep what that line computes away from where its slope has no end',
    ],
    ko: [
      '{op}이(가) gradient에서 유한한 값으로 {value}을(를) 만들었다. {what} 중 {count}개이다',
      '줄 {made}의 gradient, 층 {layer}, 단계 {step}. 읽은 값은 {inputs}',
      '그 줄이 계산하는 값을 기울기가 끝없이 커지는 곳에서 멀리 둔다',
    ],
  },
  'anomaly.given': {
    en: [
      '{value} was there before anything was computed, {count} times in {what}',
      'given or stored at line {made}, read in step {step}',
      'look at the data, or at the weights that were loaded',
    ],
    ko: [
      '계산하기 전부터 {value}이(가) 있었다. {what} 중 {count}개이다',
      '줄 {made}에서 주어졌고, 단계 {step}에서 읽었다',
      '데이터나 불러온 가중치를 살펴본다',
    ],
  },
  'anomaly.lost': {
    en: [
      '{what} is not finite, but computed op by op it is',
      'both ways must give the same bits',
      'this is a fault of maru: please report it with the output of selfTest()',
    ],
    ko: [
      '{what}이(가) 유한하지 않은데, 연산 하나씩 계산하면 유한하다',
      '두 방법의 비트가 같아야 한다',
      'maru의 잘못이다. selfTest()의 출력과 함께 알려 준다',
    ],
  },
  'device.unknown': {
    en: ['there is no device "{name}"', 'one of {known} was expected', ''],
    ko: ['"{name}"이라는 장치는 없다', '{known} 중 하나여야 한다', ''],
  },
  'device.move': {
    en: [
      'a tensor {shape} lives on {device}, which the host cannot see',
      'it must be read before another device can use it',
      'await tensor.data() before useDevice',
    ],
    ko: [
      '텐서 {shape}은(는) 호스트가 볼 수 없는 {device}에 있다',
      '다른 장치가 쓰려면 먼저 읽어야 한다',
      'useDevice 전에 await tensor.data()를 한다',
    ],
  },
  'device.fault': {
    en: [
      'a kernel failed: {reason}',
      'every kernel keeps within its buffers',
      'report it with what DEBUG=2 shows; parameters that the step had not begun to write are as before',
    ],
    ko: [
      '커널이 실패했다: {reason}',
      '모든 커널은 자기 버퍼 안에 머물러야 한다',
      'DEBUG=2의 출력과 함께 알린다. 그 단계가 아직 쓰기 시작하지 않은 매개변수는 그대로이다',
    ],
  },
  'device.worker': {
    en: [
      'a worker ended while it computed: {reason}',
      'others are started in its place; parameters that the step had not begun to write are as before',
      'compute the loss again and repeat the step',
    ],
    ko: [
      '계산하던 워커가 끝났다: {reason}',
      '새 워커가 시작된다. 그 단계가 아직 쓰기 시작하지 않은 매개변수는 그대로이다',
      '손실을 다시 계산하고 그 단계를 되풀이한다',
    ],
  },
  'device.native': {
    en: [
      'there is no machine code: {reason}',
      'the device "native" computes with it only',
      'npm install koffi, or leave MARU_CPU unset: what can be machine code then is, and the bits are the same',
    ],
    ko: [
      '기계어를 쓸 수 없다: {reason}',
      '"native" 장치는 기계어로만 계산한다',
      'npm install koffi를 하거나 MARU_CPU를 비워 둔다. 그러면 가능한 것만 기계어로 계산하고, 비트는 같다',
    ],
  },
  'device.torn': {
    en: [
      'a value of shape {shape} was lost: a step failed while it was written',
      'a parameter must have a value to be read',
      'load the state again: model.loadStateDict(state)',
    ],
    ko: [
      '모양이 {shape}인 값을 잃었다. 그 값을 쓰던 단계가 실패했다',
      '읽으려면 매개변수에 값이 있어야 한다',
      '상태를 다시 불러온다: model.loadStateDict(state)',
    ],
  },
  // tensor
  'argument.tensor': {
    en: ['{op}: got {got}', 'a tensor was expected', 'make one: tensor(values)'],
    ko: ['{op}: {got}을(를) 받았다', '텐서여야 한다', '텐서로 만든다: tensor(values)'],
  },
  'argument.promise': {
    en: ['{op}: got a promise', 'a tensor was expected', 'await it first: await step(x, y)'],
    ko: ['{op}: promise를 받았다', '텐서여야 한다', '먼저 await한다: await step(x, y)'],
  },
  'argument.list': {
    en: ['{op}: got {got}', 'a list of numbers was expected', ''],
    ko: ['{op}: {got}을(를) 받았다', '수의 목록이어야 한다', ''],
  },
  'argument.tensors': {
    en: ['{op}: got {got}', 'a list of tensors was expected', ''],
    ko: ['{op}: {got}을(를) 받았다', '텐서의 목록이어야 한다', ''],
  },
  'argument.number': {
    en: ['{op}: {name} is {got}', 'a number was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '수여야 한다', ''],
  },
  'argument.function': {
    en: ['{op}: {name} is {got}', 'a function was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '함수여야 한다', ''],
  },
  'argument.options': {
    en: ['{op}: got {got}', 'options by name were expected', 'write them in braces: { … }'],
    ko: ['{op}: {got}을(를) 받았다', '이름이 붙은 옵션이어야 한다', '중괄호 안에 쓴다: { … }'],
  },
  'where.condition': {
    en: [
      'where: the condition has dtype {dtype}',
      'a bool tensor was expected',
      'compare first: x.greater(0).where(a, b)',
    ],
    ko: [
      'where: 조건의 dtype이 {dtype}이다',
      'bool 텐서여야 한다',
      '먼저 비교한다: x.greater(0).where(a, b)',
    ],
  },
  'prelu.weight': {
    en: [
      'prelu: a weight of shape {weight} for {shape}',
      'one number, or {channels} in one axis, one for each channel',
      '',
    ],
    ko: [
      'prelu: {shape}에 shape {weight}의 weight를 쓸 수 없다',
      '수 하나이거나, 축 하나에 채널마다 하나씩 {channels}개여야 한다',
      '',
    ],
  },
  'glu.odd': {
    en: ['glu: size {size} of axis {axis} of {shape} is odd', 'it is cut into two halves', ''],
    ko: [
      'glu: {shape}의 축 {axis}의 크기 {size}이(가) 홀수이다',
      '둘로 똑같이 나눌 수 있어야 한다',
      '',
    ],
  },
  'random.truncated': {
    en: [
      'truncatedNormal: low {low}, high {high}, std {std}',
      'low must be below high, and std above 0',
      '',
    ],
    ko: [
      'truncatedNormal: low가 {low}, high가 {high}, std가 {std}이다',
      'low는 high보다 작고 std는 0보다 커야 한다',
      '',
    ],
  },
  'random.positive': {
    en: ['{op}: {name} is {got}', 'it must be above 0', ''],
    ko: ['{op}: {name}의 값이 {got}이다', '0보다 커야 한다', ''],
  },
  'categorical.scalar': {
    en: ['categorical: the logits have no axis', 'the last axis is that of the classes', ''],
    ko: ['categorical: logits에 축이 없다', '마지막 축이 클래스의 축이어야 한다', ''],
  },
  'permute.axes': {
    en: [
      'permute: axes {axes} are not a permutation of the {ndim} axes of {shape}',
      'every axis must appear once',
      '',
    ],
    ko: [
      'permute: 축 {axes}은(는) {shape}의 축 {ndim}개의 순열이 아니다',
      '모든 축이 한 번씩 나와야 한다',
      '',
    ],
  },
  'expand.shape': {
    en: [
      'expand: {from} does not expand to {to}',
      'only axes of size 1 repeat, and new axes come in front',
      '',
    ],
    ko: [
      'expand: {from}은(는) {to}(으)로 넓힐 수 없다',
      '크기가 1인 축만 되풀이되고, 새 축은 앞에 붙는다',
      '',
    ],
  },
  'flatten.order': {
    en: ['flatten: start axis {start} is after end axis {end} in {shape}', 'start ≤ end', ''],
    ko: [
      'flatten: {shape}에서 시작 축 {start}이(가) 끝 축 {end}보다 뒤에 있다',
      '시작 ≤ 끝이어야 한다',
      '',
    ],
  },
  'slice.range': {
    en: [
      'slice: {start} to {end} is out of range for axis {axis} of {shape}',
      '0 ≤ start ≤ end ≤ size was expected, negative positions counted from the end; with a negative step end ≤ start',
      '',
    ],
    ko: [
      'slice: {start}부터 {end}까지는 {shape}의 축 {axis} 범위를 벗어난다',
      '0 ≤ 시작 ≤ 끝 ≤ 크기여야 한다. 음수는 끝에서부터 센다. step이 음수이면 끝 ≤ 시작이다',
      '',
    ],
  },
  'slices.ranges': {
    en: [
      'slices: ranges {ranges} do not fit {shape}',
      'one [start, end) inside the size for every axis',
      '',
    ],
    ko: [
      'slices: 범위 {ranges}이(가) {shape}에 맞지 않는다',
      '축마다 크기 안의 [시작, 끝) 하나씩이어야 한다',
      '',
    ],
  },
  'slice.step': {
    en: ['slice: the step is {step}', 'an integer other than 0 was expected', ''],
    ko: ['slice: step이 {step}이다', '0이 아닌 정수여야 한다', ''],
  },
  'narrow.range': {
    en: [
      'narrow: {length} elements from {start} on are not in axis {axis} of {shape}',
      '0 ≤ start ≤ start + length ≤ size was expected, a negative start counted from the end',
      '',
    ],
    ko: [
      'narrow: {shape}의 축 {axis}에는 {start}부터 원소 {length}개가 없다',
      '0 ≤ 시작 ≤ 시작 + 길이 ≤ 크기여야 한다. 음수인 시작은 끝에서부터 센다',
      '',
    ],
  },
  'select.range': {
    en: [
      'select: index {index} is outside axis {axis} of {shape}',
      'it has {size} positions, counted from 0, or back from -1',
      '',
    ],
    ko: [
      'select: 번호 {index}은(는) {shape}의 축 {axis} 밖이다',
      '위치는 {size}개이다. 앞에서는 0부터, 뒤에서는 -1부터 센다',
      '',
    ],
  },
  'parts.many': {
    en: ['{op}: {count} parts were asked for', 'at most {most} in one call', ''],
    ko: ['{op}: 조각 {count}개를 요청했다', '한 번에 {most}개까지이다', ''],
  },
  'unflatten.sizes': {
    en: [
      'unflatten: {sizes} do not make up axis {axis} of {shape}',
      'sizes whose product is {size}, one of them perhaps -1',
      '',
    ],
    ko: [
      'unflatten: {sizes}(으)로는 {shape}의 축 {axis}을(를) 이룰 수 없다',
      '곱이 {size}인 크기들이어야 하고 하나는 -1이어도 된다',
      '',
    ],
  },
  'rot90.axes': {
    en: ['rot90: axes {axes} are no plane of {shape}', 'two different axes were expected', ''],
    ko: ['rot90: 축 {axes}은(는) {shape}의 평면이 아니다', '서로 다른 두 축이어야 한다', ''],
  },
  'split.sizes': {
    en: [
      'split: sizes {sizes} add up to {total}, not to axis {axis} of {shape}',
      'the parts must cover the axis',
      'give one number for parts of one size',
    ],
    ko: [
      'split: 크기 {sizes}의 합 {total}이(가) {shape}의 축 {axis}와(과) 다르다',
      '조각들이 축을 모두 덮어야 한다',
      '같은 크기로 나누려면 수 하나를 준다',
    ],
  },
  'repeat.counts': {
    en: [
      'repeat: counts {counts} are fewer than the axes of {shape}',
      'one count for every axis, and more for new ones in front',
      '',
    ],
    ko: [
      'repeat: 횟수 {counts}이(가) {shape}의 축보다 적다',
      '축마다 횟수 하나씩, 앞에 새 축을 만들려면 더 준다',
      '',
    ],
  },
  'roll.shifts': {
    en: [
      'roll: shifts {shifts} do not fit axes {axes}',
      '{expected} shift(s) expected: one for every axis, or one for the flattened tensor',
      '',
    ],
    ko: [
      'roll: 이동 {shifts}이(가) 축 {axes}에 맞지 않는다',
      '이동이 {expected}개여야 한다. 축마다 하나씩, 축이 없으면 펼친 텐서에 하나이다',
      '',
    ],
  },
  'movedim.axes': {
    en: [
      'movedim: axes {source} cannot go to {destination} in {shape}',
      'as many destinations as sources, each axis once',
      '',
    ],
    ko: [
      'movedim: {shape}에서 축 {source}을(를) {destination}(으)로 옮길 수 없다',
      '옮길 축과 자리의 수가 같고 서로 달라야 한다',
      '',
    ],
  },
  'diag.rank': {
    en: [
      'diag: expects a vector or a matrix, got {shape}',
      'one or two axes',
      'use diagonal or diagEmbed for more',
    ],
    ko: [
      'diag: 벡터나 행렬을 기대했으나 {shape}을(를) 받았다',
      '축이 하나나 둘이어야 한다',
      '축이 더 많으면 diagonal이나 diagEmbed를 쓴다',
    ],
  },
  'trace.rank': {
    en: ['trace: expects a matrix, got {shape}', 'two axes', 'use diagonal and sum for more'],
    ko: [
      'trace: 행렬을 기대했으나 {shape}을(를) 받았다',
      '축이 둘이어야 한다',
      '축이 더 많으면 diagonal과 sum을 쓴다',
    ],
  },
  'pad.widths': {
    en: [
      'pad: widths {widths} do not fit {shape}',
      'one [before, after] of integers of 0 or more for every axis',
      '',
    ],
    ko: [
      'pad: 너비 {widths}이(가) {shape}에 맞지 않는다',
      '축마다 0 이상의 정수로 된 [앞, 뒤] 하나씩이어야 한다',
      '',
    ],
  },
  'pad.border': {
    en: [
      'pad: a border of {got}',
      "a number, 'reflect', 'replicate' or 'circular' was expected",
      '',
    ],
    ko: ['pad: 테두리가 {got}이다', "수나 'reflect', 'replicate', 'circular' 중 하나여야 한다", ''],
  },
  'pad.mode': {
    en: [
      "pad: axis {axis} of {shape} is too short for a '{mode}' border {widths}",
      "'reflect' takes fewer elements than there are, 'circular' at most as many, 'replicate' needs one",
      '',
    ],
    ko: [
      "pad: {shape}의 축 {axis}이(가) '{mode}' 테두리 {widths}에 비해 짧다",
      "'reflect'의 너비는 크기보다 작고 'circular'의 너비는 크기 이하여야 하며 'replicate'는 원소가 하나 이상 있어야 한다",
      '',
    ],
  },
  'squeeze.size': {
    en: [
      'squeeze: axis {axis} of {shape} has size {size}, not 1',
      'only an axis of size 1 can be dropped',
      'use reshape or a reduction',
    ],
    ko: [
      'squeeze: {shape}의 축 {axis}은(는) 크기가 1이 아니라 {size}이다',
      '크기가 1인 축만 없앨 수 있다',
      'reshape나 축약을 쓴다',
    ],
  },
  'matmul.dtype': {
    en: [
      '{op}: dtypes {a} and {b} differ',
      'both operands must have one dtype; nothing is converted in silence',
      "cast the narrower: {narrow}.cast('{wide}')",
    ],
    ko: [
      '{op}: dtype {a}와(과) {b}이(가) 다르다',
      '두 피연산자의 dtype이 같아야 한다. 저절로 바뀌지 않는다',
      "좁은 쪽을 변환한다: {narrow}.cast('{wide}')",
    ],
  },
  'matmul.scalar': {
    en: [
      'matmul: the {side} operand is a scalar, {a} x {b}',
      'both need at least one axis',
      'use mul for a product with a number',
    ],
    ko: [
      'matmul: 피연산자 하나({side})가 스칼라이다, {a} x {b}',
      '양쪽 모두 축이 하나 이상이어야 한다',
      '수와의 곱에는 mul을 쓴다',
    ],
  },
  'matmul.inner': {
    en: [
      '{op}: inner dimensions {k} and {k2} differ, {a} x {b}',
      'the last axis of the left must equal the second-to-last of the right',
      '',
    ],
    ko: [
      '{op}: 안쪽 크기 {k}와(과) {k2}이(가) 다르다, {a} x {b}',
      '왼쪽의 마지막 축과 오른쪽의 끝에서 둘째 축이 같아야 한다',
      '',
    ],
  },
  'matmul.transposed': {
    en: [
      '{op}: inner dimensions {k} and {k2} differ, {a} x {b}',
      'the last axis of the left must equal the second-to-last of the right',
      'a.matmul(b.transpose())',
    ],
    ko: [
      '{op}: 안쪽 크기 {k}와(과) {k2}이(가) 다르다, {a} x {b}',
      '왼쪽의 마지막 축과 오른쪽의 끝에서 둘째 축이 같아야 한다',
      'a.matmul(b.transpose())',
    ],
  },
  'searchSorted.shapes': {
    en: [
      'searchSorted: sorted lines {sorted} and values {values} do not belong together',
      'the axes of the values must begin with those of the sorted lines, the last one left out',
      '',
    ],
    ko: [
      'searchSorted: 정렬된 줄 {sorted}와(과) 값 {values}이(가) 맞지 않는다',
      '값의 앞쪽 축은 마지막 축을 뺀 정렬된 줄의 축과 같아야 한다',
      '',
    ],
  },
  'histogram.range': {
    en: ['histogram: the bins go from {min} to {max}', 'finite bounds with min < max', ''],
    ko: ['histogram: 구간이 {min}에서 {max}까지이다', '유한하고 min < max여야 한다', ''],
  },
  'complex.pair': {
    en: [
      '{op}: shape {shape} is not one of complex numbers',
      'the last axis must hold two parts, real and imaginary',
      'use rfft for real numbers',
    ],
    ko: [
      '{op}: shape {shape}은(는) 복소수의 shape가 아니다',
      '마지막 축에는 실수부와 허수부 두 개가 있어야 한다',
      '실수에는 rfft를 쓴다',
    ],
  },
  'fourier.norm': {
    en: ['{op}: there is no norm "{got}"', '"backward", "ortho" or "forward" was expected', ''],
    ko: ['{op}: "{got}"이라는 norm은 없다', '"backward", "ortho", "forward" 중 하나여야 한다', ''],
  },
  'matrix.rank': {
    en: ['{op}: shape {shape} has {ndim} axes', 'a matrix has at least two', ''],
    ko: ['{op}: shape {shape}의 축은 {ndim}개이다', '행렬에는 축이 둘 이상 있어야 한다', ''],
  },
  'matrix.square': {
    en: ['{op}: matrices of shape {shape} are not square', 'the last two axes must be equal', ''],
    ko: ['{op}: shape {shape}의 행렬은 정사각이 아니다', '마지막 두 축의 크기가 같아야 한다', ''],
  },
  'matrix.rows': {
    en: [
      '{op}: the right side {b} does not fit matrices {a}',
      'it needs as many rows as they have: [..., n, m], or [n]',
      '',
    ],
    ko: [
      '{op}: 우변 {b}이(가) 행렬 {a}와(과) 맞지 않는다',
      '행의 수가 같아야 한다. [..., n, m] 또는 [n]',
      '',
    ],
  },
  'matrix.dtype': {
    en: [
      '{op}: dtypes {a} and {b} differ',
      'both sides must have one dtype; nothing is converted in silence',
      'cast one of them',
    ],
    ko: [
      '{op}: dtype {a}와(과) {b}이(가) 다르다',
      '양변의 dtype이 같아야 한다. 저절로 바뀌지 않는다',
      '한쪽을 변환한다',
    ],
  },
  'product.rank': {
    en: [
      '{op}: {a} and {b} do not have {rank} axes each',
      'both operands must have as many axes',
      'use matmul, which takes any number',
    ],
    ko: [
      '{op}: {a}와(과) {b}의 축이 {rank}개씩이 아니다',
      '두 피연산자의 축이 모두 그만큼이어야 한다',
      '축의 수가 자유로운 matmul을 쓴다',
    ],
  },
  'bmm.batch': {
    en: [
      'bmm: {a} and {b} hold different numbers of matrices',
      'the first sizes must be equal',
      'use matmul, which broadcasts',
    ],
    ko: [
      'bmm: {a}와(과) {b}의 행렬 수가 다르다',
      '첫 크기가 같아야 한다',
      'broadcast하는 matmul을 쓴다',
    ],
  },
  'tensordot.axes': {
    en: [
      'tensordot: axes {own} of {a} and {others} of {b} have different sizes',
      'axes that are summed over must agree',
      '',
    ],
    ko: [
      'tensordot: {a}의 축 {own}와(과) {b}의 축 {others}의 크기가 다르다',
      '더해질 축은 크기가 같아야 한다',
      '',
    ],
  },
  'tensordot.count': {
    en: [
      'tensordot: {a} and {b} do not have {count} axes to sum over',
      'at most as many as both have',
      '',
    ],
    ko: ['tensordot: {a}와(과) {b}에는 더할 축 {count}개가 없다', '양쪽 축의 수 이하여야 한다', ''],
  },
  'einsum.equation': {
    en: [
      "einsum: '{equation}' cannot be read",
      'letters for axes, commas between operands, perhaps ... in each, and -> before the result',
      "for a matrix product: 'ij,jk->ik'",
    ],
    ko: [
      "einsum: '{equation}'을(를) 읽을 수 없다",
      '축은 글자로, 피연산자는 쉼표로 나누고, ...은 하나씩만, 결과 앞에는 ->를 쓴다',
      "행렬의 곱은 'ij,jk->ik'이다",
    ],
  },
  'einsum.operands': {
    en: [
      "einsum: '{equation}' is about {expected} operands, {count} were given",
      'one part between commas for each tensor',
      '',
    ],
    ko: [
      "einsum: '{equation}'의 피연산자는 {expected}개인데 {count}개를 받았다",
      '쉼표로 나눈 조각마다 텐서 하나여야 한다',
      '',
    ],
  },
  'einsum.result': {
    en: [
      "einsum: the result of '{equation}' cannot have the label '{letter}'",
      'each label of the result must be in an operand, and once in the result',
      '',
    ],
    ko: [
      "einsum: '{equation}'의 결과에 글자 '{letter}'을(를) 쓸 수 없다",
      '결과의 글자는 피연산자에 있어야 하고 결과에는 한 번만 쓴다',
      '',
    ],
  },
  'einsum.rank': {
    en: [
      "einsum: '{letters}' in '{equation}' does not fit {shape}",
      'one letter for each axis, or ... for those without one',
      '',
    ],
    ko: [
      "einsum: '{equation}'의 '{letters}'이(가) {shape}에 맞지 않는다",
      '축마다 글자 하나씩이어야 하고 나머지는 ...으로 쓴다',
      '',
    ],
  },
  'einsum.sizes': {
    en: [
      "einsum: the label '{letter}' of '{equation}' stands for sizes {a} and {b}",
      'axes of one label must be equal, or 1',
      '',
    ],
    ko: [
      "einsum: '{equation}'의 글자 '{letter}'이(가) 크기 {a}와(과) {b}을(를) 가리킨다",
      '같은 글자의 축은 크기가 같거나 1이어야 한다',
      '',
    ],
  },
  'attention.shapes': {
    en: [
      'scaledDotProductAttention: queries {q}, keys {k} and values {v} do not fit',
      'queries [..., l, d], keys [..., s, d], values [..., s, e]',
      'with heads apart: transpose [n, l, heads, d] to [n, heads, l, d]',
    ],
    ko: [
      'scaledDotProductAttention: 질의 {q}, 키 {k}, 값 {v}이(가) 맞지 않는다',
      '질의 [..., l, d], 키 [..., s, d], 값 [..., s, e]여야 한다',
      'head가 나뉘어 있으면 [n, l, heads, d]를 [n, heads, l, d]로 전치한다',
    ],
  },
  'cdist.rows': {
    en: [
      'cdist: rows of {a} and {b} have no distance',
      'matrices in the last two axes, rows of one length, were expected',
      '',
    ],
    ko: [
      'cdist: {a}와(과) {b}의 행 사이에는 거리가 없다',
      '마지막 두 축이 행렬이고 행의 길이가 같아야 한다',
      '',
    ],
  },
  'window.same': {
    en: [
      "{op}: padding 'same' needs stride 1, got {stride}",
      'with a larger stride the size cannot stay the same',
      'give the padding in elements',
    ],
    ko: [
      "{op}: padding 'same'은 stride가 1이어야 하는데 {stride}이다",
      'stride가 더 크면 크기가 같을 수 없다',
      'padding을 원소 수로 준다',
    ],
  },
  'window.rank': {
    en: [
      '{op}: expects [..., channels, {axes}], got {shape}',
      'at least {count} axes',
      'axes of size 1 are made by unsqueeze',
    ],
    ko: [
      '{op}: [..., channels, {axes}]를 기대했으나 {shape}을(를) 받았다',
      '축이 {count}개 이상이어야 한다',
      '크기 1인 축은 unsqueeze로 만든다',
    ],
  },
  'window.axes': {
    en: ['{op}: {name} is {got}', 'one number, or one for each of {rank} axes, was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '수 하나이거나 축 {rank}개에 하나씩이어야 한다', ''],
  },
  'window.padding': {
    en: [
      "{op}: there is no padding '{got}'",
      "numbers, pairs [before, after], 'same', 'valid', 'full', or 'causal' along one axis, were expected",
      '',
    ],
    ko: [
      "{op}: '{got}'(이)라는 padding은 없다",
      "수, [앞, 뒤] 쌍, 'same', 'valid', 'full', 축이 하나일 때 'causal' 중 하나여야 한다",
      '',
    ],
  },
  'window.fit': {
    en: [
      '{op}: kernel {size} does not fit into {shape}',
      'after padding and dilation at least one window must fit',
      'use a smaller kernel or more padding',
    ],
    ko: [
      '{op}: 커널 {size}이(가) {shape}에 들어가지 않는다',
      'padding과 dilation을 적용한 뒤 창이 하나 이상 들어가야 한다',
      '커널을 줄이거나 padding을 늘린다',
    ],
  },
  'fold.patches': {
    en: [
      'fold: {shape} does not hold patches of images of size {size}',
      'rows for channels times {area} elements, and {columns} columns, were expected',
      '',
    ],
    ko: [
      'fold: {shape}은(는) 크기 {size}인 이미지의 조각이 아니다',
      '행은 채널 수 곱하기 원소 {area}개, 열은 {columns}개여야 한다',
      '',
    ],
  },
  'conv.weight': {
    en: ['{op}: expects a weight [{axes}], got {weight}', '{count} axes', ''],
    ko: ['{op}: 가중치 [{axes}]를 기대했으나 {weight}을(를) 받았다', '축이 {count}개여야 한다', ''],
  },
  'conv.dtype': {
    en: [
      '{op}: dtypes {x} and {weight} differ',
      'input and weight must have one dtype; nothing is converted in silence',
      "cast the input: x.cast('{weight}')",
    ],
    ko: [
      '{op}: dtype {x}와(과) {weight}이(가) 다르다',
      '입력과 가중치의 dtype이 같아야 한다. 저절로 바뀌지 않는다',
      "입력을 변환한다: x.cast('{weight}')",
    ],
  },
  'conv.channels': {
    en: [
      '{op}: expects {inChannels} input channels, got {c} in {shape}',
      'the axis before those that the kernel slides over counts the channels',
      'a kernel for {c} channels, or an input of {inChannels}; ChannelsLast is for channels at the end',
    ],
    ko: [
      '{op}: 입력 채널 {inChannels}개를 기대했으나 {shape}에는 {c}개이다',
      '커널이 움직이는 축들 바로 앞의 축이 채널이다',
      '채널 {c}개짜리 커널을 쓰거나 채널이 {inChannels}개인 입력을 준다. 채널이 끝에 있으면 ChannelsLast를 쓴다',
    ],
  },
  'conv.groups': {
    en: [
      '{op}: {channels} output channels do not split into {groups} groups',
      'channels must be a multiple of groups',
      '',
    ],
    ko: [
      '{op}: 출력 채널 {channels}개를 {groups}개의 그룹으로 나눌 수 없다',
      '채널 수는 그룹 수의 배수여야 한다',
      '',
    ],
  },
  'conv.inputGroups': {
    en: [
      '{op}: {channels} input channels do not split into {groups} groups',
      'channels must be a multiple of groups',
      '',
    ],
    ko: [
      '{op}: 입력 채널 {channels}개를 {groups}개의 그룹으로 나눌 수 없다',
      '채널 수는 그룹 수의 배수여야 한다',
      '',
    ],
  },
  'conv.outputPadding': {
    en: [
      '{op}: output padding {width} is too large',
      'it must be less than the stride or the dilation, {most} here',
      '',
    ],
    ko: [
      '{op}: 출력 padding {width}이(가) 너무 크다',
      'stride나 dilation보다 작아야 한다. 여기서는 {most}이다',
      '',
    ],
  },
  'conv.nothing': {
    en: [
      '{op}: nothing is left of {shape} with kernel {size}',
      'at least one element must remain after the padding is cut off',
      'use less padding',
    ],
    ko: [
      '{op}: 커널 {size}(으)로는 {shape}에서 남는 것이 없다',
      'padding을 잘라 낸 뒤 원소가 하나 이상 남아야 한다',
      'padding을 줄인다',
    ],
  },
  'pool.padding': {
    en: [
      '{op}: padding {padding} is more than half of the kernel {size}',
      'a window of padding alone has no elements',
      '',
    ],
    ko: [
      '{op}: padding {padding}이(가) 커널 {size}의 절반을 넘는다',
      'padding만으로 된 창에는 원소가 없다',
      '',
    ],
  },
  'contract.labels': {
    en: [
      'contract: labels {labels} do not fit {a} and {b}',
      'one label for each axis was expected; equal ones have one size, those of one side are in the result',
      '',
    ],
    ko: [
      'contract: 라벨 {labels}이(가) {a}, {b}와(과) 맞지 않는다',
      '축마다 라벨이 하나여야 한다. 같은 라벨은 크기가 같고, 한쪽에만 있는 라벨은 결과에 있어야 한다',
      '',
    ],
  },
  'windows.sizes': {
    en: [
      '{op}: windows {got} do not fit {shape}',
      'a size, a stride and a dilation of at least 1 were expected for each of the last axes',
      '',
    ],
    ko: [
      '{op}: 창 {got}이(가) {shape}에 맞지 않는다',
      '마지막 축마다 size, stride, dilation이 1 이상의 정수로 하나씩 있어야 한다',
      '',
    ],
  },
  'pool.norm': {
    en: [
      '{op}: a norm of order {got}',
      'a finite order of more than 0 was expected',
      'use maxPool for the largest magnitude',
    ],
    ko: [
      '{op}: 노름의 차수가 {got}이다',
      '0보다 큰 유한한 수여야 한다',
      '가장 큰 절댓값은 maxPool로 구한다',
    ],
  },
  'resize.mode': {
    en: [
      "interpolate: there is no mode '{got}'",
      "'nearest', 'nearest-exact', 'linear', 'bilinear', 'trilinear', 'bicubic' or 'area' was expected",
      '',
    ],
    ko: [
      "interpolate: '{got}'(이)라는 mode는 없다",
      "'nearest', 'nearest-exact', 'linear', 'bilinear', 'trilinear', 'bicubic', 'area' 중 하나여야 한다",
      '',
    ],
  },
  'resize.rank': {
    en: [
      "interpolate: mode '{mode}' does not fit {shape}",
      '[n, channels, ...sizes]: one size for linear, two for bilinear and bicubic, three for trilinear, one to three otherwise',
      '',
    ],
    ko: [
      "interpolate: mode '{mode}'이(가) {shape}에 맞지 않는다",
      '[n, 채널, ...크기]에서 크기가 linear는 하나, bilinear와 bicubic은 둘, trilinear는 셋, 나머지는 하나에서 셋이어야 한다',
      '',
    ],
  },
  'resize.size': {
    en: ['interpolate: the new size is not clear', 'either size or scaleFactor was expected', ''],
    ko: ['interpolate: 새 크기가 분명하지 않다', 'size와 scaleFactor 중 하나를 주어야 한다', ''],
  },
  'resize.empty': {
    en: ['interpolate: there are no elements in {sizes}', 'at least one along every axis', ''],
    ko: ['interpolate: {sizes}에는 원소가 없다', '축마다 하나 이상이어야 한다', ''],
  },
  'resize.large': {
    en: [
      'interpolate: {from} elements to {to} along one axis take {weights} weights',
      'at most {most}',
      'resize in several steps',
    ],
    ko: [
      'interpolate: 한 축을 {from}에서 {to}(으)로 바꾸려면 가중치가 {weights}개 필요하다',
      '{most}개 이하여야 한다',
      '여러 번에 나누어 바꾼다',
    ],
  },
  'resize.factor': {
    en: [
      'interpolate: scaleFactor is {got}',
      'one finite number of more than 0, or one for each of {rank} axes, was expected',
      '',
    ],
    ko: [
      'interpolate: scaleFactor가 {got}이다',
      '0보다 큰 유한한 수 하나이거나 축 {rank}개에 하나씩이어야 한다',
      '',
    ],
  },
  'pixels.shuffle': {
    en: [
      'pixelShuffle: {shape} has no groups of {area} channels',
      '[..., channels, height, width] with a multiple of {factor} squared channels was expected',
      '',
    ],
    ko: [
      'pixelShuffle: {shape}에는 채널 {area}개씩의 묶음이 없다',
      '[..., 채널, 높이, 너비]에서 채널 수가 {factor}의 제곱의 배수여야 한다',
      '',
    ],
  },
  'pixels.unshuffle': {
    en: [
      'pixelUnshuffle: {shape} does not split into squares of {factor}',
      '[..., channels, height, width] with multiples of {factor} was expected',
      '',
    ],
    ko: [
      'pixelUnshuffle: {shape}은(는) 한 변이 {factor}인 정사각형으로 나뉘지 않는다',
      '[..., 채널, 높이, 너비]에서 높이와 너비가 {factor}의 배수여야 한다',
      '',
    ],
  },
  'norm.shape': {
    en: [
      '{op}: the last sizes of {shape} are not {wanted}',
      'the shape to normalise over must be that of the last axes',
      'a layer for the last sizes of the input, or another order of its axes: x.permute(order)',
    ],
    ko: [
      '{op}: {shape}의 마지막 크기가 {wanted}이(가) 아니다',
      '정규화할 shape는 마지막 축들의 것이어야 한다',
      '입력의 마지막 크기에 맞는 층을 쓰거나 축의 순서를 바꾼다: x.permute(order)',
    ],
  },
  'norm.channels': {
    en: ['{op}: expects [n, channels, ...], got {shape}', 'at least two axes', ''],
    ko: ['{op}: [n, 채널, ...]을 기대했으나 {shape}을(를) 받았다', '축이 둘 이상이어야 한다', ''],
  },
  'norm.features': {
    en: [
      '{op}: normalises {wanted} channels, got {channels} in {shape}',
      'the layer has statistics or factors for each of its channels',
      'a layer for {channels} channels, or an input of {wanted}',
    ],
    ko: [
      '{op}: 채널 {wanted}개를 정규화하지만 {shape}에는 {channels}개이다',
      '이 층은 채널마다 통계나 계수를 가지고 있다',
      '채널 {channels}개짜리 층을 쓰거나 채널이 {wanted}개인 입력을 준다',
    ],
  },
  'norm.groups': {
    en: [
      'groupNorm: {channels} channels of {shape} do not split into {groups} groups',
      'channels must be a multiple of groups',
      '',
    ],
    ko: [
      'groupNorm: {shape}의 채널 {channels}개를 {groups}개의 그룹으로 나눌 수 없다',
      '채널 수는 그룹 수의 배수여야 한다',
      '',
    ],
  },
  'norm.affine': {
    en: ['{op}: {name} has shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: {name}의 shape가 {got}이다', '{wanted}이어야 한다', ''],
  },
  'tensor.ragged': {
    en: [
      'tensor: the nested arrays do not form {shape}',
      'rows of one length, and numbers or booleans at the bottom, were expected',
      '',
    ],
    ko: [
      'tensor: 중첩 배열이 {shape}을(를) 이루지 않는다',
      '행의 길이가 같고 맨 안쪽은 수나 참거짓이어야 한다',
      '',
    ],
  },
  'tensor.values': {
    en: ['tensor: got values of type {got}', 'numbers or booleans were expected', ''],
    ko: ['tensor: {got} 값을 받았다', '수나 참거짓이어야 한다', ''],
  },
  'tensor.size': {
    en: [
      'tensor: {count} values do not fill shape {shape}',
      'as many values as the shape has elements',
      '',
    ],
    ko: [
      'tensor: 값 {count}개로는 shape {shape}을(를) 채울 수 없다',
      '값의 수와 원소의 수가 같아야 한다',
      '',
    ],
  },
  'as.shape': {
    en: ['as: the tensor has shape {shape}', '{wanted} was stated', ''],
    ko: ['as: 텐서의 shape는 {shape}이다', '{wanted}(이)라고 했다', ''],
  },
  'item.size': {
    en: [
      'item: the tensor has shape {shape}',
      'a tensor of one element was expected',
      'use array() or data(), or reduce it first',
    ],
    ko: [
      'item: 텐서의 shape가 {shape}이다',
      '원소가 하나인 텐서여야 한다',
      'array()나 data()를 쓰거나 먼저 하나로 줄인다',
    ],
  },
  'concat.none': {
    en: ['concat: there is nothing to join', 'at least one tensor was expected', ''],
    ko: ['concat: 이을 것이 없다', '텐서가 하나 이상이어야 한다', ''],
  },
  'concat.rank': {
    en: ['concat: {a} and {b} have different ranks', 'tensors with as many axes were expected', ''],
    ko: ['concat: {a}와(과) {b}은(는) 축의 수가 다르다', '축의 수가 같아야 한다', ''],
  },
  'concat.sizes': {
    en: ['concat: {a} and {b} differ outside axis {axis}', 'all other sizes must be equal', ''],
    ko: [
      'concat: {a}와(과) {b}은(는) 축 {axis} 밖에서 다르다',
      '나머지 크기가 모두 같아야 한다',
      '',
    ],
  },
  'stack.shapes': {
    en: ['stack: shapes {a} and {b} differ', 'equal shapes were expected', ''],
    ko: ['stack: shape {a}와(과) {b}이(가) 다르다', 'shape가 같아야 한다', ''],
  },
  'arange.step': {
    en: [
      'arange: no steps of {step} lead from {start} to {stop}',
      'a step other than 0, towards the bound, was expected',
      '',
    ],
    ko: [
      'arange: {step}씩 가서는 {start}에서 {stop}에 이를 수 없다',
      '끝을 향하는, 0이 아닌 step이어야 한다',
      '',
    ],
  },
  'meshgrid.rank': {
    en: ['meshgrid: got a tensor {shape}', 'vectors, or scalars, were expected', ''],
    ko: ['meshgrid: 텐서 {shape}을(를) 받았다', '벡터나 스칼라여야 한다', ''],
  },
  'meshgrid.indexing': {
    en: ["meshgrid: there is no indexing '{got}'", "'ij' or 'xy' was expected", ''],
    ko: ["meshgrid: '{got}'(이)라는 indexing은 없다", "'ij'나 'xy'여야 한다", ''],
  },
  'oneHot.dtype': {
    en: ['oneHot: ids have dtype {dtype}', 'class ids are integers', "ids.cast('int32')"],
    ko: ['oneHot: 번호의 dtype이 {dtype}이다', '클래스 번호는 정수이다', "ids.cast('int32')"],
  },
  'oneHot.range': {
    en: [
      'oneHot: id {id} is not one of {classes} classes',
      'class ids run from 0 to {last}',
      'check the ids, or numClasses',
    ],
    ko: [
      'oneHot: 클래스가 {classes}개인데 번호가 {id}이다',
      '클래스 번호는 0부터 {last}까지이다',
      '번호나 numClasses를 확인한다',
    ],
  },
  // losses
  'labels.scores': {
    en: [
      '{op}: expects logits [rows, classes], got {scores}',
      'one row of scores for each example',
      '',
    ],
    ko: [
      '{op}: logits [행, 클래스]를 기대했으나 {scores}을(를) 받았다',
      '예제마다 점수가 한 행이어야 한다',
      '',
    ],
  },
  'labels.shape': {
    en: [
      '{op}: expects labels [rows], got {labels}',
      'one class id for each row of scores',
      'drop axes of size 1: labels.squeeze(1)',
    ],
    ko: [
      '{op}: labels [행]을 기대했으나 {labels}을(를) 받았다',
      '점수의 행마다 클래스 번호 하나여야 한다',
      '크기 1인 축을 없앤다: labels.squeeze(1)',
    ],
  },
  'labels.places': {
    en: [
      '{op}: scores {scores} take labels {wanted}, got {labels}',
      'one class id for each place; the classes are on axis 1 of the scores',
      '',
    ],
    ko: [
      '{op}: 점수가 {scores}이면 labels는 {wanted}이어야 하는데 {labels}을(를) 받았다',
      '자리마다 클래스 번호 하나여야 하고, 클래스는 점수의 1번 축에 있어야 한다',
      '',
    ],
  },
  'labels.oneHot': {
    en: [
      '{op}: labels {labels} look one-hot, scores are {scores}',
      'class ids, one integer for each row, were expected',
      "turn them into class ids: labels.argmax(1); probabilities are floats: labels.cast('float32')",
    ],
    ko: [
      '{op}: labels {labels}이(가) one-hot 형태이다. 점수는 {scores}이다',
      '행마다 클래스 번호인 정수 하나여야 한다',
      "클래스 번호로 바꾼다: labels.argmax(1). 확률은 실수여야 한다: labels.cast('float32')",
    ],
  },
  'labels.rows': {
    en: [
      '{op}: {rows} rows of logits but {count} labels, {scores} and {labels}',
      'one label for each row',
      '',
    ],
    ko: [
      '{op}: logits는 {rows}행인데 labels는 {count}개이다, {scores}와(과) {labels}',
      '행마다 라벨 하나여야 한다',
      '',
    ],
  },
  'labels.dtype': {
    en: ['{op}: labels have dtype {dtype}', 'class ids are integers', "labels.cast('int32')"],
    ko: ['{op}: labels의 dtype이 {dtype}이다', '클래스 번호는 정수이다', "labels.cast('int32')"],
  },
  'labels.empty': {
    en: [
      '{op}: the batch is empty, scores are {scores}',
      'a mean over no rows has no value',
      'skip empty batches',
    ],
    ko: [
      '{op}: 배치가 비어 있다. 점수는 {scores}이다',
      '행이 없으면 평균도 없다',
      '빈 배치는 건너뛴다',
    ],
  },
  'labels.range': {
    en: [
      '{op}: label {label} in row {row} is not one of {classes} classes',
      'class ids run from 0 to {last}',
      'check the labels, or the size of the last layer',
    ],
    ko: [
      '{op}: 클래스가 {classes}개인데 {row}번 행의 라벨이 {label}이다',
      '클래스 번호는 0부터 {last}까지이다',
      '라벨을, 또는 마지막 층의 크기를 확인한다',
    ],
  },
  'crossEntropy.softmax': {
    en: [
      'crossEntropy: the logits come out of a softmax',
      'the loss applies log-softmax itself; twice makes gradients vanish',
      'pass the scores before the softmax',
    ],
    ko: [
      'crossEntropy: logits가 softmax의 결과이다',
      '손실 함수가 log-softmax를 스스로 적용한다. 두 번 적용하면 기울기가 사라진다',
      'softmax를 거치기 전의 점수를 넘긴다',
    ],
  },
  'crossEntropy.ignored': {
    en: [
      'crossEntropy: ignoreIndex beside probabilities',
      'only class ids can be ignored',
      'give a place that does not count the probability 0 for every class',
    ],
    ko: [
      'crossEntropy: 확률과 함께 ignoreIndex를 받았다',
      '클래스 번호만 무시할 수 있다',
      '세지 않을 자리에서는 모든 클래스의 확률을 0으로 한다',
    ],
  },
  'loss.reduction': {
    en: ['{op}: reduction is {got}', 'one of {known} was expected', ''],
    ko: ['{op}: reduction이 {got}이다', '{known} 중 하나여야 한다', ''],
  },
  'loss.setting': {
    en: ['{op}: {name} is {got}', 'a number {wanted} was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '{wanted}인 수여야 한다', ''],
  },
  'loss.power': {
    en: ['{op}: p is {got}', '1 or 2 was expected', ''],
    ko: ['{op}: p가 {got}이다', '1 또는 2여야 한다', ''],
  },
  'loss.kind': {
    en: ['{op}: kind is {got}', 'one of {known} was expected', ''],
    ko: ['{op}: kind가 {got}이다', '{known} 중 하나여야 한다', ''],
  },
  'loss.blank': {
    en: ['{op}: blank is {blank}, and there are {classes} classes', 'blank is one of them', ''],
    ko: ['{op}: 클래스가 {classes}개인데 blank가 {blank}이다', 'blank도 클래스여야 한다', ''],
  },
  'loss.length': {
    en: ['{op}: one of {name} is {got}', 'lengths run from 0 to {most}, the size of the axis', ''],
    ko: ['{op}: {name} 중 하나가 {got}이다', '길이는 0부터 축의 크기인 {most}까지이다', ''],
  },
  'loss.axes': {
    en: ['{op}: got shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: shape {got}을(를) 받았다', '{wanted}이어야 한다', ''],
  },
  'loss.shape': {
    en: ['{op}: {name} has shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: {name}의 shape가 {got}이다', '{wanted}이어야 한다', ''],
  },
  'loss.mask': {
    en: ['{op}: a mask of shape {got} for losses {shape}', 'it must broadcast to them', ''],
    ko: [
      '{op}: 손실 {shape}에 대한 mask의 shape가 {got}이다',
      '손실의 shape로 broadcast되어야 한다',
      '',
    ],
  },
  'loss.weight': {
    en: [
      '{op}: {got} does not broadcast to the losses, which are {shape}',
      'a factor for each of them, or for each along some axes',
      '',
    ],
    ko: [
      '{op}: {got}은(는) 손실의 shape {shape}(으)로 broadcast되지 않는다',
      '손실마다, 또는 몇 축을 따라 인수가 하나씩 있어야 한다',
      '',
    ],
  },
  'predictions.classes': {
    en: ['{op}: logits {got}', 'a column for every label, {wanted}, was expected', ''],
    ko: ['{op}: logits의 shape가 {got}이다', '라벨마다 열이 하나인 {wanted}이어야 한다', ''],
  },
  'metric.shape': {
    en: ['{op}: predictions are {predictions}, targets {targets}', '{wanted} were expected', ''],
    ko: ['{op}: 예측은 {predictions}, 목표는 {targets}이다', '{wanted}이어야 한다', ''],
  },
  'metric.label': {
    en: ['{op}: target {label} is not one of {classes} classes', 'class ids run from 0', ''],
    ko: ['{op}: 클래스가 {classes}개인데 목표가 {label}이다', '클래스 번호는 0부터이다', ''],
  },
  'metric.classes': {
    en: [
      '{op}: {got} classes after batches of {classes}',
      'every batch has the same',
      'reset the metric first',
    ],
    ko: [
      '{op}: 앞선 배치는 클래스가 {classes}개인데 이번에는 {got}개이다',
      '배치마다 같아야 한다',
      '먼저 reset한다',
    ],
  },
  // indexing
  'index.range': {
    en: [
      '{op}: index {index} at position {position} is out of range for an axis of size {size}',
      'indices run from 0 to one below the size',
      'check where the indices come from, or the size of the table',
    ],
    ko: [
      '{op}: {position}번째 인덱스 {index}이(가) 크기 {size}인 축의 범위를 벗어난다',
      '인덱스는 0부터 크기보다 하나 작은 수까지이다',
      '인덱스의 출처나 표의 크기를 확인한다',
    ],
  },
  'index.dtype': {
    en: ['{op}: an index is {dtype}', 'int32 or uint8 was expected', "use .cast('int32')"],
    ko: ['{op}: 인덱스가 {dtype}이다', 'int32나 uint8이어야 한다', ".cast('int32')를 쓴다"],
  },
  'index.shape': {
    en: [
      '{op}: shape {indices} does not fit into {shape}',
      'as many axes, and no size larger on another axis than the one named',
      '',
    ],
    ko: [
      '{op}: shape {indices}은(는) {shape}에 들어가지 않는다',
      '축의 수가 같고, 지정한 축이 아니면 더 크지 않아야 한다',
      '',
    ],
  },
  'index.line': {
    en: ['{op}: indices have shape {indices}', 'one axis was expected', ''],
    ko: ['{op}: 인덱스의 shape가 {indices}이다', '축이 하나여야 한다', ''],
  },
  'scatter.mode': {
    en: ['scatter: there is no mode "{got}"', 'set, add, mul, max or min was expected', ''],
    ko: ['scatter: "{got}"이라는 mode는 없다', 'set, add, mul, max, min 중 하나여야 한다', ''],
  },
  'scatter.dtype': {
    en: [
      '{op}: the tensor is {dtype}, the values are {values}',
      'one dtype was expected',
      "cast the values: .cast('{dtype}')",
    ],
    ko: [
      '{op}: 텐서는 {dtype}인데 값은 {values}이다',
      'dtype이 같아야 한다',
      "값을 변환한다: .cast('{dtype}')",
    ],
  },
  'maskedFill.shape': {
    en: [
      'maskedFill: mask {mask} is larger than the tensor, {shape}',
      'the mask and the value must broadcast to the shape of the tensor',
      '',
    ],
    ko: [
      'maskedFill: 마스크 {mask}이(가) 텐서 {shape}보다 크다',
      '마스크와 값은 텐서의 shape로 broadcast되어야 한다',
      '',
    ],
  },
  'segmentSum.ids': {
    en: [
      'segmentSum: ids have shape {ids}, the tensor {shape}',
      'one id for each slice of the first axis was expected',
      '',
    ],
    ko: [
      'segmentSum: id의 shape는 {ids}, 텐서는 {shape}이다',
      '첫 축의 조각마다 id가 하나여야 한다',
      '',
    ],
  },
  'dynamic.block': {
    en: [
      '{op}: {count} starts for a block {part} in {whole}',
      'one start for each axis, and a block no larger on any, were expected',
      '',
    ],
    ko: [
      '{op}: {whole} 안의 블록 {part}에 시작점이 {count}개이다',
      '축마다 시작점이 하나이고, 블록은 어느 축에서도 더 크지 않아야 한다',
      '',
    ],
  },
  'dynamic.start': {
    en: [
      '{op}: a start has shape {start} for a block {part} in {whole}',
      'a scalar, or one for each block of leading axes along which nothing moves',
      'use .reshape([])',
    ],
    ko: [
      '{op}: {whole} 안의 블록 {part}에 시작점의 shape가 {start}이다',
      '스칼라이거나, 움직이지 않는 앞 축들의 블록마다 하나여야 한다',
      '.reshape([])를 쓴다',
    ],
  },
  'embedding.weight': {
    en: ['embedding: the table has shape {shape}', 'rows and columns were expected', ''],
    ko: ['embedding: 표의 shape가 {shape}이다', '행과 열이 있어야 한다', ''],
  },
  'loss.broadcast': {
    en: [
      '{op}: prediction {a} and target {b} differ in shape',
      'broadcasting them would compare every prediction with every target',
      'reshape the target: target.reshape(prediction.shape)',
    ],
    ko: [
      '{op}: 예측 {a}와(과) 목표 {b}의 shape가 다르다',
      'broadcast하면 모든 예측을 모든 목표와 비교하게 된다',
      '목표를 맞춘다: target.reshape(prediction.shape)',
    ],
  },
  // nn, optim, models
  'layer.features': {
    en: [
      '{layer}: expects {wanted} input features, got {k} in {shape}',
      'the last axis holds the features',
      'a layer for {k} features, or an input of {wanted}',
    ],
    ko: [
      '{layer}: 입력 특징 {wanted}개를 기대했으나 {shape}에는 {k}개이다',
      '마지막 축이 특징이다',
      '특징 {k}개짜리 층을 쓰거나 특징이 {wanted}개인 입력을 준다',
    ],
  },
  'recurrent.input': {
    en: [
      '{layer}: got an input of shape {shape}',
      '[time, features] or [time, batch, features] was expected; with batchFirst, [batch, time, features]',
      'a missing batch or time axis is made by unsqueeze',
    ],
    ko: [
      '{layer}: shape {shape}의 입력을 받았다',
      '[시간, 특징] 또는 [시간, 배치, 특징]이어야 한다. batchFirst이면 [배치, 시간, 특징]이다',
      '없는 배치 축이나 시간 축은 unsqueeze로 만든다',
    ],
  },
  'recurrent.cell': {
    en: [
      'Recurrent: {got} is not a cell',
      'a module with step and start, made by extending Cell, was expected',
      'for a function use unroll',
    ],
    ko: [
      'Recurrent: {got}은(는) 셀이 아니다',
      'Cell을 확장하여 step과 start를 갖춘 모듈이어야 한다',
      '함수에는 unroll을 쓴다',
    ],
  },
  'recurrent.state': {
    en: ['{layer}: the state has shape {got}', '{wanted} was expected', ''],
    ko: ['{layer}: 상태의 shape가 {got}이다', '{wanted}이어야 한다', ''],
  },
  'recurrent.lengths': {
    en: [
      '{layer}: lengths are {got}',
      'one integer from 0 to {time} for each of {batch} sequences was expected',
      '',
    ],
    ko: [
      '{layer}: 길이가 {got}이다',
      '시퀀스 {batch}개마다 0 이상 {time} 이하의 정수가 하나씩 있어야 한다',
      '',
    ],
  },
  'attention.heads': {
    en: [
      'MultiheadAttention: {embedDim} features do not split into {numHeads} heads',
      'embedDim must be a multiple of numHeads',
      '',
    ],
    ko: [
      'MultiheadAttention: 특징 {embedDim}개를 헤드 {numHeads}개로 나눌 수 없다',
      'embedDim은 numHeads의 배수여야 한다',
      '',
    ],
  },
  'attention.inputs': {
    en: [
      '{layer}: queries {query}, keys {key} and values {value} do not fit',
      'their last axes must be {embedDim}, {kdim} and {vdim}, with one batch, and as many keys as values',
      'print the shapes; axes are [length, batch, features], with batchFirst [batch, length, features]',
    ],
    ko: [
      '{layer}: 질의 {query}, 키 {key}, 값 {value}이(가) 맞지 않는다',
      '마지막 축은 {embedDim}, {kdim}, {vdim}이어야 하고, 배치가 같고 키와 값의 수가 같아야 한다',
      'shape를 출력해 본다. 축은 [길이, 배치, 특징]이고 batchFirst이면 [배치, 길이, 특징]이다',
    ],
  },
  'attention.mask': {
    en: ['{layer}: {name} has shape {got}', '{wanted} was expected', ''],
    ko: ['{layer}: {name}의 shape가 {got}이다', '{wanted}이어야 한다', ''],
  },
  'decoder.memory': {
    en: [
      '{layer}: there is no memory to look at',
      'what the encoder made is the second argument',
      'without an encoder, use TransformerEncoder with { causal: true }',
    ],
    ko: [
      '{layer}: 참조할 memory가 없다',
      '인코더의 출력이 둘째 인자이다',
      '인코더가 없으면 TransformerEncoder에 { causal: true }를 준다',
    ],
  },
  'positions.length': {
    en: ['{layer}: {length} positions in {shape}', 'at most {most} were prepared for', ''],
    ko: ['{layer}: {shape}의 위치가 {length}개이다', '최대 {most}개까지 마련되어 있다', ''],
  },
  'attack.dtype': {
    en: ['{op}: the input is of dtype {dtype}', 'floats can be moved a little', ''],
    ko: ['{op}: 입력의 dtype이 {dtype}이다', '조금씩 움직일 수 있는 실수형이어야 한다', ''],
  },
  'attack.range': {
    en: ['{op}: the range is {got}', '[low, high] was expected', ''],
    ko: ['{op}: range가 {got}이다', '[최소, 최대]여야 한다', ''],
  },
  'keras.layer': {
    en: ['{op}: {got}', 'an LSTM or a GRU was expected', ''],
    ko: ['{op}: {got} 층이다', 'LSTM이나 GRU여야 한다', ''],
  },
  'keras.layers': {
    en: [
      '{op}: a stack of {numLayers} layers',
      'a layer of Keras is one layer of cells',
      'use one LSTM or GRU for each',
    ],
    ko: [
      '{op}: 층이 {numLayers}개이다',
      'Keras의 층은 한 층짜리이다',
      '층마다 LSTM이나 GRU를 따로 쓴다',
    ],
  },
  'keras.count': {
    en: [
      '{op}: {got} weights',
      '{count} were expected: kernel, recurrent kernel and bias of each direction',
      'layer.get_weights() gives them in this order',
    ],
    ko: [
      '{op}: 가중치가 {got}개이다',
      '방향마다 kernel, recurrent kernel, bias로 모두 {count}개여야 한다',
      'layer.get_weights()의 순서 그대로 준다',
    ],
  },
  'keras.shape': {
    en: ['{op}: weight {i} has shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: {i}번 가중치의 shape가 {got}이다', '{wanted}이어야 한다', ''],
  },
  'gradcheck.dtype': {
    en: ['gradcheck: an input is of dtype {dtype}', 'floats have gradients', ''],
    ko: ['gradcheck: 입력의 dtype이 {dtype}이다', 'gradient는 실수형에만 있다', ''],
  },
  'gradcheck.scalar': {
    en: ['gradcheck: the function gives {shape}', 'one number was expected', 'add a sum()'],
    ko: ['gradcheck: 함수의 결과가 {shape}이다', '숫자 하나여야 한다', 'sum()을 붙인다'],
  },
  'gradcheck.differs': {
    en: [
      'gradcheck: element {element} of the gradient of input {input} is {got}',
      'the difference quotient is {expected}',
      'check the rule of customGradient, random numbers, and corners like that of relu at 0',
    ],
    ko: [
      'gradcheck: 입력 {input}에 대한 gradient의 원소 {element}이(가) {got}이다',
      '차분 몫은 {expected}이다',
      'customGradient의 규칙, 난수, relu의 0처럼 꺾이는 점을 확인한다',
    ],
  },
  'linear.features': {
    en: [
      'Linear: expects {inFeatures} input features, got {k} in {shape}',
      'the last axis holds the features',
      'flatten images first: x.flatten(1)',
    ],
    ko: [
      'Linear: 입력 특징 {inFeatures}개를 기대했으나 {shape}에는 {k}개이다',
      '마지막 축이 특징이다',
      '이미지는 먼저 펼친다: x.flatten(1)',
    ],
  },
  'capture.names': {
    en: [
      'capture: no layer is at {missing}',
      'paths of layers inside the model were expected: {known}',
      '',
    ],
    ko: ['capture: {missing}에는 층이 없다', '모델 안에 있는 층의 경로여야 한다: {known}', ''],
  },
  'receptive.unknown': {
    en: [
      'receptiveField: what {layer} sees is not known',
      'layers over windows, layers of single places, and Sequential, Residual and the like of them were expected',
      'ask for the part of the model before it',
    ],
    ko: [
      'receptiveField: {layer}이(가) 무엇을 보는지 알 수 없다',
      '창 위의 층, 자리 하나만 보는 층, 그리고 이들로 된 Sequential이나 Residual 따위여야 한다',
      '그 앞부분까지의 모델에 대해 구한다',
    ],
  },
  'receptive.axes': {
    en: [
      'receptiveField: windows slide over {count} axes after some over {before}',
      'all windows must slide over the same axes',
      '',
    ],
    ko: [
      'receptiveField: 축 {before}개 위를 움직이는 창 뒤에 {count}개 위를 움직이는 창이 있다',
      '모든 창이 같은 축 위를 움직여야 한다',
      '',
    ],
  },
  'freeze.match': {
    en: ['{op}: no parameter matches {match}', 'the model has {names}', ''],
    ko: ['{op}: {match}에 맞는 매개변수가 없다', '모델에는 {names}이(가) 있다', ''],
  },
  'layer.weight': {
    en: [
      '{layer}: {got} has no weight',
      'a layer with a parameter `weight` was expected, such as Linear or a convolution',
      '',
    ],
    ko: [
      '{layer}: {got}에는 가중치가 없다',
      'Linear나 합성곱처럼 매개변수 `weight`를 가진 층이어야 한다',
      '',
    ],
  },
  'wiring.square': {
    en: [
      "Sparse: wiring '{wiring}' is to connect {from} units to {to}",
      'it is a graph over one set of units, so both must be equal',
      "make them equal, or use 'erdosRenyi'",
    ],
    ko: [
      "Sparse: 배선 '{wiring}'이(가) 유닛 {from}개를 {to}개에 이어야 한다",
      '한 무리의 유닛 위의 그래프이므로 두 수가 같아야 한다',
      "두 수를 같게 하거나 'erdosRenyi'를 쓴다",
    ],
  },
  'layer.axes': {
    en: [
      '{layer}: expects {wanted}, got {shape}',
      'the axes must be these',
      'axes of size 1 are made by unsqueeze, several made one by flatten',
    ],
    ko: [
      '{layer}: {wanted}을(를) 기대했으나 {shape}을(를) 받았다',
      '축이 이와 같아야 한다',
      '크기 1인 축은 unsqueeze로 만들고, 여러 축은 flatten으로 하나로 만든다',
    ],
  },
  'batchNorm.few': {
    en: [
      '{layer}: {shape} has one value for each channel',
      'statistics in training need at least two',
      'use a larger batch, or eval()',
    ],
    ko: [
      '{layer}: {shape}에는 채널마다 값이 하나뿐이다',
      '학습 중의 통계에는 둘 이상이 필요하다',
      '더 큰 배치나 eval()을 쓴다',
    ],
  },
  'linear.scalar': {
    en: [
      'Linear: expects [..., {inFeatures}], got []',
      'a scalar has no features',
      'give it an axis: x.reshape([1])',
    ],
    ko: [
      'Linear: [..., {inFeatures}]을(를) 기대했으나 []을 받았다',
      '스칼라에는 특징이 없다',
      '축을 만들어 준다: x.reshape([1])',
    ],
  },
  'state.names': {
    en: [
      'loadStateDict: names do not match; missing {missing}; unexpected {unexpected}',
      'every parameter must be there, and nothing else',
      'pass { strict: false } to take what fits',
    ],
    ko: [
      'loadStateDict: 이름이 맞지 않는다. 없는 것 {missing}, 남는 것 {unexpected}',
      '모든 매개변수가 있어야 하고 다른 것은 없어야 한다',
      '맞는 것만 받으려면 { strict: false }를 준다',
    ],
  },
  'state.shape': {
    en: ['loadStateDict: {name} has shape {got}', "the model's has {wanted}", ''],
    ko: ['loadStateDict: {name}의 shape가 {got}이다', '모델의 것은 {wanted}이다', ''],
  },
  'optimizer.parameter': {
    en: ['an optimiser was given {got}', 'parameters were expected', 'pass model.parameters()'],
    ko: ['옵티마이저에 {got}을(를) 주었다', '매개변수여야 한다', 'model.parameters()를 넘긴다'],
  },
  'optimizer.gradients': {
    en: [
      'step: there is no loss, and no parameter has a gradient',
      'a step needs one or the other',
      'await optimizer.step(loss), or loss.backward() before optimizer.step()',
    ],
    ko: [
      'step: 손실도 없고, 기울기를 가진 매개변수도 없다',
      '둘 가운데 하나는 있어야 한다',
      'await optimizer.step(loss), 또는 optimizer.step() 전에 loss.backward()',
    ],
  },
  'optimizer.none': {
    en: [
      'an optimiser was given no parameters',
      'there is nothing to train',
      'pass model.parameters()',
    ],
    ko: ['옵티마이저에 준 매개변수가 없다', '학습할 것이 없다', 'model.parameters()를 넘긴다'],
  },
  'minimizer.dtype': {
    en: [
      'an optimiser that sees parameters as one vector was given {a} and {b}',
      'one dtype was expected',
      'make two optimisers, or cast the parameters',
    ],
    ko: [
      '매개변수를 벡터 하나로 보는 옵티마이저에 {a}와(과) {b}을(를) 주었다',
      'dtype이 하나여야 한다',
      '옵티마이저를 둘로 나누거나 매개변수를 변환한다',
    ],
  },
  'minimizer.busy': {
    en: [
      'step: the step before is still under way',
      'one at a time was expected, since each looks at the loss several times',
      'await optimizer.step(…)',
    ],
    ko: [
      'step: 앞선 걸음이 아직 끝나지 않았다',
      '한 걸음이 손실을 여러 번 계산하므로 한 번에 하나여야 한다',
      'await optimizer.step(…)',
    ],
  },
  'minimizer.residuals': {
    en: ['step: the residuals have shape {shape}', 'a vector was expected', 'add .reshape([-1])'],
    ko: ['step: 잔차의 shape가 {shape}이다', '벡터여야 한다', '.reshape([-1])을 붙인다'],
  },
  'minimizer.outputs': {
    en: [
      'step: the loss does not depend on the outputs',
      'both were expected from one pass: { outputs, loss }',
      'compute the loss from the outputs that are returned',
    ],
    ko: [
      'step: 손실이 출력에 의존하지 않는다',
      '한 번의 계산에서 나온 { outputs, loss }여야 한다',
      '반환하는 출력으로 손실을 계산한다',
    ],
  },
  'kfac.unseen': {
    en: [
      'step: no layer of the model was applied in training since the last step',
      'K-FAC learns curvature from what the layers see',
      'compute the loss by model.call(x), with the model in training mode',
    ],
    ko: [
      'step: 지난 걸음 뒤로 모델의 층이 학습 상태로 적용된 적이 없다',
      'K-FAC은 층이 본 것에서 곡률을 배운다',
      '모델을 학습 상태로 두고 model.call(x)로 손실을 계산한다',
    ],
  },
  'optimizer.group': {
    en: [
      'no parameter matches the group {match}',
      'each group was expected to take some of {names}',
      'give names: new Adam(model.namedParameters(), { groups })',
    ],
    ko: [
      '그룹 {match}에 맞는 매개변수가 없다',
      '그룹마다 {names} 가운데 일부를 맡아야 한다',
      '이름을 넘긴다: new Adam(model.namedParameters(), { groups })',
    ],
  },
  'optimizer.sparse': {
    en: [
      'the gradient of {name}, of shape {shape}, is not made of rows',
      'sparse: true is for tables that only embedding, or take along axis 0, reads',
      'leave it out, or give those tables a group of their own: { match: /embed/, sparse: true }',
    ],
    ko: [
      '{shape} 모양인 {name}의 기울기가 행으로 이루어지지 않았다',
      'sparse: true는 embedding이나 축 0의 take로만 읽는 표를 위한 것이다',
      '빼거나, 그런 표만 따로 묶는다: { match: /embed/, sparse: true }',
    ],
  },
  'optimizer.whole': {
    en: [
      'rows of {name} cannot be updated alone with {hindrance}',
      'sparse: true was expected with an update that goes element by element, at every step',
      'leave out sparse, or {hindrance}',
    ],
    ko: [
      '{hindrance}로는 {name}의 행만 갱신할 수 없다',
      'sparse: true는 단계마다 원소별로 갱신할 때 쓸 수 있다',
      'sparse나 {hindrance}를 뺀다',
    ],
  },
  'muon.matrix': {
    en: [
      'Muon was given a parameter of shape {shape}',
      'matrices were expected',
      'give the other parameters to another optimiser, such as AdamW',
    ],
    ko: [
      'Muon에 shape가 {shape}인 매개변수를 주었다',
      '행렬이어야 한다',
      '다른 매개변수는 AdamW 같은 다른 옵티마이저에 맡긴다',
    ],
  },
  'optimizer.clip': {
    en: ['clip returned {got} gradients', 'one for each of the {wanted} was expected', ''],
    ko: ['clip이 기울기 {got}개를 반환했다', '{wanted}개 각각에 하나씩이어야 한다', ''],
  },
  'schedule.milestones': {
    en: [
      'sequential: {count} schedules with milestones {milestones}',
      'ascending milestones were expected, one fewer than schedules',
      '',
    ],
    ko: [
      'sequential: 스케줄 {count}개에 milestones가 {milestones}이다',
      'milestones는 오름차순이고, 스케줄보다 하나 적어야 한다',
      '',
    ],
  },
  'optimizer.option': {
    en: ['{name} is {got}', 'a finite number of at least {low} was expected', ''],
    ko: ['{name}이(가) {got}이다', '{low} 이상의 유한한 수여야 한다', ''],
  },
  'definition.custom': {
    en: [
      '{type} is a layer of your own',
      'only {known} can be written to a definition',
      'save its weights alone: encodeWeights(model)',
    ],
    ko: [
      '{type}은(는) 직접 만든 층이다',
      '정의로 쓸 수 있는 것은 {known}뿐이다',
      '가중치만 저장한다: encodeWeights(model)',
    ],
  },
  'definition.type': {
    en: ['the definition names a layer "{type}"', 'one of {known} was expected', ''],
    ko: ['정의에 나온 "{type}"은(는) 층의 이름이 아니다', '{known} 중 하나여야 한다', ''],
  },
  'definition.layer': {
    en: ['the definition holds {got}', 'a layer, { type, settings, layers }, was expected', ''],
    ko: ['정의에 {got}이(가) 있다', '층, { type, settings, layers }이어야 한다', ''],
  },
  'definition.setting': {
    en: [
      'the definition of {type} has {name}: {got}',
      'a setting of another kind was expected',
      '',
    ],
    ko: ['{type}의 정의에 {name}: {got}이(가) 있다', '다른 종류의 설정이어야 한다', ''],
  },
  'definition.lacks': {
    en: ['the definition of {type} lacks {what} among its layers', 'it is made of one', ''],
    ko: ['{type}의 정의에 들어 있는 층 가운데 {what}이(가) 없다', '그것으로 만들어진다', ''],
  },
  'definition.deep': {
    en: [
      'the definition is nested too deeply',
      'at most {deepest} layers within layers are read',
      '',
    ],
    ko: ['정의가 너무 깊이 중첩되어 있다', '층 안의 층은 {deepest}단계까지 읽는다', ''],
  },
  'definition.json': {
    en: ['the definition is not JSON', 'the text of model.json was expected', ''],
    ko: ['정의가 JSON이 아니다', 'model.json의 글이어야 한다', ''],
  },
  'definition.format': {
    en: ['the file is not a maru model', '"format": "{wanted}" was expected', ''],
    ko: ['maru 모델 파일이 아니다', '"format": "{wanted}"이어야 한다', ''],
  },
  'definition.version': {
    en: [
      'the definition has version {got}',
      'this maru reads version {version}',
      'update maru, or save the model again with this one',
    ],
    ko: [
      '정의의 버전이 {got}이다',
      '이 maru는 버전 {version}을 읽는다',
      'maru를 갱신하거나 이 버전으로 다시 저장한다',
    ],
  },
  'weights.dtype': {
    en: [
      'tensor {name} is stored as {dtype}',
      'maru computes with {known}',
      'convert the file before loading it',
    ],
    ko: [
      '텐서 {name}은(는) {dtype}(으)로 저장되어 있다',
      'maru는 {known}(으)로 계산한다',
      '불러오기 전에 파일을 변환한다',
    ],
  },
  'value.range': {
    en: ['{op}: {name} is {got}', 'from {low} to {high} was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '{low} 이상 {high} 이하여야 한다', ''],
  },
  'parameter.large': {
    en: [
      'a parameter {shape} would have {elements} elements',
      'at most {most} fit into the memory of a device',
      'check the sizes of the layer',
    ],
    ko: [
      '매개변수 {shape}의 원소가 {elements}개나 된다',
      '장치의 메모리에 들어가는 것은 {most}개까지이다',
      '층의 크기를 확인한다',
    ],
  },
  'definition.large': {
    en: [
      'the definition asks for more than {most} parameters',
      'as many as lie in the file of weights, or fit into memory, were expected',
      'check the sizes in the definition, and that both files belong together',
    ],
    ko: [
      '정의에 필요한 매개변수가 {most}개를 넘는다',
      '가중치 파일에 든 수, 또는 메모리에 들어가는 수까지이다',
      '정의의 크기를, 그리고 두 파일이 서로 짝인지 확인한다',
    ],
  },
  'normalize.moments': {
    en: [
      'Normalize: mean is {mean}, std is {std}',
      'a finite mean and a finite std above 0 were expected',
      'take both from moments() of the training set; it must not be empty or constant',
    ],
    ko: [
      'Normalize: mean이 {mean}, std가 {std}이다',
      'mean은 유한한 수, std는 0보다 큰 유한한 수여야 한다',
      '둘 다 학습 데이터의 moments()에서 얻는다. 비었거나 모든 값이 같으면 안 된다',
    ],
  },

  'model.depth': {
    en: [
      'cifarResNet: there is no network of depth {got}',
      'the depth is 6n + 2',
      'try 20, 32, 44 or 56',
    ],
    ko: [
      'cifarResNet: 깊이가 {got}인 신경망은 없다',
      '깊이는 6n + 2이다',
      '20, 32, 44, 56 등을 쓴다',
    ],
  },
  'gpt.heads': {
    en: [
      'GPT: {width} features do not split into {heads} heads',
      'width must be a multiple of heads',
      '',
    ],
    ko: [
      'GPT: 특징 {width}개를 헤드 {heads}개로 나눌 수 없다',
      'width는 heads의 배수여야 한다',
      '',
    ],
  },
  'gpt.ids': {
    en: [
      'GPT: ids of shape {shape}',
      '[N, time] was expected, with at most {context} tokens of time',
      'make a model with a larger context, or cut the text',
    ],
    ko: [
      'GPT: ids의 shape가 {shape}이다',
      '[N, time]이어야 하고 time은 토큰 {context}개까지이다',
      'context가 더 큰 모델을 만들거나 글을 자른다',
    ],
  },
  'gpt.context': {
    en: [
      'GPT: {tokens} tokens after {prompt}',
      'at least one token to go on from, and no more than {context} altogether',
      'make a model with a larger context, or ask for fewer tokens',
    ],
    ko: [
      'GPT: 토큰 {prompt}개 뒤에 {tokens}개를 더한다',
      '이어 갈 토큰이 하나 이상이고 모두 합쳐 {context}개 이하여야 한다',
      'context가 더 큰 모델을 만들거나 토큰을 적게 요청한다',
    ],
  },
  'sample.none': {
    en: ['sample: none of {count} scores is a number', 'there is nothing to choose among', ''],
    ko: ['sample: 점수 {count}개 가운데 숫자가 없다', '고를 것이 없다', ''],
  },
  // io
  'json.syntax': {
    en: ['{format}: the header has {got} at character {at}', '{wanted} was expected', ''],
    ko: ['{format}: 헤더의 {at}번째 글자에 {got}이(가) 있다', '{wanted}이(가) 와야 한다', ''],
  },
  'json.duplicate': {
    en: [
      '{format}: the header has the key {key} twice, again at character {at}',
      'each key may appear once',
      'write the file again; readers would disagree on what it means',
    ],
    ko: [
      '{format}: 헤더에 키 {key}이(가) {at}번째 글자에서 다시 나온다',
      '키는 한 번씩만 쓴다',
      '파일을 다시 만든다. 읽는 프로그램마다 뜻이 달라질 수 있다',
    ],
  },
  'safetensors.short': {
    en: [
      'safetensors: the file has {size} bytes',
      'it must begin with 8 bytes that tell the length of its header',
      'check that this is a .safetensors file and that it was copied in full',
    ],
    ko: [
      'safetensors: 파일이 {size}바이트이다',
      '헤더의 길이를 알리는 8바이트로 시작해야 한다',
      '.safetensors 파일이 맞는지, 끝까지 복사되었는지 확인한다',
    ],
  },
  'safetensors.header.length': {
    en: [
      'safetensors: the header claims {length} bytes',
      'only {rest} bytes follow',
      'check that this is a .safetensors file and that it was copied in full',
    ],
    ko: [
      'safetensors: 헤더가 {length}바이트라고 한다',
      '뒤에 {rest}바이트밖에 없다',
      '.safetensors 파일이 맞는지, 끝까지 복사되었는지 확인한다',
    ],
  },
  'safetensors.header.limit': {
    en: [
      'safetensors: the header has {length} bytes',
      'at most {limit} are accepted',
      'pass maxHeaderBytes if you trust the file',
    ],
    ko: [
      'safetensors: 헤더가 {length}바이트이다',
      '{limit}바이트까지 받는다',
      '믿을 수 있는 파일이면 maxHeaderBytes를 준다',
    ],
  },
  'safetensors.header.start': {
    en: [
      'safetensors: the header does not begin with "{"',
      'a JSON object was expected',
      'check that this is a .safetensors file',
    ],
    ko: [
      'safetensors: 헤더가 "{"로 시작하지 않는다',
      'JSON 객체여야 한다',
      '.safetensors 파일이 맞는지 확인한다',
    ],
  },
  'safetensors.header.text': {
    en: ['safetensors: the header is not text', 'valid UTF-8 was expected', ''],
    ko: ['safetensors: 헤더가 글이 아니다', '올바른 UTF-8이어야 한다', ''],
  },
  'safetensors.count': {
    en: [
      'safetensors: the file has more than {limit} tensors',
      'that many are accepted',
      'pass maxTensors if you trust the file',
    ],
    ko: [
      'safetensors: 파일에 텐서가 {limit}개보다 많다',
      '그 수까지만 받는다',
      '믿을 수 있는 파일이면 maxTensors를 준다',
    ],
  },
  'safetensors.field': {
    en: [
      'safetensors: tensor {name} has the field {field}',
      'only dtype, shape and data_offsets are known',
      '',
    ],
    ko: [
      'safetensors: 텐서 {name}에 필드 {field}이(가) 있다',
      'dtype, shape, data_offsets만 쓸 수 있다',
      '',
    ],
  },
  'safetensors.fields': {
    en: [
      'safetensors: the description of tensor {name} is not complete',
      'dtype, shape and two data_offsets were expected',
      '',
    ],
    ko: [
      'safetensors: 텐서 {name}의 설명이 모자란다',
      'dtype, shape, 그리고 data_offsets 두 개가 있어야 한다',
      '',
    ],
  },
  'npy.magic': {
    en: ['npy: the file does not begin as one', '\\x93NUMPY was expected', ''],
    ko: ['npy: 파일이 npy로 시작하지 않는다', '\\x93NUMPY여야 한다', ''],
  },
  'npy.version': {
    en: ['npy: the file is of version {got}', 'versions 1 to 3 are known', ''],
    ko: ['npy: 파일의 버전이 {got}이다', '1에서 3까지의 버전을 안다', ''],
  },
  'npy.header.length': {
    en: [
      'npy: the header claims {length} bytes',
      'at most 65536 and the {rest} that are left were expected',
      'the file is damaged',
    ],
    ko: [
      'npy: 헤더가 {length}바이트라고 한다',
      '65536 이하이고 남은 {rest}바이트 이하여야 한다',
      '파일이 손상되었다',
    ],
  },
  'npy.header': {
    en: ['npy: the header is {got}', 'a dict of descr, fortran_order and shape was expected', ''],
    ko: ['npy: 헤더가 {got}이다', 'descr, fortran_order, shape의 dict여야 한다', ''],
  },
  'npy.dtype': {
    en: [
      'npy: the elements are {got}',
      'one of {known} was expected: objects are pickles, which are not read',
      'save a plain array: np.save(path, array.astype(np.float32))',
    ],
    ko: [
      'npy: 원소가 {got}이다',
      '{known} 중 하나여야 한다. 객체는 pickle이라 읽지 않는다',
      '보통 배열로 저장한다: np.save(path, array.astype(np.float32))',
    ],
  },
  'npy.size': {
    en: ['npy: {dtype} {shape} needs {size} bytes', 'the file has {rest}', 'the file is damaged'],
    ko: [
      'npy: {dtype} {shape}에는 {size}바이트가 필요하다',
      '파일에는 {rest}바이트가 있다',
      '파일이 손상되었다',
    ],
  },
  'npy.write.dtype': {
    en: ['npy: NumPy has no {dtype}', 'one of {known} was expected', "cast it: x.cast('float32')"],
    ko: [
      'npy: NumPy에는 {dtype}이 없다',
      '{known} 중 하나여야 한다',
      "변환한다: x.cast('float32')",
    ],
  },
  'npy.write.size': {
    en: ['npy: {bytes} bytes for {dtype} {shape}', 'as many as the shape needs were expected', ''],
    ko: ['npy: {dtype} {shape}에 {bytes}바이트를 주었다', 'shape에 맞는 수여야 한다', ''],
  },
  'npz.name': {
    en: ['npz: the archive holds {name}', 'arrays, name.npy, were expected', ''],
    ko: ['npz: 압축 파일에 {name}이(가) 있다', '배열 name.npy만 있어야 한다', ''],
  },
  'zip.library': {
    en: [
      'zip archives need the package fflate, which is not installed',
      'it comes with maru unless optional dependencies are left out',
      'npm install fflate',
    ],
    ko: [
      'zip 파일을 읽으려면 fflate 패키지가 필요한데 설치되어 있지 않다',
      '선택적 의존성을 빼지 않으면 maru와 함께 설치된다',
      'npm install fflate',
    ],
  },
  'zip.name': {
    en: ['{format}: the archive holds a file {name}', 'another name was expected', ''],
    ko: ['{format}: 압축 파일에 {name} 파일이 있다', '다른 이름이어야 한다', ''],
  },
  'zip.twice': {
    en: ['{format}: the archive holds {name} twice', 'each name once was expected', ''],
    ko: ['{format}: 압축 파일에 {name}이(가) 두 번 있다', '이름마다 하나여야 한다', ''],
  },
  'zip.large': {
    en: ['{format}: the archive would grow to {total} bytes', 'at most {limit} were expected', ''],
    ko: ['{format}: 압축을 풀면 {total}바이트가 된다', '{limit}바이트 이하여야 한다', ''],
  },
  'zip.checksum': {
    en: [
      '{format}: {name} in the archive is not what its checksum says',
      '',
      'the file is damaged: copy it again',
    ],
    ko: [
      '{format}: 압축 파일 속 {name}의 내용이 체크섬과 다르다',
      '',
      '파일이 손상되었다. 다시 복사한다',
    ],
  },
  'zip.damaged': {
    en: ['{format}: the archive cannot be read: {reason}', '', 'the file is damaged'],
    ko: ['{format}: 압축 파일을 읽을 수 없다: {reason}', '', '파일이 손상되었다'],
  },
  'pickle.damaged': {
    en: ['{format}: at byte {at} of the pickle there is {got}', 'plain data was expected', ''],
    ko: ['{format}: pickle의 {at}번째 바이트에 {got}이(가) 있다', '단순한 데이터여야 한다', ''],
  },
  'pickle.global': {
    en: [
      '{format}: the file asks for {name}',
      'tensors in dicts and lists are read, and nothing else: a pickle can run any code',
      'in Python: torch.save(model.state_dict(), path)',
    ],
    ko: [
      '{format}: 파일이 {name}을(를) 요구한다',
      'dict와 list에 든 텐서만 읽는다. pickle은 어떤 코드든 실행할 수 있기 때문이다',
      'Python에서: torch.save(model.state_dict(), path)',
    ],
  },
  'pytorch.version': {
    en: [
      'pytorch: the file is no zip archive, which PyTorch 1.6 and later write',
      'such a file was expected',
      'in Python: torch.save(torch.load(path), path)',
    ],
    ko: [
      'pytorch: PyTorch 1.6부터 쓰는 zip 파일이 아니다',
      '그런 파일이어야 한다',
      'Python에서: torch.save(torch.load(path), path)',
    ],
  },
  'pytorch.pickle': {
    en: [
      'pytorch: the archive has no data.pkl',
      'a file of torch.save was expected',
      'TorchScript: in Python torch.save(model.state_dict(), path)',
    ],
    ko: [
      'pytorch: 압축 파일에 data.pkl이 없다',
      'torch.save로 쓴 파일이어야 한다',
      'TorchScript라면 Python에서 torch.save(model.state_dict(), path)',
    ],
  },
  'pytorch.order': {
    en: ['pytorch: the file is big-endian', 'little-endian was expected', ''],
    ko: ['pytorch: 파일이 빅 엔디언이다', '리틀 엔디언이어야 한다', ''],
  },
  'pytorch.storage': {
    en: ['pytorch: the storage {name} is missing or of an unknown kind', '', 'the file is damaged'],
    ko: ['pytorch: 저장소 {name}이(가) 없거나 모르는 종류이다', '', '파일이 손상되었다'],
  },
  'pytorch.storage.size': {
    en: ['pytorch: the storage {name} has {size} bytes', '{count} of {dtype} were expected', ''],
    ko: ['pytorch: 저장소 {name}은(는) {size}바이트이다', '{dtype} {count}개여야 한다', ''],
  },
  'pytorch.tensor': {
    en: ['pytorch: a tensor lacks its storage, sizes or strides', '', 'the file is damaged'],
    ko: ['pytorch: 텐서에 저장소나 크기, 스트라이드가 없다', '', '파일이 손상되었다'],
  },
  'pytorch.bounds': {
    en: [
      'pytorch: a tensor {shape} with strides {strides} from {offset} is no part of its {size} elements',
      '',
      'the file is damaged',
    ],
    ko: [
      'pytorch: 스트라이드 {strides}, 시작 {offset}인 텐서 {shape}가 원소 {size}개를 벗어난다',
      '',
      '파일이 손상되었다',
    ],
  },
  'pytorch.deep': {
    en: [
      'pytorch: dicts and lists go on without an end',
      'at most {deepest} levels and {most} places',
      '',
    ],
    ko: ['pytorch: dict와 list가 끝없이 이어진다', '{deepest}단계, {most}곳까지 읽는다', ''],
  },
  'pytorch.twice': {
    en: ['pytorch: two tensors are named {name}', 'each name once was expected', ''],
    ko: ['pytorch: {name}이라는 텐서가 둘이다', '이름마다 하나여야 한다', ''],
  },
  'safetensors.dtype': {
    en: ['safetensors: tensor {name} has the dtype {got}', 'one of {known} was expected', ''],
    ko: ['safetensors: 텐서 {name}의 dtype이 {got}이다', '{known} 중 하나여야 한다', ''],
  },
  'safetensors.size': {
    en: [
      'safetensors: tensor {name} of {dtype} {shape} needs {size} bytes',
      'its data_offsets are {begin} and {end}',
      'the file is damaged or was written wrongly',
    ],
    ko: [
      'safetensors: {dtype} {shape}인 텐서 {name}에는 {size}바이트가 필요하다',
      'data_offsets는 {begin}와(과) {end}이다',
      '파일이 손상되었거나 잘못 쓰였다',
    ],
  },
  'safetensors.offsets': {
    en: [
      'safetensors: tensor {name} begins at byte {begin} of the data',
      'the one before it ends at {at}; there may be no gap and no overlap',
      'the file is damaged or was written wrongly',
    ],
    ko: [
      'safetensors: 텐서 {name}이(가) 데이터의 {begin}번째 바이트에서 시작한다',
      '앞 텐서는 {at}에서 끝난다. 빈틈도 겹침도 없어야 한다',
      '파일이 손상되었거나 잘못 쓰였다',
    ],
  },
  'safetensors.end': {
    en: [
      'safetensors: the tensors end at byte {end} of the data',
      'the file has {dataBytes} bytes of data',
      'check that the file was copied in full',
    ],
    ko: [
      'safetensors: 텐서가 데이터의 {end}번째 바이트에서 끝난다',
      '파일의 데이터는 {dataBytes}바이트이다',
      '파일이 끝까지 복사되었는지 확인한다',
    ],
  },
  'safetensors.write': {
    en: [
      'safetensors: tensor {name} of {dtype} {shape} has {bytes} bytes',
      'a shape of non-negative integers that matches the bytes was expected',
      '',
    ],
    ko: [
      'safetensors: {dtype} {shape}인 텐서 {name}이(가) {bytes}바이트이다',
      '바이트 수와 맞는, 0 이상의 정수로 된 shape여야 한다',
      '',
    ],
  },
  'safetensors.reserved': {
    en: [
      'safetensors: no tensor may be called {name}',
      'the format keeps that name for metadata',
      'pass metadata as the second argument',
    ],
    ko: [
      'safetensors: 텐서 이름으로 {name}을(를) 쓸 수 없다',
      '메타데이터를 위한 이름이다',
      '메타데이터는 둘째 인수로 준다',
    ],
  },
  'safetensors.text': {
    en: ['safetensors: {text} cannot be written', 'names and metadata must be valid text', ''],
    ko: ['safetensors: {text}을(를) 쓸 수 없다', '이름과 메타데이터는 올바른 글이어야 한다', ''],
  },
  'safetensors.large': {
    en: [
      'safetensors: {count} tensors need a header of {bytes} bytes',
      'readers accept 1000000 tensors and 16000000 bytes',
      'write several files',
    ],
    ko: [
      'safetensors: 텐서 {count}개에 {bytes}바이트의 헤더가 필요하다',
      '텐서 1000000개, 16000000바이트까지 읽을 수 있다',
      '여러 파일로 나누어 쓴다',
    ],
  },
  'file.missing': {
    en: ['{path}: there is no such file', 'a file was expected', 'check the path'],
    ko: ['{path}: 그런 파일이 없다', '파일이 있어야 한다', '경로를 확인한다'],
  },
  'file.kind': {
    en: ['{path}: this is a folder or a device', 'a file was expected', ''],
    ko: ['{path}: 폴더이거나 장치이다', '파일이어야 한다', ''],
  },
  'file.large': {
    en: ['{path}: the file has {size} bytes', 'at most {maxBytes} are accepted', ''],
    ko: ['{path}: 파일이 {size}바이트이다', '{maxBytes}바이트까지 받는다', ''],
  },
  'file.shrunk': {
    en: [
      '{path}: the file ended at byte {at}',
      'it had {size} bytes when reading began',
      'read it again when nothing writes to it',
    ],
    ko: [
      '{path}: 파일이 {at}번째 바이트에서 끝났다',
      '읽기 시작할 때는 {size}바이트였다',
      '아무도 쓰지 않을 때 다시 읽는다',
    ],
  },
  'file.read': {
    en: ['{path}: the file cannot be read', 'the system answered {reason}', ''],
    ko: ['{path}: 파일을 읽을 수 없다', '시스템의 대답은 {reason}이다', ''],
  },
  'file.folder': {
    en: [
      '{path}: the folder cannot be made',
      'the system answered {reason}',
      'choose a place that may be written to and that no file has',
    ],
    ko: [
      '{path}: 폴더를 만들 수 없다',
      '시스템의 답은 {reason}이다',
      '쓸 수 있고 같은 이름의 파일이 없는 곳을 고른다',
    ],
  },
  'file.write': {
    en: [
      '{path}: the file cannot be written and is as it was',
      'the system answered {reason}',
      'check that the folder exists, may be written to and has room',
    ],
    ko: [
      '{path}: 파일을 쓸 수 없다. 전의 내용은 그대로다',
      '시스템의 대답은 {reason}이다',
      '폴더가 있는지, 쓸 수 있는지, 자리가 남았는지 확인한다',
    ],
  },
  'file.sync': {
    en: [
      '{path}: the new file is in place, but a power cut might undo it',
      'the folder {folder} could not be flushed: {reason}',
      '',
    ],
    ko: [
      '{path}: 새 파일이 자리 잡았지만 정전이 나면 되돌아갈 수 있다',
      '폴더 {folder}를 디스크에 내려쓰지 못했다: {reason}',
      '',
    ],
  },

  'landscape.axis': {
    en: ['{op}: the points have shape {shape}', 'a last axis of {wanted} was expected', ''],
    ko: ['{op}: 점의 shape가 {shape}이다', '마지막 축의 크기가 {wanted}이어야 한다', ''],
  },

  // data
  'dataset.size': {
    en: [
      'ImageDataset: {images} values for {labels} images of shape {shape}',
      '{expected} values were expected',
      '',
    ],
    ko: [
      'ImageDataset: shape {shape}인 이미지 {labels}장에 값이 {images}개이다',
      '값이 {expected}개여야 한다',
      '',
    ],
  },
  'dataset.label': {
    en: ['ImageDataset: label {i} is {label}', 'there are {classes} classes, counted from 0', ''],
    ko: ['ImageDataset: {i}번째 라벨이 {label}이다', '클래스는 0부터 세어 {classes}개이다', ''],
  },
  'dataset.index': {
    en: ['{set}: there is no sample {i}', 'the set has {length}, counted from 0', ''],
    ko: ['{set}: {i}번 표본이 없다', '표본은 0부터 세어 {length}개이다', ''],
  },
  'dataset.subset': {
    en: [
      'ImageDataset.subset: there are no samples from {from} to {to}',
      'integers with 0 ≤ from ≤ to ≤ {length} were expected',
      '',
    ],
    ko: [
      'ImageDataset.subset: {from}부터 {to}까지의 표본이 없다',
      '0 ≤ from ≤ to ≤ {length}인 정수여야 한다',
      '',
    ],
  },
  'dataset.normalize': {
    en: [
      'ImageDataset.normalize: mean is {mean}, std is {std}',
      'a finite mean and a finite std above 0 were expected',
      'take both from moments() of the training set; it must not be empty or constant',
    ],
    ko: [
      'ImageDataset.normalize: mean이 {mean}, std가 {std}이다',
      'mean은 유한한 수, std는 0보다 큰 유한한 수여야 한다',
      '둘 다 학습 데이터의 moments()에서 얻는다. 비었거나 모든 값이 같으면 안 된다',
    ],
  },
  'data.test': {
    en: [
      '{op}: the data are marked as a test set',
      'what a model is tested on must not have been trained on',
      'train on another part, or say allowTest: true if you mean it',
    ],
    ko: [
      '{op}: 시험용으로 표시된 데이터이다',
      '모델을 시험할 데이터로 학습하면 안 된다',
      '다른 부분으로 학습한다. 정말 그러려면 allowTest: true로 한다',
    ],
  },
  'data.sample': {
    en: ['sample {index} cannot be loaded: {reason}', 'a sample was expected', ''],
    ko: ['{index}번 표본을 읽을 수 없다: {reason}', '표본이어야 한다', ''],
  },
  'data.batch': {
    en: ['batch {batch} cannot be made: {reason}', 'samples that fit together were expected', ''],
    ko: ['{batch}번 배치를 만들 수 없다: {reason}', '서로 맞는 표본이어야 한다', ''],
  },
  'worker.died': {
    en: [
      'a loading worker ended at sample {samples}: {reason}',
      'a batch was expected',
      'load that sample without workers to see why',
    ],
    ko: [
      '표본 {samples}에서 데이터를 읽던 작업자가 끝났다: {reason}',
      '배치를 만들어야 한다',
      '작업자 없이 그 표본을 읽어 까닭을 찾는다',
    ],
  },
  'worker.length': {
    en: [
      'a loading worker has a data set of {got} samples',
      'the loader has one of {length}, and both must be the same',
      'give the loader the dataset that the module gives to serve',
    ],
    ko: [
      '작업자의 데이터는 표본이 {got}개이다',
      '로더의 데이터는 {length}개이고 둘은 같아야 한다',
      '모듈이 serve에 준 dataset을 로더에도 준다',
    ],
  },
  'loader.module': {
    en: [
      'DataLoader: workers.module is no URL',
      'the module that calls serve was expected',
      "workers: { count: 2, module: new URL('./source.js', import.meta.url) }",
    ],
    ko: [
      'DataLoader: workers.module이 URL이 아니다',
      'serve를 부르는 모듈이어야 한다',
      "workers: { count: 2, module: new URL('./source.js', import.meta.url) }",
    ],
  },
  'loader.workers': {
    en: [
      'DataLoader: workers cannot share an iterable set',
      'a set whose samples have indices was expected',
      'leave out workers; batches are prepared ahead without them, too',
    ],
    ko: [
      'DataLoader: 차례로 나오는 데이터는 작업자가 나눌 수 없다',
      '번호로 읽는 데이터여야 한다',
      'workers를 뺀다. 없어도 배치를 미리 만든다',
    ],
  },
  'loader.stream': {
    en: [
      'DataLoader: an iterable set can be neither shuffled nor put into buckets',
      'a set whose samples have indices was expected',
      'let the set give its records in random order: records(random) has a stream for it',
    ],
    ko: [
      'DataLoader: 차례로 나오는 데이터는 섞거나 길이별로 묶을 수 없다',
      '번호로 읽는 데이터여야 한다',
      '데이터가 스스로 순서를 섞는다. records(random)의 random을 쓴다',
    ],
  },
  'loader.async': {
    en: [
      'DataLoader: a batch needs waiting for',
      'for … of cannot wait',
      'use for await (const batch of loader)',
    ],
    ko: [
      'DataLoader: 기다려야 하는 배치이다',
      'for … of는 기다리지 못한다',
      'for await (const batch of loader)를 쓴다',
    ],
  },
  'loader.bucket': {
    en: ['DataLoader: bucket({i}) is {got}', 'the length of a sample, 0 or more', ''],
    ko: ['DataLoader: bucket({i})이(가) {got}이다', '표본의 길이는 0 이상의 수여야 한다', ''],
  },
  'stream.once': {
    en: [
      'StreamDataset: an iterator was given',
      'records are gone through anew in every epoch, and an iterator is used up by the first',
      'give the function that makes it: new StreamDataset(() => records())',
    ],
    ko: [
      'StreamDataset: 반복자를 받았다',
      '에폭마다 처음부터 다시 읽는데 반복자는 첫 에폭에 다 쓴다',
      '반복자를 만드는 함수를 준다: new StreamDataset(() => records())',
    ],
  },
  'zip.length': {
    en: ['ZippedDataset: the sets have {a} and {b} samples', 'as many in both were expected', ''],
    ko: ['ZippedDataset: 표본이 {a}개와 {b}개이다', '두 데이터의 표본 수가 같아야 한다', ''],
  },
  'zip.field': {
    en: [
      'ZippedDataset: both sets have a field "{key}"',
      'the fields of both become one record',
      'rename one of them with a MappedDataset',
    ],
    ko: [
      'ZippedDataset: 두 데이터에 모두 "{key}" 필드가 있다',
      '두 데이터의 필드가 한 레코드가 된다',
      'MappedDataset으로 한쪽의 이름을 바꾼다',
    ],
  },
  'columns.none': {
    en: ['ColumnDataset: there is no column', 'at least one was expected', ''],
    ko: ['ColumnDataset: 열이 없다', '하나는 있어야 한다', ''],
  },
  'columns.length': {
    en: [
      'ColumnDataset: "{key}" has {got} entries',
      'the first column has {length}, and all must be alike',
      '',
    ],
    ko: [
      'ColumnDataset: "{key}"의 항목이 {got}개이다',
      '첫 열은 {length}개이고 모두 같아야 한다',
      '',
    ],
  },
  'columns.size': {
    en: ['ColumnDataset: "{key}" has {got} values', 'they do not fill the shape {shape}', ''],
    ko: ['ColumnDataset: "{key}"의 값이 {got}개이다', 'shape {shape}에 맞지 않는다', ''],
  },
  'columns.label': {
    en: [
      'ColumnDataset: "label" is a {got} with one axis',
      'class ids are an Int32Array',
      'give what is to be predicted the shape [samples, 1]',
    ],
    ko: [
      'ColumnDataset: "label"이 축이 하나인 {got}이다',
      '클래스 번호는 Int32Array여야 한다',
      '예측할 값은 shape를 [표본 수, 1]로 한다',
    ],
  },
  'split.shares': {
    en: ['split: the shares are {got}', 'numbers of 0 or more, not all 0, were expected', ''],
    ko: ['split: 비율이 {got}이다', '0 이상의 수여야 하고 모두 0이면 안 된다', ''],
  },
  'split.labels': {
    en: ['split: stratify is {got}', 'one class for each of the {length} samples was expected', ''],
    ko: ['split: stratify가 {got}이다', '표본 {length}개에 클래스가 하나씩 있어야 한다', ''],
  },
  'collate.record': {
    en: [
      'collate: sample {i} of the batch is {got}',
      'an object with named fields was expected',
      'let transform make one, or give a collate of your own',
    ],
    ko: [
      'collate: 배치의 {i}번째 표본이 {got}이다',
      '이름이 있는 필드로 된 객체여야 한다',
      'transform에서 만들거나 collate를 직접 준다',
    ],
  },
  'collate.keys': {
    en: [
      'collate: sample {i} of the batch differs from the first in "{key}"',
      'all samples have the same keys; the first has {keys}',
      '',
    ],
    ko: [
      'collate: 배치의 {i}번째 표본은 "{key}"에서 첫 표본과 다르다',
      '모든 표본의 키가 같아야 한다. 첫 표본의 키는 {keys}이다',
      '',
    ],
  },
  'collate.absent': {
    en: ['padSequences: samples have no "{key}"', 'they have {keys}', ''],
    ko: ['padSequences: 표본에 "{key}"이(가) 없다', '있는 것은 {keys}이다', ''],
  },
  'collate.label': {
    en: [
      'collate: label {i} of the batch is {got}',
      'a number under "label" is a class id, an integer',
      'give what is to be predicted as Float32Array.of(value)',
    ],
    ko: [
      'collate: 배치의 {i}번째 라벨이 {got}이다',
      '"label"의 수는 클래스 번호이고 정수여야 한다',
      '예측할 값은 Float32Array.of(value)로 준다',
    ],
  },
  'collate.shape': {
    en: [
      'collate: "{key}" of sample {i} of the batch has shape {got}',
      'that of the first is {wanted}, and all must be alike',
      'use padSequences for sequences, or a transform that makes them equal',
    ],
    ko: [
      'collate: 배치의 {i}번째 표본에서 "{key}"의 shape가 {got}이다',
      '첫 표본은 {wanted}이고 모두 같아야 한다',
      '길이가 다르면 padSequences를 쓰거나 transform에서 맞춘다',
    ],
  },
  'collate.values': {
    en: [
      'collate: "{key}" of sample {i} of the batch is {got}',
      '{wanted} values of {dtype} were expected',
      '',
    ],
    ko: [
      'collate: 배치의 {i}번째 표본에서 "{key}"이(가) {got}이다',
      '{dtype} 값 {wanted}개여야 한다',
      '',
    ],
  },
  'collate.sequence': {
    en: [
      'padSequences: "{key}" of sample {i} of the batch is {got}',
      'an array with at least one axis was expected',
      '',
    ],
    ko: [
      'padSequences: 배치의 {i}번째 표본에서 "{key}"이(가) {got}이다',
      '축이 하나 이상인 배열이어야 한다',
      '',
    ],
  },
  'collate.lengths': {
    en: [
      'padSequences: in sample {i} of the batch, {keys} have lengths {sizes}',
      'arrays that are padded together are of one length',
      '',
    ],
    ko: [
      'padSequences: 배치의 {i}번째 표본에서 {keys}의 길이가 {sizes}이다',
      '함께 채우는 배열은 길이가 같아야 한다',
      '',
    ],
  },
  'idx.short': {
    en: [
      'IDX: the file has {size} bytes',
      'its header alone needs {needed}',
      'check that the file was copied in full',
    ],
    ko: [
      'IDX: 파일이 {size}바이트이다',
      '헤더만 {needed}바이트여야 한다',
      '파일이 끝까지 복사되었는지 확인한다',
    ],
  },
  'idx.magic': {
    en: [
      'IDX: the file begins with {got}',
      'an IDX file begins with two zero bytes',
      'check that this is an IDX file, plain or compressed by gzip',
    ],
    ko: [
      'IDX: 파일이 {got}(으)로 시작한다',
      'IDX 파일은 0인 바이트 둘로 시작한다',
      'IDX 파일이 맞는지 확인한다. gzip으로 압축해도 된다',
    ],
  },
  'idx.type': {
    en: ['IDX: there is no element type {got}', '0x08, 0x09 or 0x0b to 0x0e was expected', ''],
    ko: ['IDX: 원소 형식 {got}은(는) 없다', '0x08, 0x09, 0x0b~0x0e 중 하나여야 한다', ''],
  },
  'idx.size': {
    en: [
      'IDX: the file has {size} bytes',
      'shape {shape} makes {needed}',
      'check that the file was copied in full',
    ],
    ko: [
      'IDX: 파일이 {size}바이트이다',
      'shape {shape}이면 {needed}바이트여야 한다',
      '파일이 끝까지 복사되었는지 확인한다',
    ],
  },
  'gzip.data': {
    en: [
      'gzip: {size} bytes cannot be unpacked',
      'a whole gzip file was expected',
      'check that the file was copied in full',
    ],
    ko: [
      'gzip: {size}바이트를 풀 수 없다',
      '온전한 gzip 파일이어야 한다',
      '파일이 끝까지 복사되었는지 확인한다',
    ],
  },
  'gzip.large': {
    en: [
      'gzip: {size} bytes grow to more than {limit}',
      'files that grow so much are refused, since they may be made to fill the memory',
      'unpack the file yourself if you trust it',
    ],
    ko: [
      'gzip: {size}바이트가 {limit}바이트 넘게 불어난다',
      '메모리를 채우려는 파일일 수 있어 받지 않는다',
      '믿을 수 있는 파일이면 직접 풀어서 쓴다',
    ],
  },
  'text.utf8': {
    en: [
      'the {size} bytes are no text in UTF-8',
      'UTF-8 was expected',
      'convert the file, as from EUC-KR: iconv -f euc-kr -t utf-8',
    ],
    ko: [
      '{size}바이트가 UTF-8 글이 아니다',
      'UTF-8이어야 한다',
      '파일을 변환한다. EUC-KR이면 iconv -f euc-kr -t utf-8',
    ],
  },
  'cifar.size': {
    en: ['CIFAR: the file has {size} bytes', 'a multiple of {record}, the size of an image', ''],
    ko: ['CIFAR: 파일이 {size}바이트이다', '이미지 크기인 {record}의 배수여야 한다', ''],
  },
  'cifar.label': {
    en: ['CIFAR: label {i} is {label}', 'there are {classes} classes, counted from 0', ''],
    ko: ['CIFAR: {i}번째 라벨이 {label}이다', '클래스는 0부터 세어 {classes}개이다', ''],
  },
  'cifar.missing': {
    en: ['{folder}: there is no {name}', 'the binary version of CIFAR was expected', ''],
    ko: ['{folder}: {name}이(가) 없다', 'CIFAR의 바이너리판이어야 한다', ''],
  },
  'cifar.pickle': {
    en: [
      '{folder}: {name} is of the version for Python',
      'that is a pickle, which can run code; the binary version was expected',
      'get cifar-10-binary.tar.gz or cifar-100-binary.tar.gz instead',
    ],
    ko: [
      '{folder}: {name}은(는) Python판의 파일이다',
      'pickle은 코드를 실행할 수 있어 읽지 않는다. 바이너리판이어야 한다',
      'cifar-10-binary.tar.gz나 cifar-100-binary.tar.gz를 받는다',
    ],
  },
  'separated.separator': {
    en: ['the separator is "{got}"', 'one character, no quote and no end of line', ''],
    ko: ['구분자가 "{got}"이다', '따옴표와 줄바꿈이 아닌 문자 하나여야 한다', ''],
  },
  'separated.quote': {
    en: [
      'line {line}: a field in quotes has no end',
      'a closing " was expected',
      'say quotes: false if quotes mean nothing in this file',
    ],
    ko: [
      '{line}번째 줄: 따옴표로 연 필드가 끝나지 않는다',
      '닫는 "가 있어야 한다',
      '따옴표에 뜻이 없는 파일이면 quotes: false로 한다',
    ],
  },
  'separated.behind': {
    en: [
      'line {line}: text stands behind a closing quote',
      'a separator or the end of the line was expected',
      'say quotes: false if quotes mean nothing in this file',
    ],
    ko: [
      '{line}번째 줄: 닫는 따옴표 뒤에 글자가 있다',
      '구분자나 줄 끝이어야 한다',
      '따옴표에 뜻이 없는 파일이면 quotes: false로 한다',
    ],
  },
  'table.twice': {
    en: ['two columns are called "{name}"', 'a name of its own for each was expected', ''],
    ko: ['"{name}"이라는 열이 둘이다', '열마다 이름이 달라야 한다', ''],
  },
  'table.row': {
    en: [
      'row {i} has {got} fields',
      'there are {columns} columns',
      'check the separator and the quotes; rows are counted from 0, without the header',
    ],
    ko: [
      '{i}번 행의 필드가 {got}개이다',
      '열은 {columns}개이다',
      '구분자와 따옴표를 확인한다. 행은 머리글을 빼고 0부터 센다',
    ],
  },
  'table.column': {
    en: ['there is no column "{name}"', 'there are {names}', ''],
    ko: ['"{name}"이라는 열이 없다', '있는 열은 {names}이다', ''],
  },
  'table.number': {
    en: ['column "{name}", row {row}: "{got}" is no number', 'a finite number was expected', ''],
    ko: ['"{name}" 열 {row}번 행: "{got}"은(는) 수가 아니다', '유한한 수여야 한다', ''],
  },
  'table.inputs': {
    en: [
      'no column is left to predict from; left out are {skipped}',
      'numbers, or words of which there are few, were expected',
      '',
    ],
    ko: [
      '예측에 쓸 열이 남지 않았다. 뺀 열은 {skipped}이다',
      '수이거나 종류가 적은 낱말이어야 한다',
      '',
    ],
  },
  'table.class': {
    en: ['column "{name}", row {row}: "{got}" is no class', 'there are {classes}', ''],
    ko: ['"{name}" 열 {row}번 행: "{got}"은(는) 클래스가 아니다', '있는 것은 {classes}이다', ''],
  },
  'table.empty': {
    en: ['the table is empty', 'a row at least was expected', ''],
    ko: ['표가 비어 있다', '행이 하나는 있어야 한다', ''],
  },
  'jsonl.line': {
    en: ['line {line} is no JSON', 'one JSON value on each line was expected', ''],
    ko: ['{line}번째 줄이 JSON이 아니다', '줄마다 JSON 값이 하나여야 한다', ''],
  },
  'reviews.missing': {
    en: ['{folder}: no file begins with {name}', 'NSMC has ratings_train and ratings_test', ''],
    ko: [
      '{folder}: {name}(으)로 시작하는 파일이 없다',
      'NSMC에는 ratings_train과 ratings_test가 있다',
      '',
    ],
  },
  'reviews.columns': {
    en: ['reviews: the columns are {names}', 'id, document and label were expected', ''],
    ko: ['reviews: 열이 {names}이다', 'id, document, label이어야 한다', ''],
  },
  'reviews.label': {
    en: ['reviews: the label of row {row} is "{got}"', '0 or 1 was expected', ''],
    ko: ['reviews: {row}번 행의 라벨이 "{got}"이다', '0이나 1이어야 한다', ''],
  },
  'vocabulary.token': {
    en: ['Vocabulary: token {i} is no text', 'a list of texts was expected', ''],
    ko: ['Vocabulary: {i}번 토큰이 글자열이 아니다', '글자열의 목록이어야 한다', ''],
  },
  'vocabulary.twice': {
    en: ['Vocabulary: the token "{token}" is there twice', 'each once was expected', ''],
    ko: ['Vocabulary: 토큰 "{token}"이(가) 두 번 있다', '한 번씩만 있어야 한다', ''],
  },
  'vocabulary.unknown': {
    en: [
      'Vocabulary: "{token}" is none of its {size} tokens',
      'a known token was expected',
      "build it with specials: ['<unk>'], which stands for all others",
    ],
    ko: [
      'Vocabulary: "{token}"은(는) 토큰 {size}개에 들지 않는다',
      '아는 토큰이어야 한다',
      "나머지를 대신할 specials: ['<unk>']를 넣어 만든다",
    ],
  },
  'vocabulary.id': {
    en: ['Vocabulary: there is no token {id}', 'there are {size}, counted from 0', ''],
    ko: ['Vocabulary: {id}번 토큰이 없다', '토큰은 0부터 세어 {size}개이다', ''],
  },
  'ngrams.unit': {
    en: ['hashNgrams: unit is "{got}"', 'syllable or jamo was expected', ''],
    ko: ['hashNgrams: unit이 "{got}"이다', 'syllable이나 jamo여야 한다', ''],
  },
  'windows.short': {
    en: [
      'WindowDataset: there are {tokens} tokens',
      'a stretch of {length} and the token behind it need more',
      '',
    ],
    ko: ['WindowDataset: 토큰이 {tokens}개이다', '{length}개와 그다음 하나보다 적다', ''],
  },
  'value.least': {
    en: ['{op}: {name} is {got}', 'a finite number of at least {low} was expected', ''],
    ko: ['{op}: {name}이(가) {got}이다', '{low} 이상의 유한한 수여야 한다', ''],
  },
  'forecasts.short': {
    en: [
      'forecasts: the series has {series} values',
      'a stretch of {length} and {horizon} behind it need more',
      '',
    ],
    ko: ['forecasts: 값이 {series}개이다', '구간 {length}개와 그 뒤의 {horizon}개보다 적다', ''],
  },
  'series.amplitudes': {
    en: ['{amplitudes} amplitudes for {periods} periods', 'one for each was expected', ''],
    ko: ['주기는 {periods}개인데 진폭은 {amplitudes}개이다', '주기마다 하나여야 한다', ''],
  },
  'typos.kinds': {
    en: ['{op}: a kind is {got}', 'some of {known} were expected', ''],
    ko: ['{op}: 종류가 {got}이다', '{known} 중 몇 가지여야 한다', ''],
  },
  'numbers.system': {
    en: ['numberWords: the system is {got}', 'one of {known} was expected', ''],
    ko: ['numberWords: 읽는 법이 {got}이다', '{known} 중 하나여야 한다', ''],
  },
  'png.damaged': {
    en: ['PNG: the file is damaged, {part}', 'a whole PNG file was expected', ''],
    ko: ['PNG: 파일이 손상되었다: {part}', '온전한 PNG 파일이어야 한다', ''],
  },
  'netpbm.header': {
    en: ['PGM/PPM: the header is damaged', 'P5 or P6, width, height and largest value', ''],
    ko: ['PGM/PPM: 머리글이 손상되었다', 'P5나 P6, 너비, 높이, 가장 큰 값이어야 한다', ''],
  },
  'netpbm.size': {
    en: ['PGM/PPM: {got} bytes of pixels', '{needed} were expected', ''],
    ko: ['PGM/PPM: 픽셀이 {got}바이트이다', '{needed}바이트여야 한다', ''],
  },
  'picture.large': {
    en: [
      'a picture of {width} by {height} pixels',
      'at most {maxPixels} are decoded',
      'raise maxPixels if you trust it',
    ],
    ko: [
      '{width}×{height}픽셀인 그림이다',
      '{maxPixels}픽셀까지만 푼다',
      '믿을 수 있으면 maxPixels를 올린다',
    ],
  },
  'picture.format': {
    en: [
      'the {size} bytes are no picture in a known format',
      'PNG, PGM or PPM were expected; JPEG, WebP or GIF with sharp',
      '',
    ],
    ko: [
      '{size}바이트가 아는 형식의 그림이 아니다',
      'PNG, PGM, PPM이어야 한다. sharp가 있으면 JPEG, WebP, GIF도 된다',
      '',
    ],
  },
  'picture.peer': {
    en: [
      'a {format} picture cannot be decoded here',
      'sharp decodes it, which is not installed',
      'npm install sharp, or convert the pictures to PNG',
    ],
    ko: [
      '여기서는 {format} 그림을 풀 수 없다',
      '이를 푸는 sharp가 설치되어 있지 않다',
      'npm install sharp를 하거나 그림을 PNG로 바꾼다',
    ],
  },
  'picture.damaged': {
    en: ['{format}: the picture cannot be decoded: {reason}', 'a whole file was expected', ''],
    ko: ['{format}: 그림을 풀 수 없다: {reason}', '온전한 파일이어야 한다', ''],
  },
  'folder.empty': {
    en: [
      '{folder}: there is no picture in a folder within it',
      'a folder for each class, with pictures, was expected',
      '',
    ],
    ko: ['{folder}: 안의 폴더에 그림이 없다', '클래스마다 그림이 든 폴더가 하나씩 있어야 한다', ''],
  },
  'folder.picture': {
    en: ['{path}: {reason}', 'a picture was expected', ''],
    ko: ['{path}: 그림이 아니다. {reason}', '그림이어야 한다', ''],
  },
  'mnist.missing': {
    en: [
      '{folder}: there is no {name}',
      'it was looked for plain and with .gz',
      'put the four MNIST files there, or at least the two that begin with t10k',
    ],
    ko: [
      '{folder}: {name}이(가) 없다',
      '압축하지 않은 것과 .gz를 모두 찾았다',
      'MNIST 파일 네 개를 넣는다. 적어도 t10k로 시작하는 두 개는 있어야 한다',
    ],
  },
  'mnist.images': {
    en: [
      'MNIST: the {part} images have shape {shape}',
      'bytes of shape [images, height, width] were expected',
      '',
    ],
    ko: [
      'MNIST: {part} 이미지의 shape가 {shape}이다',
      'shape가 [이미지 수, 높이, 너비]인 바이트여야 한다',
      '',
    ],
  },
  'mnist.labels': {
    en: [
      'MNIST: the {part} labels have shape {shape}',
      'bytes of shape [labels] were expected',
      '',
    ],
    ko: ['MNIST: {part} 라벨의 shape가 {shape}이다', 'shape가 [라벨 수]인 바이트여야 한다', ''],
  },
  'mnist.count': {
    en: [
      'MNIST: {images} {part} images, but {labels} labels',
      'one label for each image was expected',
      'check that the two files belong together',
    ],
    ko: [
      'MNIST: {part} 이미지는 {images}장인데 라벨은 {labels}개이다',
      '이미지마다 라벨이 하나여야 한다',
      '두 파일이 같은 데이터의 것인지 확인한다',
    ],
  },
  'mnist.label': {
    en: ['MNIST: {part} label {i} is {label}', 'a digit from 0 to 9 was expected', ''],
    ko: ['MNIST: {part}의 {i}번째 라벨이 {label}이다', '0부터 9까지의 숫자여야 한다', ''],
  },
  'augment.shape': {
    en: ['{op}: {name} has shape and length {got}', 'shape {wanted} was expected', ''],
    ko: ['{op}: {name}의 shape와 길이가 {got}이다', 'shape가 {wanted}여야 한다', ''],
  },
  'image.pixels': {
    en: [
      '{op}: a pixel is {value}',
      'pixels from 0 to 1 were expected',
      'change colours first and normalise afterwards, with a Normalize layer for instance',
    ],
    ko: [
      '{op}: 픽셀 값 {value}이(가) 있다',
      '0 이상 1 이하인 픽셀이어야 한다',
      '색을 먼저 바꾸고 정규화는 Normalize 층 등으로 나중에 한다',
    ],
  },
  'image.channels': {
    en: ['{op}: the image has {channels} channels', 'one was expected, or red, green and blue', ''],
    ko: ['{op}: 이미지의 채널이 {channels}개이다', '1개 또는 빨강, 초록, 파랑이어야 한다', ''],
  },
  'augment.border': {
    en: ['{op}: there is no border {got}', 'a number or one of {known} was expected', ''],
    ko: ['{op}: {got}인 테두리는 없다', '수 또는 {known} 중 하나여야 한다', ''],
  },
  'augment.crop': {
    en: [
      '{op}: a part of {size} does not fit into {height}×{width} pixels with a padding of {padding}',
      'a part of at most the padded size was expected',
      'ask for a smaller part, or give a padding',
    ],
    ko: [
      '{op}: 크기 {size}인 부분은 여백이 {padding}인 {height}×{width} 픽셀에 들어가지 않는다',
      '여백을 더한 크기 이하여야 한다',
      '더 작은 부분을 고르거나 여백을 준다',
    ],
  },
  'augment.batch': {
    en: ['{op}: the batch has an array of shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: 배치에 shape가 {got}인 배열이 있다', '{wanted}여야 한다', ''],
  },
  'augment.label': {
    en: ['{op}: label {i} is {label}', 'there are {numClasses} classes, counted from 0', ''],
    ko: ['{op}: {i}번째 라벨이 {label}이다', '클래스는 0부터 세어 {numClasses}개이다', ''],
  },
  'feature.image': {
    en: [
      '{op}: the image is {got}',
      'an array [channels, height, width] was expected, of at least {least} pixels to each side',
      "pass a sample's input",
    ],
    ko: [
      '{op}: 이미지가 {got}이다',
      '각 변이 {least}픽셀 이상인 배열 [채널, 높이, 너비]여야 한다',
      '표본의 input을 넘긴다',
    ],
  },
  'feature.norm': {
    en: ['{op}: there is no norm {got}', 'one of {known} was expected', ''],
    ko: ['{op}: {got}이라는 norm은 없다', '{known} 중 하나여야 한다', ''],
  },
  'feature.length': {
    en: [
      '{op}: sample {i} has {got} features',
      'the first one has {wanted}',
      'bring the images to one size, with randomResizedCrop for instance',
    ],
    ko: [
      '{op}: {i}번 표본의 특징이 {got}개이다',
      '첫 표본은 {wanted}개이다',
      'randomResizedCrop 등으로 이미지를 같은 크기로 만든다',
    ],
  },
  'feature.unfitted': {
    en: ['{op}: nothing has been fitted yet', 'fit was expected first', 'call fit'],
    ko: ['{op}: 아직 fit을 하지 않았다', '먼저 fit을 해야 한다', 'fit을 부른다'],
  },
  'feature.matrix': {
    en: ['{op}: {name} has shape {got}', '{wanted} was expected', ''],
    ko: ['{op}: {name}의 shape가 {got}이다', '{wanted}여야 한다', ''],
  },
  'sound.signal': {
    en: [
      '{op}: the signal has shape {got}',
      'at least {least} values [samples] were expected, a whole frame',
      'pad it with zeros, or take shorter frames',
    ],
    ko: [
      '{op}: 신호의 shape가 {got}이다',
      '값이 {least}개 이상, 곧 프레임 하나 이상인 [표본 수]여야 한다',
      '0으로 채워 늘이거나 프레임을 줄인다',
    ],
  },
  'sound.coefficients': {
    en: ['{op}: {got} coefficients are wanted', 'there are as many as mel bands, {mels}', ''],
    ko: ['{op}: 계수를 {got}개 달라고 했다', '계수는 멜 대역의 수인 {mels}개까지이다', ''],
  },
  'sparse.parts': {
    en: [
      'SparseRows: {got} starts, columns and values do not make a matrix of shape {shape}',
      'ascending starts from 0 were expected, one more than rows, and as many columns as values',
      '',
    ],
    ko: [
      'SparseRows: starts, columns, values {got}개로는 shape가 {shape}인 행렬이 되지 않는다',
      'starts는 0부터 커지며 행보다 하나 많고, columns와 values의 개수가 같아야 한다',
      '',
    ],
  },
  'sparse.column': {
    en: ['SparseRows: element {i} is in column {column}', 'there are {width}, counted from 0', ''],
    ko: ['SparseRows: {i}번째 원소의 열이 {column}이다', '열은 0부터 세어 {width}개이다', ''],
  },
  'vectorizer.analyzer': {
    en: ['{op}: there is no analyzer {got}', 'one of {known} was expected', ''],
    ko: ['{op}: {got}이라는 analyzer는 없다', '{known} 중 하나여야 한다', ''],
  },
  'classifier.label': {
    en: ['{op}: label {i} is {label}', 'class ids were expected: integers from 0', ''],
    ko: ['{op}: {i}번째 라벨이 {label}이다', '클래스 번호, 곧 0 이상의 정수여야 한다', ''],
  },
  'classifier.option': {
    en: ['{op}: there is no {got}', 'one of {known} was expected', ''],
    ko: ['{op}: {got}이라는 것은 없다', '{known} 중 하나여야 한다', ''],
  },
  'classifier.negative': {
    en: [
      '{op}: row {row} has {value} in column {column}',
      'counts of 0 or more were expected',
      'use GaussianNB for features that may be below 0',
    ],
    ko: [
      '{op}: {row}행 {column}열의 값이 {value}이다',
      '0 이상의 횟수여야 한다',
      '0보다 작을 수 있는 특징에는 GaussianNB를 쓴다',
    ],
  },
  'augment.none': {
    en: ['{op}: no transform was given', 'one or more were expected', ''],
    ko: ['{op}: 변환을 하나도 주지 않았다', '하나 이상이어야 한다', ''],
  },

  // train
  'data.empty': {
    en: ['{op}: the data set is empty', 'at least one sample was expected', ''],
    ko: ['{op}: 데이터가 비어 있다', '표본이 하나는 있어야 한다', ''],
  },
  'fit.diverged': {
    en: [
      'fit: the loss is {loss} at step {step}',
      'a finite number was expected: the training diverged, or the data are not finite',
      'try a learning rate smaller than {lr}, and inputs with mean 0 and deviation 1',
    ],
    ko: [
      'fit: {step}번째 단계에서 손실이 {loss}이다',
      '유한한 수여야 한다. 학습이 발산했거나 데이터에 유한하지 않은 값이 있다',
      '학습률을 {lr}보다 낮추고, 입력은 평균 0, 표준편차 1로 맞춘다',
    ],
  },
  'trainer.aim': {
    en: [
      'Trainer: it is not told what to make small, or told twice',
      'either a loss of outputs and labels or an objective was expected',
      'new Trainer(model, { optimizer, loss: crossEntropy })',
    ],
    ko: [
      'Trainer: 무엇을 줄일지 주지 않았거나 두 번 주었다',
      '출력과 라벨의 loss나 objective 중 하나여야 한다',
      'new Trainer(model, { optimizer, loss: crossEntropy })',
    ],
  },
  'trainer.precision': {
    en: ['Trainer: there is no precision "{got}"', 'float32, float16 or bfloat16', ''],
    ko: [
      'Trainer: "{got}"이라는 precision은 없다',
      'float32, float16, bfloat16 중 하나여야 한다',
      '',
    ],
  },
  'fit.optimizer': {
    en: [
      'fit: the trainer has no optimizer',
      'training needs one; evaluate and predict do not',
      'new Trainer(model, { optimizer: new Adam(model.parameters()), loss })',
    ],
    ko: [
      'fit: Trainer에 optimizer가 없다',
      '학습에는 필요하다. evaluate와 predict에는 필요하지 않다',
      'new Trainer(model, { optimizer: new Adam(model.parameters()), loss })',
    ],
  },
  'fit.batch': {
    en: ['fit: a batch without tensors came, {got}', 'tensors, in objects or arrays', ''],
    ko: ['fit: 텐서가 없는 배치 {got}을(를) 받았다', '객체나 배열에 텐서가 있어야 한다', ''],
  },
  'fit.column': {
    en: [
      'fit: "{name}" of a batch is {got}',
      'a compiled step sees tensors only; what else it read would stay that of the first batch',
      'make it a tensor, or new Trainer(model, { …, compile: false })',
    ],
    ko: [
      'fit: 배치의 "{name}"이(가) {got}이다',
      '컴파일된 단계는 텐서만 본다. 다른 값은 첫 배치의 것으로 굳어진다',
      '텐서로 만들거나 new Trainer(model, { …, compile: false })로 한다',
    ],
  },
  'fit.supervised': {
    en: [
      'fit: a batch has inputs {inputs} and labels {labels}',
      'a loss compares what the model makes of inputs with labels, both tensors',
      'for other batches: new Trainer(model, { objective: (model, batch) => … })',
    ],
    ko: [
      'fit: 배치의 inputs가 {inputs}, labels가 {labels}이다',
      'loss는 inputs에 대한 모델의 출력을 labels와 비교한다. 둘 다 텐서여야 한다',
      '다른 배치라면 new Trainer(model, { objective: (model, batch) => … })',
    ],
  },
  'objective.loss': {
    en: ['objective: the function returned {got}', 'a loss, or an object with a loss', ''],
    ko: ['objective: 함수가 {got}을(를) 돌려주었다', 'loss나, loss가 있는 객체여야 한다', ''],
  },
  'objective.term': {
    en: ['objective: the term "{name}" is {got}', 'a scalar tensor was expected', ''],
    ko: ['objective: 항 "{name}"이(가) {got}이다', '스칼라 텐서여야 한다', ''],
  },
  'objective.name': {
    en: ['objective: a term is called "{name}"', 'reports use that name for something else', ''],
    ko: ['objective: 항의 이름이 "{name}"이다', '보고에서 다른 뜻으로 쓰는 이름이다', ''],
  },
  'objective.scalar': {
    en: [
      'objective: "{name}" has shape {shape}',
      'a scalar was expected',
      'take the mean: loss.mean()',
    ],
    ko: [
      'objective: "{name}"의 shape가 {shape}이다',
      '스칼라여야 한다',
      '평균을 낸다: loss.mean()',
    ],
  },
  'objective.dtype': {
    en: ['objective: "{name}" is {dtype}', 'a floating-point dtype was expected', ''],
    ko: ['objective: "{name}"이(가) {dtype}이다', '부동소수점 dtype이어야 한다', ''],
  },
  'penalty.factor': {
    en: ['{op}: the factor is {got}', 'a finite number of 0 or more was expected', ''],
    ko: ['{op}: 계수가 {got}이다', '0 이상의 유한한 수여야 한다', ''],
  },
  'penalty.match': {
    en: ['penalty "{name}": {match} matches no parameter', 'the names are {names}', ''],
    ko: ['벌점 "{name}": {match}에 맞는 파라미터가 없다', '이름은 {names}이다', ''],
  },
  'evaluate.outputs': {
    en: [
      'evaluate: the metric "{name}" has nothing to compare',
      'an objective was expected to return outputs and targets, too',
      'return { loss, outputs, targets }',
    ],
    ko: [
      'evaluate: 지표 "{name}"이(가) 비교할 것이 없다',
      'objective가 outputs와 targets도 돌려주어야 한다',
      'return { loss, outputs, targets }',
    ],
  },
  'checkpoint.manifest': {
    en: ['{path}: this is no whole manifest of a checkpoint', 'it was damaged, or never one', ''],
    ko: ['{path}: 온전한 체크포인트 목록이 아니다', '손상되었거나 체크포인트가 아니다', ''],
  },
  'checkpoint.digest': {
    en: [
      '{path}: the bytes are not those of the checkpoint',
      'their digest is in the manifest',
      '',
    ],
    ko: ['{path}: 체크포인트의 바이트와 다르다', '그 요약값은 목록에 있다', ''],
  },
  'checkpoint.none': {
    en: [
      '{folder}: none of the {count} checkpoints is whole',
      'at least one was expected',
      'to train from the beginning, choose another folder',
    ],
    ko: [
      '{folder}: 체크포인트 {count}개 가운데 온전한 것이 없다',
      '하나는 온전해야 한다',
      '처음부터 학습하려면 다른 폴더를 쓴다',
    ],
  },
  'checkpoint.part': {
    en: [
      'checkpoint: its part "{part}" is not one of this training',
      'what this version of maru has saved for the same model, optimizer and callbacks',
      '',
    ],
    ko: [
      '체크포인트: "{part}" 부분이 이 학습의 것이 아니다',
      '같은 모델, optimizer, callback으로 이 버전의 maru가 저장한 것이어야 한다',
      '',
    ],
  },
  'checkpoint.foreign': {
    en: [
      '{folder}: it holds a checkpoint of step {other}, and training is at step {step}',
      'a folder for checkpoints of one run',
      'go on from it, fit(loader, { resume: folder }), or choose another folder',
    ],
    ko: [
      '{folder}: {other}번째 단계의 체크포인트가 있는데 학습은 {step}번째 단계이다',
      '한 학습의 체크포인트만 있는 폴더여야 한다',
      'fit(loader, { resume: folder })로 이어 가거나 다른 폴더를 쓴다',
    ],
  },
  'checkpoint.best': {
    en: ['{folder}: no whole checkpoint of an ended epoch is there', 'at least one', ''],
    ko: ['{folder}: 끝난 epoch의 온전한 체크포인트가 없다', '하나는 있어야 한다', ''],
  },
  'monitor.name': {
    en: ['{op}: an epoch has no reading "{name}"', 'one of {names} was expected', ''],
    ko: ['{op}: epoch의 기록에 "{name}"이(가) 없다', '{names} 중 하나여야 한다', ''],
  },
  'monitor.mode': {
    en: ['{op}: mode is {got}', "'min' where less is better, 'max' where more is", ''],
    ko: ['{op}: mode가 {got}이다', "작을수록 좋으면 'min', 클수록 좋으면 'max'이다", ''],
  },
  'rates.range': {
    en: ['findLearningRate: from {from} to {to}', '0 < from < to was expected', ''],
    ko: ['findLearningRate: from이 {from}, to가 {to}이다', '0 < from < to여야 한다', ''],
  },
  'ensemble.none': {
    en: ['an ensemble has no members', 'at least one was expected', ''],
    ko: ['앙상블에 구성원이 없다', '하나는 있어야 한다', ''],
  },
  // cli
  'cli.command': {
    en: ['{got}: there is no such command', 'one of {known} was expected', 'maru --help'],
    ko: ['{got}: 이런 명령은 없다', '{known} 중 하나여야 한다', 'maru --help'],
  },
  'cli.word': {
    en: ['{name} is missing', '', 'maru --help'],
    ko: ['{name}이(가) 없다', '', 'maru --help'],
  },
  'cli.number': {
    en: ['{option} is {got}', 'a number above 0 was expected', ''],
    ko: ['{option}이(가) {got}이다', '0보다 큰 수여야 한다', ''],
  },
  'cli.data': {
    en: [
      '{path} is nothing to learn from',
      'a table (.csv, .tsv, .jsonl), a folder with a folder of pictures for each class, or a config (.json, .ts) was expected',
      '',
    ],
    ko: [
      '{path}에서는 배울 것이 없다',
      '표(.csv, .tsv, .jsonl)나 클래스마다 하위 폴더가 있는 사진 폴더, 설정 파일(.json, .ts)이어야 한다',
      '',
    ],
  },
  'cli.classes': {
    en: ['{path} has the classes {got}', 'those of training were expected: {wanted}', ''],
    ko: ['{path}의 클래스는 {got}이다', '학습 때의 클래스여야 한다: {wanted}', ''],
  },
  'cli.record': {
    en: ['{path}: line {row} is no flat object', 'fields of texts and numbers were expected', ''],
    ko: ['{path}: {row}번째 줄이 단순한 객체가 아니다', '글과 수로 된 필드여야 한다', ''],
  },
  'cli.run': {
    en: [
      '{path} is no record of a run, or damaged',
      'a folder that maru train made was expected',
      '',
    ],
    ko: ['{path}은(는) 실행 기록이 아니거나 손상되었다', 'maru train이 만든 폴더여야 한다', ''],
  },
  'config.command': {
    en: [
      'configuration: the loss {loss} gives no answer to the labels',
      'the command line trains what it can judge: classes, or one number',
      "use configure() of 'maru/config' and a Trainer",
    ],
    ko: [
      '설정의 손실 {loss}은(는) 라벨에 대한 답을 주지 않는다',
      '명령줄은 평가할 수 있는 것, 곧 클래스나 숫자 하나를 학습한다',
      "'maru/config'의 configure()와 Trainer를 쓴다",
    ],
  },
  'config.drawers': {
    en: ['a configuration holds {got}', 'some of {known} were expected', ''],
    ko: ['설정에 {got}이(가) 있다', '{known} 중 일부여야 한다', ''],
  },
  'config.entry': {
    en: ['configuration: {drawer} is {got}', 'one of {known} was expected', ''],
    ko: ['설정의 {drawer}이(가) {got}이다', '{known} 중 하나여야 한다', ''],
  },
  'config.hyperparameters': {
    en: [
      'configuration: hyperparameters are {got}',
      'an object of names and values was expected',
      '',
    ],
    ko: ['설정의 hyperparameters가 {got}이다', '이름과 값의 객체여야 한다', ''],
  },
  'config.value': {
    en: ['configuration: {name} ({meaning}) is {got}', 'another value was expected', ''],
    ko: ['설정의 {name}({meaning})이(가) {got}이다', '다른 값이어야 한다', ''],
  },
  'config.range': {
    en: [
      'configuration: {name} is {kind} of {got}',
      'a list of values, or the two ends of a range, was expected',
      '{ choice: [0.1, 0.01] }, { uniform: [0, 1] }, { logUniform: [1e-4, 1e-1] } or { int: [1, 8] }',
    ],
    ko: [
      '설정의 {name}이(가) {got}의 {kind}이다',
      '값의 목록이나 범위의 양 끝이어야 한다',
      '{ choice: [0.1, 0.01] }, { uniform: [0, 1] }, { logUniform: [1e-4, 1e-1] }, { int: [1, 8] }',
    ],
  },
  'config.unit': {
    en: [
      'configuration: {unit} goes over sequences and is nothing between layers',
      'an activation was expected',
      "connectivity: 'recurrent'",
    ],
    ko: [
      '설정의 {unit}은(는) 시퀀스를 따라가며 층 사이에는 둘 수 없다',
      '활성화 함수여야 한다',
      "connectivity: 'recurrent'",
    ],
  },
  'config.cell': {
    en: ['configuration: {unit} is no cell of a recurrent network', 'Tanh, ReLU, GRU or LSTM', ''],
    ko: [
      '설정의 {unit}은(는) 순환 신경망의 셀이 아니다',
      'Tanh, ReLU, GRU, LSTM 중 하나여야 한다',
      '',
    ],
  },
  'config.pictures': {
    en: [
      'configuration: samples are {shape}',
      '[channels, height, width] was expected, for augmentation of equal height and width',
      '',
    ],
    ko: [
      '설정: 표본의 shape가 {shape}이다',
      '[채널, 높이, 너비]여야 하고, 데이터 증강에는 높이와 너비가 같아야 한다',
      '',
    ],
  },
  'config.labels': {
    en: ['configuration: the loss {loss} is one of {wanted}', 'the labels are {got}', ''],
    ko: ['설정의 손실 {loss}은(는) {wanted}에 쓴다', '라벨은 {got}이다', ''],
  },
  'config.momentum': {
    en: [
      'configuration: {optimisation} has no momentum',
      'momentum goes with other optimisers',
      '',
    ],
    ko: ['설정의 {optimisation}에는 momentum이 없다', 'momentum은 다른 최적화기와 쓴다', ''],
  },
  'cli.config': {
    en: ['{path} is no JSON: {reason}', 'an object of settings was expected', ''],
    ko: ['{path}은(는) JSON이 아니다: {reason}', '설정 객체여야 한다', ''],
  },
  'cli.config.name': {
    en: ['{path} sets {name}, which there is not', 'some of {known} were expected', ''],
    ko: ['{path}에 없는 설정 {name}이(가) 있다', '{known} 중 일부여야 한다', ''],
  },
  'cli.config.value': {
    en: ['{path} sets {name} to {got}', 'another value was expected', 'maru --help'],
    ko: ['{path}의 {name}이(가) {got}이다', '다른 값이어야 한다', 'maru --help'],
  },
  'cli.typescript': {
    en: [
      '{path} is TypeScript, which this Node cannot run by itself',
      'Node 22.18 and later can',
      'node --import tsx node_modules/.bin/maru train {path}',
    ],
    ko: [
      '{path}은(는) TypeScript인데 이 Node는 스스로 실행하지 못한다',
      'Node 22.18부터 할 수 있다',
      'node --import tsx node_modules/.bin/maru train {path}',
    ],
  },
  'cli.option': {
    en: ['{got}: there is no such option', 'one of {known} was expected', ''],
    ko: ['{got}: 이런 옵션은 없다', '{known} 중 하나여야 한다', ''],
  },
  'cli.value': {
    en: ['{option} lacks its value', '{option} {placeholder} was expected', ''],
    ko: ['{option}에 값이 없다', '{option} {placeholder}여야 한다', ''],
  },
  'cli.flag': {
    en: ['{option} takes no value', 'got "{got}"', ''],
    ko: ['{option}에는 값을 주지 않는다', '"{got}"을(를) 받았다', ''],
  },
  'cli.reload': {
    en: ['{folder}: the model read again differs from the one saved', 'the same bits', ''],
    ko: ['{folder}: 다시 읽은 모델이 저장한 것과 다르다', '모든 비트가 같아야 한다', ''],
  },
  'cli.integer': {
    en: ['{option} is "{got}"', 'an integer of at least {low} was expected', ''],
    ko: ['{option}이(가) "{got}"이다', '{low} 이상의 정수여야 한다', ''],
  },
} as const

export type MessageKey = keyof typeof messages

type Placeholders<T extends string> = T extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${string} ${string}` ? never : Name) | Placeholders<Rest>
  : never

/** Names of the values that a message mentions. */
export type Fields<K extends MessageKey> = Placeholders<(typeof messages)[K]['en'][number]>
