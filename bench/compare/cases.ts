/** What is measured: one row each, by suite. Drivers know what the kinds mean. */

/** What a driver is asked to do; `kind` names the entry of its table, the rest are its settings. */
export interface Spec {
  readonly kind: string
  readonly [setting: string]: string | number | boolean
}

export interface Case {
  readonly suite: string
  readonly name: string
  readonly spec: Spec
  /** Floating-point operations of one run, where a rate means something. */
  readonly flop?: number
  /** Largest difference from PyTorch's values, as a share of the largest of them. */
  readonly tolerance: number
  /** What the ratio to these peers should be at least. */
  readonly targets: Targets
  /** The same for the tier without machine code. */
  readonly portable: Targets
}

type Targets = Readonly<Record<string, number>>

/** What a tier's ratio to a peer should be at least, if anything. */
export function targetOf(it: Case, tier: string, peer: string): number | undefined {
  return (tier === 'wasm' ? it.portable : it.targets)[peer]
}

/** Sums of float32 products in another order. */
const REORDERED = 1e-4
/** Losses of three steps: what the steps multiply of such differences. */
const STEPPED = 2e-3
/** Likewise of roundings twice as large: pixels changed by a millionth change the third loss by 5e-3. */
const COARSELY = 1e-2

type Row = Omit<Case, 'suite' | 'tolerance' | 'targets' | 'portable'> & Partial<Case>

function suite(name: string, targets: Targets, rows: readonly Row[]): Case[] {
  return rows.map((row) => ({ suite: name, tolerance: REORDERED, targets, portable: {}, ...row }))
}

/** What products reach of the bare tile; others than plain ones enough to be within 10 % of those. */
const [PLAIN, OTHERWISE] = [{ tile: 0.85 }, { tile: 0.9 }]

function product(n: number, ta: boolean, tb: boolean): Row {
  const name = [String(n), ...(ta ? ['Aᵀ'] : []), ...(tb ? ['Bᵀ'] : [])].join(' ')
  const portable = ta || tb ? OTHERWISE : PLAIN
  return { name, spec: { kind: 'matmul', n, batch: 0, ta, tb }, flop: 2 * n * n * n, portable }
}

function chain(n: number): Row {
  const spec = { kind: 'chain', n, count: 100 }
  const rest = { flop: 200 * n * n * n, tolerance: 1e-3, targets: { torch: 1 }, portable: PLAIN }
  return { name: `100 × ${n}`, spec, ...rest }
}

const matmul = suite('matmul', { torch: 0.9 }, [
  ...[256, 512, 1024, 2048].flatMap((n) => [
    product(n, false, false),
    product(n, true, false),
    product(n, false, true),
    product(n, true, true),
  ]),
  {
    name: 'batched 8 × 256',
    spec: { kind: 'matmul', n: 256, batch: 8, ta: false, tb: false },
    flop: 16 * 256 * 256 * 256,
    portable: OTHERWISE,
  },
  chain(64),
  chain(128),
])

interface ConvSize {
  readonly batch: number
  readonly from: number
  readonly to: number
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

const convolutions: readonly (readonly [name: string, size: ConvSize])[] = [
  ['b32 3→64 32² k3', { batch: 32, from: 3, to: 64, size: 32, kernel: 3, stride: 1, padding: 1 }],
  ['b32 64→64 32² k3', { batch: 32, from: 64, to: 64, size: 32, kernel: 3, stride: 1, padding: 1 }],
  [
    'b32 128→128 16² k3',
    { batch: 32, from: 128, to: 128, size: 16, kernel: 3, stride: 1, padding: 1 },
  ],
  [
    'b8 256→512 14² k3',
    { batch: 8, from: 256, to: 512, size: 14, kernel: 3, stride: 1, padding: 1 },
  ],
  [
    'b8 3→64 224² k7 s2',
    { batch: 8, from: 3, to: 64, size: 224, kernel: 7, stride: 2, padding: 3 },
  ],
  ['b8 256→64 56² k1', { batch: 8, from: 256, to: 64, size: 56, kernel: 1, stride: 1, padding: 0 }],
]

function convFlop({ batch, from, to, size, kernel, stride, padding }: ConvSize): number {
  const side = Math.floor((size + 2 * padding - kernel) / stride) + 1
  return 2 * batch * to * side * side * from * kernel * kernel
}

const conv = suite(
  'conv',
  { torch: 1, ort: 1 },
  convolutions.flatMap(([name, size]) =>
    [false, true].map((backward) => ({
      name: `${name} ${backward ? 'forward + backward' : 'forward'}`,
      spec: { kind: 'conv', ...size, backward },
      flop: convFlop(size) * (backward ? 3 : 1),
      portable: backward ? {} : { tfjs: 3 },
    })),
  ),
)

const FLAT = 2 ** 22
const elementwise = suite('elementwise', { torch: 1 }, [
  ...['gelu', 'gelu tanh', 'softmax', 'layernorm'].flatMap((op) =>
    [false, true].map((backward) => ({
      name: `${op} ${backward ? 'forward + backward' : 'forward'}`,
      spec: { kind: 'elementwise', op, rows: FLAT / 1024, columns: 1024, backward },
    })),
  ),
  ...['relu', 'add', 'row sum'].map((op) => ({
    name: op,
    spec: { kind: 'elementwise', op, rows: FLAT / 1024, columns: 1024, backward: false },
  })),
  {
    name: 'Adam 10 M',
    spec: { kind: 'adam', size: 10_000_000 },
    targets: { torch: 2.5 },
    tolerance: REORDERED,
  },
])

const trained: Targets = { torch: 1, tfjs: 10, 'jax-js': 5 }
const step = (name: string, model: string, batch: number, flop?: number): Row => ({
  name,
  spec: { kind: 'step', model, batch },
  ...(flop !== undefined && { flop }),
  tolerance: STEPPED,
})
const steps = suite('steps', trained, [
  step('MLP 784-512-512-10, batch 128, Adam', 'mlp', 128, 0.411e9),
  step('LeNet-5, batch 64, SGD with momentum', 'lenet', 64, 0.16e9),
  step('ResNet-18 (CIFAR), batch 32, SGD with momentum', 'resnet18', 32, 107e9),
  step('char-LSTM 2 × 256, 64 steps, batch 32, Adam', 'char-lstm', 32, 11.6e9),
  step('GPT 4 × 256, 128 tokens, batch 8, AdamW', 'gpt', 8, 27.4e9),
  step('DCGAN 64², batch 16, Adam', 'dcgan', 16),
  step('VAE 784-400-20, batch 128, Adam', 'vae', 128),
])

const inference = suite('inference', { ort: 1, torch: 1 }, [
  ...[1, 32].map((batch) => ({
    name: `ResNet-18 (CIFAR), batch ${batch}`,
    spec: { kind: 'infer', model: 'resnet18', batch },
    flop: batch * 1.11e9,
  })),
  {
    name: 'GPT 4 × 256, 256 tokens with a cache',
    spec: { kind: 'generate', tokens: 256 },
    targets: { torch: 1 },
    tolerance: REORDERED,
  },
])

/** What is asked of maru alone; peers do as they always do. Roundings grow, so nothing of it is a target. */
const winograd = suite('winograd', {}, [
  ...convolutions.slice(1, 4).flatMap(([name, size]) =>
    [false, true].map((backward) => ({
      name: `${name} ${backward ? 'forward + backward' : 'forward'}, winograd`,
      spec: { kind: 'conv', ...size, backward, winograd: true },
      flop: convFlop(size) * (backward ? 3 : 1),
    })),
  ),
  {
    name: 'ResNet-18 (CIFAR), batch 32, SGD, winograd',
    spec: { kind: 'step', model: 'resnet18', batch: 32, winograd: true },
    flop: 107e9,
    tolerance: COARSELY,
  },
  ...[1, 32].map((batch) => ({
    name: `ResNet-18 (CIFAR), inference of ${batch}, winograd`,
    spec: { kind: 'infer', model: 'resnet18', batch, winograd: true },
    flop: batch * 1.11e9,
  })),
])

/** maru alone, one size after the other; the last word of a name is the size. */
function sweep(
  name: string,
  sizes: readonly number[],
  spec: (size: number) => Case['spec'],
): Row[] {
  return sizes.map((size) => ({ name: `${name} ${size}`, spec: spec(size), tolerance: STEPPED }))
}

const growth = suite('growth', {}, [
  ...sweep('MLP 2 × 512, batch', [64, 128, 256, 512], (batch) => ({
    kind: 'step',
    model: 'mlp',
    batch,
  })),
  ...sweep('MLP 512, batch 128, depth', [4, 8, 16, 32], (depth) => ({
    kind: 'step',
    model: 'mlp',
    batch: 128,
    depth,
  })),
  ...sweep('character LSTM, batch 8, steps', [32, 64, 128, 256], (time) => ({
    kind: 'step',
    model: 'char-lstm',
    batch: 8,
    time,
  })),
  ...sweep('GPT 256, batch 2, 128 tokens, blocks', [2, 4, 8], (layers) => ({
    kind: 'step',
    model: 'gpt',
    batch: 2,
    layers,
  })),
  ...sweep('attention, 4 heads of 64, tokens', [256, 512, 1024, 2048], (time) => ({
    kind: 'attention',
    time,
  })),
])

/** Every case that a driver's process answers; those of `start` are processes of their own. */
export const cases: readonly Case[] = [
  ...matmul,
  ...conv,
  ...elementwise,
  ...steps,
  ...inference,
  ...winograd,
  ...growth,
]

/** Names of the suites, in order. */
export const suites: readonly string[] = [...new Set(cases.map(({ suite }) => suite)), 'start']
