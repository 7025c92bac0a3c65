/** For threads of a Node that does not know TypeScript by itself. */
import { register } from 'tsx/esm/api'

register()
await import('./gathered.ts')
