/** Writes `docs/activations.md` from the registry of activations. `npm run activations` */
import { writeFileSync } from 'node:fs'
import { activationsText } from '../packages/maru/test/nn/activations-page.ts'

writeFileSync(new URL('../docs/activations.md', import.meta.url), await activationsText())
