/** The same calls, run: shapes and sentences must be those that the types promise. */
import * as maru from 'maru'
import * as nn from 'maru/nn'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { calls } from './rules.ts'
import { mistakes, prelude, results } from './table.ts'

const scope: Record<string, unknown> = { ...maru, ...nn }

/** Runs TypeScript text with everything of maru in scope. */
function run(text: string): unknown {
  const { outputText } = ts.transpileModule(text, {
    compilerOptions: { target: ts.ScriptTarget.ES2022 },
  })
  return new Function(...Object.keys(scope), outputText)(...Object.values(scope))
}

Object.assign(scope, run(`${prelude}; return { unknown, size, batch, time, Mlp, Square }`))

function message(code: string): string {
  try {
    run(`return ${code}`)
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
    const names = sizes === '' ? [] : sizes.split(', ')
    test(code, () => {
      const got = run(`return ${code}`)
      if (!(got instanceof maru.Tensor)) throw new TypeError(`${code} is not a tensor`)
      const known = got.shape.map((dim, axis) =>
        /^\d+$/.test(names[axis] ?? '') ? `${dim}` : names[axis],
      )
      expect(known).toEqual(names)
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
      got = run(`return (${code}).shape`)
    } catch (error) {
      if (!(error instanceof maru.MaruError)) throw error
      got = null
    }
    return JSON.stringify(got) === JSON.stringify(shape) ? [] : [{ code, want: shape, got }]
  })
  expect(disagreements).toEqual([])
})
