/** Typed errors with three parts: what happened, what was expected, the fix; values stay as fields. */
import { language } from './env.ts'
import { type Fields, type Message, type MessageKey, messages } from './messages.ts'
import { chooseParticles } from './particle.ts'
import { showAny } from './show.ts'

/** Values that a message may carry. */
export type FieldValue = string | number | boolean | readonly (string | number)[] | undefined

type FieldsOf<K extends MessageKey> = { readonly [F in Fields<K>]: FieldValue }

/**
 * Base of every error that maru throws on purpose.
 *
 * `message` reads `what — expected`, then `try:` and `at:` lines. `key` names the message in
 * every language; `fields` carries the values it mentions. A message about an op names the one
 * that the user called, not the one that it is made of.
 */
export class MaruError<K extends MessageKey = MessageKey> extends Error {
  readonly key: K
  readonly fields: FieldsOf<K>
  /** `file:line` of the user's call, when it can be known. */
  readonly site: string | undefined
  readonly #call: UserCall
  #layer: string | undefined

  constructor(key: K, fields: FieldsOf<K>, cause?: unknown) {
    const { site, called } = userCall(deepStack())
    super(render(key, fields, { site, called }), cause === undefined ? undefined : { cause })
    this.#call = { site, called }
    this.key = key
    this.fields = 'op' in fields && called ? { ...fields, op: called } : fields
    this.name = this.constructor.name
    this.site = site
    // The engine wrote the stack before it knew the name.
    this.stack = (this.stack ?? '').replace(/^Error/, this.name)
  }

  /** Path and settings of the layer inside a network that was being applied, `0.hidden, Linear(784, 10)`. */
  get layer(): string | undefined {
    return this.#layer
  }

  /** Says which layer was being applied. */
  setLayer(layer: string): void {
    this.#layer = layer
    const before = this.message
    this.message = render(this.key, this.fields, { ...this.#call, layer })
    this.stack = (this.stack ?? '').replace(before, () => this.message)
  }
}

/** Shapes that do not fit each other or the op. */
export class ShapeError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** An element type that the op does not take. */
export class DTypeError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** An index, axis or class id outside its range. */
export class IndexError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** An argument whose value makes no sense. */
export class ValueError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** A tensor that depends on parameters which have been stepped since. */
export class StaleError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** Something that cannot be recorded by `compile`. */
export class TraceError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** More memory asked for than there is. */
export class MemoryError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** NaN or infinity where `detectAnomaly` looks for it. */
export class AnomalyError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** A run that a device could not finish, or a value that was lost by one. */
export class DeviceError<K extends MessageKey = MessageKey> extends MaruError<K> {}
/** Bytes or files that are not what they claim to be. */
export class FormatError<K extends MessageKey = MessageKey> extends MaruError<K> {}

/** Samples that cannot be loaded, or that may not be used as they were to be. */
export class DataError<K extends MessageKey = MessageKey> extends MaruError<K> {}

/** Items of a list, and characters of a text, that a message shows. */
const MOST_ITEMS = 16
const MOST_CHARACTERS = 400

function show(value: FieldValue): string {
  if (!Array.isArray(value)) return plain(text(value))
  const hidden = value.length - MOST_ITEMS
  const shown = value.slice(0, MOST_ITEMS).map((item) => plain(text(item)))
  return `[${(hidden > 0 ? [...shown, `… +${hidden}`] : shown).join(', ')}]`
}

/** What is no text or number got here through an unchecked call. */
function text(value: unknown): string {
  return typeof value === 'object' ? showAny(value) : String(value)
}

/** Text that may come from a file: short, and nothing in it that a terminal obeys. */
function plain(text: string): string {
  const short = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
  return short.replace(/[\p{Cc}\p{Cf}]/gu, '�')
}

function fill(template: string, fields: Readonly<Record<string, FieldValue>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) =>
    Object.hasOwn(fields, name) ? show(fields[name]) : `{${name}}`,
  )
}

/** How a message begins that is about an op. */
const ABOUT_OP = /^(\{op\}|[a-z]\w*): /

const catalogue: Readonly<Record<MessageKey, Message>> = messages

function render(
  key: MessageKey,
  fields: Readonly<Record<string, FieldValue>>,
  { site, called, layer }: UserCall & { readonly layer?: string },
): string {
  const lang = language()
  const [head, ...rest] = catalogue[key][lang]
  const about = called ? head.replace(ABOUT_OP, `${called}: `) : head
  const parts = [about, ...rest].map((part) => fill(part, fields))
  const [what, expected, fix] = lang === 'ko' ? parts.map(chooseParticles) : parts
  const lines = [expected ? `${what} — ${expected}` : `${what}`]
  if (fix) lines.push(`  ${lang === 'ko' ? '해결' : 'try'}: ${fix}`)
  if (layer) lines.push(`  ${lang === 'ko' ? '층' : 'layer'}: ${plain(layer)}`)
  if (site) lines.push(`  ${lang === 'ko' ? '위치' : 'at'}: ${site}`)
  return lines.join('\n')
}

/** Frames looked through for the user's line; engines show ten unless asked. */
const MOST_FRAMES = 200

function deepStack(): string | undefined {
  const { stackTraceLimit } = Error
  // Where the host has frozen it, ten must do.
  Reflect.set(Error, 'stackTraceLimit', MOST_FRAMES)
  const { stack } = new Error()
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  return stack
}

/** Built, the core is one file in a folder of that name. */
const packageRoot = import.meta.url.replace(/\/(?:base|core)\/\w+\.[jt]s(\?.*)?$/, '/')
/** Where this code is, and what source maps say that it was made of. */
const ownFolders = [packageRoot, packageRoot.replace(/\/dist\/$/, '/src/')].map((url) =>
  url.replace('file://', ''),
)
const isOwn = (frame: string, folder = ''): boolean =>
  ownFolders.some((own) => frame.includes(own + folder))
/** A place in a frame, as V8 writes it and, after `@`, as other engines do. */
const PLACE = /(?: \(|at (?:async )?|@)((?:file:\/\/|https?:\/\/|\/|[A-Za-z]:\\).*):(\d+):\d+\)?$/
/**
 * The function of a frame: `at Tensor.add (…)`, `at Tensor.add [as sum] (…)`, `at stack (…)`, `add@…`; a bundler
 * calls the second of a name `stack$1`.
 */
const FUNCTION = /^(?:\s*at (?:async )?(?:[\w$]+\.)?)?([a-z]\w*)(?:\$\d+)?(?: \[as \w+\])?(?: \(|@)/

interface UserCall {
  /** The line that the user wrote. */
  readonly site: string | undefined
  /** The op that was called there, where the engine tells. */
  readonly called: string | undefined
}

/** First stack frame outside the package, and the function that it called. */
function userCall(stack: string | undefined): UserCall {
  let called: string | undefined
  let running = false
  for (const line of (stack ?? '').split('\n').slice(1)) {
    if (isOwn(line)) {
      // What runs programs: an error from there is about an op of the program, not about the call that made it run.
      running ||= isOwn(line, 'backend/')
      called = !running && isOwn(line, 'tensor/') ? FUNCTION.exec(line)?.[1] : undefined
      continue
    }
    const [, path, row] = line.includes('eval at ') ? [] : (PLACE.exec(line) ?? [])
    if (path) return { site: `${shorten(path)}:${row}`, called }
  }
  return { site: undefined, called: undefined }
}

/** `file:line` of the user's call that led here. */
export function callSite(): string | undefined {
  return userCall(deepStack()).site
}

function shorten(path: string): string {
  const plain = path.replace('file://', '')
  const cwd = (globalThis as { process?: { cwd?: () => string } }).process?.cwd?.()
  return cwd && plain.startsWith(`${cwd}/`) ? plain.slice(cwd.length + 1) : plain
}
