/** The same calls, run: shapes and sentences must be those that the types promise. */
import * as maru from 'maru'
import * as nn from 'maru/nn'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { calls } from './rules.ts'
import { mistakes, prelude, results } from './table.ts'

/** Runs a function body with names in scope. */
function run(body: string, scope: Readonly<Record<string, unknown>>): unknown {
  return new Function(...Object.keys(scope), body)(...Object.values(scope))
}

function stripTypes(text: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2022 }
  return ts.transpileModule(text, { compilerOptions }).outputText
}

const names = [...prelude.matchAll(/^(?:const|class) (\w+)/gm)].map(([, name]) => name)
const library = { ...maru, ...nn }
const made = run(`${stripTypes(prelude)}; return { ${names.join(', ')} }`, library)
const scope = { ...library, ...(made as object) }

/** The value of an expression. */
function evaluate(code: string): unknown {
  return run(`return ${code}`, scope)
}

function message(code: string): string {
  try {
    evaluate(code)
  } catch (error) {
    if (error instanceof maru.MaruError) return error.message
    throw error
  }
  return 'no mistake'
}

describe('the shape of', () => {
  for (const [code, type] of results) {
    const sizes = /^Tensor<\[([^\]]*)\]>$/.exec(type)?.[1]
    if (sizes === undefined) continue
    const dims = sizes === '' ? [] : sizes.split(', ')
    test(code, () => {
      const got = evaluate(code)
      if (!(got instanceof maru.Tensor)) throw new TypeError(`${code} is not a tensor`)
      const known = got.shape.map((dim, axis) =>
        /^\d+$/.test(dims[axis] ?? '') ? `${dim}` : dims[axis],
      )
      expect(known).toEqual(dims)
    })
  }
})

describe('the message of', () => {
  for (const [code, sentence] of mistakes) {
    test(code, () => {
      expect(message(code).split(/ — |\n/)[0]).toBe(sentence)
    })
  }
})

test('random calls give the shapes of the rules, or throw', () => {
  const disagreements = calls(4, 40).flatMap(({ code, shape }) => {
    let got: unknown
    try {
      got = evaluate(`(${code}).shape`)
    } catch (error) {
      if (!(error instanceof maru.MaruError)) throw error
      got = null
    }
    return JSON.stringify(got) === JSON.stringify(shape) ? [] : [{ code, want: shape, got }]
  })
  expect(disagreements).toEqual([])
})
