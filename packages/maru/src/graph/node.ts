/** The graph: immutable nodes, interned until the next realisation. */
import { canonical } from '../base/canonical.ts'
import type { DType } from '../base/dtype.ts'
import { callSite } from '../base/error.ts'
import { expectCountable, type Sizes } from '../base/shape.ts'
import type { Cell, Slot } from './cell.ts'
import type { Data } from './data.ts'
import { isNoting, lookAgain, note } from './origin.ts'
import type { Attrs, Primitive, Spec, Vjp } from './primitive.ts'

/** Where a leaf's value comes from; `bound` ones are the inputs of closed graphs. */
export type Leaf =
  | { readonly kind: 'data'; readonly data: Data }
  | { readonly kind: 'cell'; readonly cell: Cell; readonly version: number }
  | { readonly kind: 'slot'; readonly slot: Slot }
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'bound' }

const none = {}

/** What only some nodes have. */
interface More {
  readonly leaf?: Leaf
  readonly literal?: number
  readonly results?: readonly Spec[]
  readonly rule?: Vjp<Attrs>
}

/** One operation with its inputs. Only `inputs` and `data` change, when the node is realised. */
export class Node {
  readonly id: number
  readonly op: Primitive
  readonly attrs: Attrs
  readonly shape: Sizes
  readonly dtype: DType
  /** Interned identity of op, attributes, shape and dtype; literals' values excluded. */
  readonly signature: number
  readonly leaf: Leaf | undefined
  /** Value of a literal. */
  readonly literal: number | undefined
  /** Specs of the results of an op that has several; shape and dtype are then the first one's. */
  readonly results: readonly Spec[] | undefined
  /** The gradient rule that a user gave to this node. */
  readonly rule: Vjp<Attrs> | undefined
  inputs: readonly Node[]
  /** The computed value, once there is one. */
  data: Data | undefined

  constructor(
    op: Primitive,
    inputs: readonly Node[],
    attrs: Attrs,
    spec: Spec,
    signature: number,
    more: More = none,
  ) {
    this.id = nextId++
    this.op = op
    this.inputs = inputs
    this.attrs = attrs
    this.shape = spec.shape
    this.dtype = spec.dtype
    this.signature = signature
    this.leaf = more.leaf
    this.literal = more.literal
    this.results = more.results
    this.rule = more.rule
    this.data = undefined
  }
}

let nextId = 1
/** Identities that are remembered at once. */
const MOST_SIGNATURES = 65_536
const signatures = new Map<string, number>()
let nextSignature = 0
const interned = new Map<string, Node>()

/** A graph of this many unrealised nodes draws one warning. */
const WARN_NODES = 100_000
let built = 0
let warned = false

/** Number of nodes made since the process started; what "no graph building" is measured by. */
export function nodesMade(): number {
  return nextId - 1
}

/** Forgets which equal nodes exist; called at each realisation. */
export function endInterning(): void {
  interned.clear()
  built = 0
  lookAgain()
}

function signatureOf(op: Primitive, attrs: Attrs, spec: Spec): number {
  return identityOf(
    `${op.name}|${attrs === none ? '' : canonical(attrs)}|${spec.dtype}|${spec.shape}`,
  )
}

/** Identity of a dtype and a shape, as signatures have one of an op. */
export function specSignature({ dtype, shape }: Spec): number {
  return identityOf(`${dtype}|${shape}`)
}

/** A number that equal texts share. */
export function identityOf(text: string): number {
  let signature = signatures.get(text)
  if (signature === undefined) {
    signature = nextSignature++
    // Shapes that change for ever must not fill memory; a forgotten identity is only made anew.
    if (signatures.size >= MOST_SIGNATURES) signatures.clear()
    signatures.set(text, signature)
  }
  return signature
}

/**
 * The node for an op on inputs: shape and dtype are worked out (and wrong ones thrown) now; an
 * equal node made since the last realisation is returned again, unless it has a rule of its own.
 */
export function makeNode(
  op: Primitive,
  inputs: readonly Node[],
  attrs: Attrs = none,
  rule?: Vjp<Attrs>,
): Node {
  const results = 'results' in op ? op.results(inputs, attrs) : undefined
  const spec = 'results' in op ? firstOf(results) : op.infer(inputs, attrs)
  expectCountable(op.name, spec.shape)
  const signature = signatureOf(op, attrs, spec)
  if (rule) return new Node(op, inputs, attrs, spec, signature, { rule })
  let key = `${signature}`
  for (const input of inputs) key += `,${input.id}`
  const known = interned.get(key)
  if (known) return known
  const node = new Node(op, inputs, attrs, spec, signature, results && { results })
  interned.set(key, node)
  if (isNoting()) note(node)
  if (++built > WARN_NODES) warnGrowth()
  return node
}

function firstOf(results: readonly Spec[] | undefined): Spec {
  const [first] = results ?? []
  if (!first) throw new RangeError('an op gives no result')
  return first
}

/** A literal: its value is not part of the signature, so that programs can share code. */
export function makeLiteral(op: Primitive, value: number, dtype: DType): Node {
  const spec = { shape: [], dtype }
  const signature = signatureOf(op, none, spec)
  const key = `${signature}=${Object.is(value, -0) ? '-0' : value}`
  const known = interned.get(key)
  if (known) return known
  const node = new Node(op, [], none, spec, signature, { literal: value })
  interned.set(key, node)
  return node
}

/** A leaf; never interned, since two leaves with equal data are still two. */
export function makeLeaf(op: Primitive, leaf: Leaf, spec: Spec): Node {
  const node = new Node(op, [], none, spec, signatureOf(op, none, spec), { leaf })
  if (isNoting()) {
    note(node)
    if (leaf.kind === 'data') note(leaf.data)
    if (leaf.kind === 'cell') note(leaf.cell.data)
  }
  return node
}

function warnGrowth(): void {
  built = 0
  interned.clear()
  if (warned) return
  warned = true
  const site = callSite() ?? 'unknown line'
  console.warn(
    `maru: ${WARN_NODES} operations were recorded and none computed. ` +
      `Await a value, or a step, now and then (recorded last at ${site}).`,
  )
}
