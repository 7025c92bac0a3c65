/** The same in TensorFlow.js. */
import { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'

const require = createRequire(join(process.env.BENCH_PEERS, 'here.js'))
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
wasm.setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep)
await tf.setBackend('wasm')
await tf.ready()
const [w1, w2] = [tf.variable(tf.randomNormal([4, 16])), tf.variable(tf.randomNormal([16, 1]))]
const [x, y] = [tf.randomNormal([32, 4]), tf.randomNormal([32, 1])]
const loss = tf.train
  .adam(1e-3)
  .minimize(() => tf.losses.meanSquaredError(y, tf.matMul(tf.tanh(tf.matMul(x, w1)), w2)), true)
console.log(loss.dataSync()[0])
process.exit(0)
