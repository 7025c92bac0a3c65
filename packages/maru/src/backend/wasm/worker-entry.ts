/** The worker as a module of its own, for pages that allow no other: its URL goes into `MARU_WORKER`. */
import { takePieces } from './pieces.ts'
import { work } from './worker.ts'

declare const self: Parameters<typeof work>[0]

work(self, takePieces)
