/** ONNX Runtime, native, on graphs that PyTorch exports; it does not train. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { uniform } from './numbers-drawn.mjs'
import { serve, Unsupported } from './serve.mjs'

const require = createRequire(join(process.env.BENCH_PEERS, 'here.js'))
const ort = require('onnxruntime-node')

const sizeOf = (shape) => shape.reduce((product, extent) => product * extent, 1)
const draw = (name, shape) => new ort.Tensor('float32', uniform(name, sizeOf(shape)), shape)

/** A session on the graph of a case. */
async function session(spec) {
  const python = process.env.BENCH_PYTHON
  if (!python) throw new Unsupported('its graphs are exported by PyTorch, which is not there')
  const folder = mkdtempSync(join(tmpdir(), 'maru-bench-onnx-'))
  try {
    const file = join(folder, 'model.onnx')
    const script = join(import.meta.dirname, 'onnx_export.py')
    execFileSync(python, [script, file, JSON.stringify(spec)], { stdio: 'ignore' })
    return await ort.InferenceSession.create(file, {
      intraOpNumThreads: Number(process.env.BENCH_THREADS),
      interOpNumThreads: 1,
      executionProviders: ['cpu'],
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function running(spec, feeds) {
  const opened = await session(spec)
  return { run: () => opened.run(feeds), close: () => opened.release() }
}

function matmul(spec) {
  const { n, batch } = spec
  const shape = batch > 0 ? [batch, n, n] : [n, n]
  return running(spec, { a: draw('a', shape), b: draw('b', shape) })
}

function conv(spec) {
  const { batch, from, size, backward } = spec
  if (backward) throw new Unsupported('it does not train')
  return running(spec, { x: draw('x', [batch, from, size, size]) })
}

function infer(spec) {
  return running(spec, { x: draw('x', [spec.batch, 3, 32, 32]) })
}

await serve({ library: 'onnxruntime-node' }, { matmul, conv, infer })
