/** Where nodes and values come from, kept beside them while `DEBUG` or the search for NaN is on. */
import { debugLevel, env } from '../base/env.ts'
import { callSite } from '../base/error.ts'

export interface Origin {
  /** `file:line` of the user's call. */
  readonly site: string | undefined
  /** Path and class of the layer: `hidden (Linear)`. */
  readonly layer: string | undefined
  /** Whether it is part of the gradient of what was made there. */
  readonly gradient: boolean
}

/** A layer that is being applied. */
interface Scope {
  readonly owner: object
  readonly path: string
  readonly label: string
}

const origins = new WeakMap<object, Origin>()
const scopes: Scope[] = []
/** What is being differentiated. */
let forward: Origin | undefined
/** Who asked, besides the environment. */
let asked = 0
let noting = wanted()

function wanted(): boolean {
  return asked > 0 || debugLevel() >= 1 || env('MARU_NAN') === '1'
}

/** Whether origins are kept. */
export function isNoting(): boolean {
  return noting
}

/** Looks at the environment again; done at each realisation, since a look costs more than a node. */
export function lookAgain(): void {
  noting = wanted()
}

/** Keeps origins until the result is called. */
export function keepOrigins(): () => void {
  asked++
  noting = true
  return () => {
    asked--
    noting = wanted()
  }
}

export function originOf(made: object): Origin | undefined {
  return origins.get(made)
}

/** Notes that something is being made by the user's current line; what is known already stays. */
export function note(made: object): void {
  if (!noting || origins.has(made)) return
  const layer = scopes.at(-1)?.label
  origins.set(made, forward ?? { site: callSite(), layer, gradient: false })
}

/** Notes that one thing is the value, or the next place, of another. */
export function inherit(made: object, from: object): void {
  const origin = noting ? origins.get(from) : undefined
  if (origin) origins.set(made, origin)
}

/** Runs `body`; what it makes is noted as the gradient of `of`. */
export function asGradient<T>(of: object, body: () => T): T {
  const origin = noting ? origins.get(of) : undefined
  if (!origin) return body()
  const outer = forward
  forward = { ...origin, gradient: true }
  try {
    return body()
  } finally {
    forward = outer
  }
}

/** Runs `body` as the application of a layer; `nameIn` gives its name in the layer around it. */
export function inLayer<T>(
  owner: object,
  nameIn: (outer: object | undefined) => string,
  body: () => T,
): T {
  const outer = scopes.at(-1)
  const path = [outer?.path, nameIn(outer?.owner)].filter(Boolean).join('.')
  const kind = owner.constructor.name
  scopes.push({ owner, path, label: path ? `${path} (${kind})` : kind })
  try {
    return body()
  } finally {
    scopes.pop()
  }
}
