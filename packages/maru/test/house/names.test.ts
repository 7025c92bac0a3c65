import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { lineOf, type Source, SRC, sources, walk } from './source.ts'

/**
 * The record, the method and what writes code for one machine: the only places that know an op.
 * `base/` sees no graph; the names there are words of messages.
 */
const MAY_NAME = /^(base|primitives|tensor|backend\/[^/]+)\/|^compiler\/vector[^/]*\.ts$/

const registry = join(SRC, 'primitives/index.ts')
const files = sources().filter((file) => !MAY_NAME.test(file.path))

test.skipIf(!existsSync(registry))('no shared file lists ops by name', async () => {
  const records: object[] = Object.values(await import(pathToFileURL(registry).href)).filter(
    (record) => typeof record === 'object' && record !== null,
  )
  const names = new Set(records.flatMap((record) => fields(record, (key) => key === 'name')))
  // a word that is also the value of a trait ('add', how a sum combines) says nothing of the op
  const traits = new Set(records.flatMap((record) => fields(record, (key) => key !== 'name')))
  expect(names.size).toBeGreaterThan(0)

  const leaks: string[] = []
  for (const file of files) {
    walk(file.ast, (node) => {
      if (!ts.isStringLiteralLike(node) || !names.has(node.text) || traits.has(node.text)) return
      leaks.push(`${at(file, node)} names the op '${node.text}'`)
    })
  }
  expect(leaks).toEqual([])
})

test('no shared file tells ops apart by identity', () => {
  const leaks: string[] = []
  for (const file of files) {
    walk(file.ast, (node) => {
      if (asksWhichOp(node)) leaks.push(`${at(file, node)} asks which op: ${node.getText()}`)
    })
  }
  expect(leaks).toEqual([])
})

function fields(record: object, keep: (key: string) => boolean): string[] {
  return Object.entries(record).flatMap(([key, value]) =>
    keep(key) && typeof value === 'string' ? [value] : [],
  )
}

function at(file: Source, node: ts.Node): string {
  return `${file.path}:${lineOf(node)}`
}

const EQUALITY = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])

/** `x.op === add`, `switch (x.op.name)`, `table[op.name]`, `fusible.has(x.op)`. */
function asksWhichOp(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && EQUALITY.has(node.operatorToken.kind)) {
    // two ops may be compared with each other: that is how equal graphs are found
    const [left, right] = [isOp(node.left), isOp(node.right)]
    return left !== right && !isUndefined(left ? node.right : node.left)
  }
  if (ts.isSwitchStatement(node)) return isOp(node.expression)
  if (ts.isElementAccessExpression(node)) return isOp(node.argumentExpression)
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  return (
    ['includes', 'indexOf', 'has', 'get'].includes(node.expression.name.text) &&
    node.arguments.some(isOp)
  )
}

/** `op`, `x.op`, `op.name`, `x.op.name`. */
function isOp(node: ts.Expression): boolean {
  const text = node.getText()
  return /(^|\.)op(\.name)?$/.test(text)
}

function isUndefined(node: ts.Expression): boolean {
  return ['undefined', 'null'].includes(node.getText())
}
