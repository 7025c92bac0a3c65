/** What is not linear in a network: a closed registry of units. */
import { activations, GRU, LSTM, RNN } from '../nn/index.ts'
import { nonlinearities } from '../nn/rnn.ts'
import type { Unit } from './plan.ts'

const plain = Object.entries(activations).map(([name, { make }]): [string, Unit] => {
  const nonlinearity = nonlinearities.find((each) => each === name.toLowerCase())
  if (!nonlinearity) return [name, { between: make }]
  return [
    name,
    { between: make, cell: (from, to) => new RNN<number, number>(from, to, { nonlinearity }) },
  ]
})

/** Every activation by the name of its layer, and the cells that are non-linear by gates. */
export const nonLinearities: Readonly<Record<string, Unit>> = {
  ...Object.fromEntries(plain),
  GRU: { cell: (from, to) => new GRU<number, number>(from, to) },
  LSTM: { cell: (from, to) => new LSTM<number, number>(from, to) },
}
