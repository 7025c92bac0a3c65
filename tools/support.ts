/** Writes `SUPPORT.md` from the table of ops. `npm run support` */
import { writeFileSync } from 'node:fs'
import { supportText } from '../packages/maru/test/support/support.ts'

writeFileSync(new URL('../SUPPORT.md', import.meta.url), supportText())
