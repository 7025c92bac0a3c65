/** The learning rate that falls when a reading of training does not get better. */
import { FormatError } from '../base/error.ts'
import type { ReduceOnPlateau } from '../optim/plateau.ts'
import type { Callback } from './events.ts'
import { watched } from './monitor.ts'
import { recordOf } from './standing.ts'

/**
 * Tells a plateau how things stand after every epoch; its schedule is the optimiser's.
 *
 * @param options.monitor `valLoss` where there is validation, else `loss`
 * @example
 * const plateau = new ReduceOnPlateau({ patience: 3 })
 * const optimizer = new SGD(model.parameters(), { lr: 0.1, schedule: plateau.schedule })
 * await trainer.fit(loader, { epochs: 50, validation, callbacks: [watchPlateau(plateau)] })
 */
export function watchPlateau(
  plateau: ReduceOnPlateau,
  { monitor }: { readonly monitor?: string } = {},
): Callback {
  return {
    name: 'watchPlateau',
    onEpochEnd: ({ logs }) => void plateau.update(watched('watchPlateau', logs, monitor)),
    state: () => ({ values: { ...plateau.state } }),
    restore: ({ values }) => {
      const { scale, best, waited, cooling } = recordOf('watchPlateau', values)
      const numbers = [scale, best, waited, cooling]
      if (!numbers.every((each) => typeof each === 'number')) {
        throw new FormatError('checkpoint.part', { part: 'watchPlateau' })
      }
      const [a = 1, b = 0, c = 0, d = 0] = numbers
      plateau.state = { scale: a, best: b, waited: c, cooling: d }
    },
  }
}
