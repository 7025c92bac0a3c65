/** Kernels as WGSL, looked at: what can be checked without a device. */
import { expect, test } from 'vitest'
import { render } from '../../src/backend/webgpu/render.ts'
import { target, workgroups } from '../../src/backend/webgpu/target.ts'
import { compile } from '../../src/compiler/compile.ts'
import { lowered } from '../../src/compiler/likeness.ts'
import { launchesOf, type Program } from '../../src/compiler/program.ts'
import { VectorBuilder } from '../../src/compiler/vector.ts'
import { grad, type Tensor } from '../../src/index.ts'
import { kernels } from '../backend/kernels.ts'
import { given, graphOf, programOf } from '../graph/programs.ts'
import { callsOf, resultOf } from '../ops/calls.ts'
import { table } from '../ops/table.ts'

function programFor(...tensors: readonly Tensor[]): Program {
  return compile(graphOf(...tensors), target)
}

/** Those of equal code once. */
function sources({ body }: Program): string[] {
  const launches = launchesOf(body).filter((launch) => launch.kind === 'code')
  const all = launches.map(({ alike }) => render(lowered(alike, target.lanes).code))
  return [...new Set(all)]
}

/** The kernel's own statements. */
function body(source: string): string {
  const [, after = ''] = source.split('  let end = begin + 1;\n')
  return after
}

/** What is wrong with a module as a text. */
function flaws(source: string): string[] {
  const declared = [...source.matchAll(/\bvar ([sv]\d+):/g)].map(([, name]) => name)
  const used = new Set([...source.matchAll(/\b[sv]\d+\b/g)].map(([name]) => name))
  const count = (mark: string): number => source.split(mark).length
  return [
    ...(source.match(/undefined|NaNf|Infinity|\[object/g) ?? []),
    ...[...used].filter((name) => !declared.includes(name)),
    ...declared.flatMap((name, i) => (declared.indexOf(name) === i ? [] : [`${name} twice`])),
    ...(count('{') === count('}') && count('(') === count(')') ? [] : ['brackets']),
  ]
}

function interpreted({ body }: Program): number {
  return launchesOf(body).filter(({ kind }) => kind === 'interpret').length
}

test.each(table.map((row) => [row.name, row] as const))('%s', (_, row) => {
  for (const dtype of ['float32', 'int32', 'uint8', 'bool'] as const) {
    if (row.results[dtype] === 'refused') continue
    for (const call of callsOf(row, dtype)) {
      const result = resultOf(call)
      const program = programFor(result)
      expect(sources(program).flatMap(flaws)).toEqual([])
      expect(interpreted(program)).toBe(interpreted(programOf(graphOf(result))))
    }
  }
})

test.each(kernels)('%s', (_, make) => {
  const program = programFor(make())
  expect(launchesOf(program.body).map(({ kind }) => kind)).not.toContain('interpret')
  expect(sources(program).flatMap(flaws)).toEqual([])
})

test('a map, as a person reads it', () => {
  const [source] = sources(programFor(given(3, 4).mul(2).add(given(4))))
  expect(body(source!)).toMatchInlineSnapshot(`
    "  var s3: i32;
      var s4: i32;
      var s5: i32;
      var s6: i32;
      var s7: i32;
      var v0: f32;
      var v1: u32;
      var v2: f32;
      var v3: f32;
      var v4: f32;
      s3 = begin;
      s4 = (s3 % args[2]);
      s5 = (s3 / args[2]);
      s6 = s5;
      s7 = begin;
      for (; s7 < end; s7 += 1) {
        v0 = bitcast<f32>(word((args[4] + (((s6 * args[3]) + s4) << 2u))));
        v1 = bitcast<u32>(args[5]);
        v2 = (v0 * bitcast<f32>(v1));
        v3 = bitcast<f32>(word((args[6] + (s4 << 2u))));
        v4 = (v2 + v3);
        setWord((args[8] + (((s6 * args[7]) + s4) << 2u)), bitcast<u32>(v4));
        s4 = (s4 + 1);
        if (s4 >= args[2]) {
          s4 = 0;
          s6 = (s6 + 1);
        }
      }
    }
    "
  `)
})

test('sizes, strides and places are arguments', () => {
  const step = (batch: number): string[] => {
    const [x, w] = [given(batch, 3, 8, 8), given(5, 3, 3, 3)]
    const loss = x.conv2d(w, { padding: 1 }).relu().maxPool2d(2).flatten(1).softmax(1).mean()
    return sources(programFor(loss, ...grad(loss, [w])))
  }
  expect(step(64)).toEqual(step(17))
})

test('only kernels that store bytes pay for atomics', () => {
  const [bools] = sources(programFor(given(5).less(given(5))))
  const [floats] = sources(programFor(given(5).less(given(5)).where(1, given(5))))
  expect(bools).toContain('array<atomic<u32>>')
  expect(floats).not.toContain('atomic')
})

test('constants that WGSL has no literals for are bits', () => {
  const b = new VectorBuilder(1)
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1, -(2 ** 100)]) {
    b.store('one', 'f32', b.begin, b.f32(value))
  }
  const stored = [...body(render(b.finish())).matchAll(/bitcast<u32>\((.*)\)\);/g)]
  expect(stored.map(([, text]) => text)).toEqual([
    'bits(0x7fc00000u)',
    'bits(0x7f800000u)',
    'bits(0x80000000u)',
    '0.10000000149011612f',
    '-1.2676506002282294e+30f',
  ])
})

test('kernels for vectors are refused', () => {
  expect(() => render(new VectorBuilder(4).finish())).toThrow(RangeError)
})

test('workgroups cover the units, at most 65535 along an axis', () => {
  expect(workgroups(0)).toEqual([0, 0])
  expect(workgroups(1)).toEqual([1, 1])
  expect(workgroups(64 * 65535)).toEqual([65535, 1])
  expect(workgroups(64 * 65535 + 1)).toEqual([32768, 2])
})
