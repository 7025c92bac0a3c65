/** Follows a program's tree, turn by turn. */
import type { Launch, ProgramNode } from '../compiler/program.ts'

/** What a device does on the way. */
export interface Walker {
  launch(launch: Launch): void
  /** Moves views to where they are at a turn. */
  move(views: readonly number[], turn: number): void
  /** Whether the bool in a buffer is true now. */
  holds(predicate: number): boolean
}

/** Runs the nodes in order. */
export function walk(body: readonly ProgramNode[], walker: Walker): void {
  for (const node of body) {
    switch (node.kind) {
      case 'launch':
        walker.launch(node.launch)
        break
      case 'loop':
        for (let turn = 0; turn < node.count; turn++) {
          walker.move(node.views, turn)
          walk(node.body, walker)
        }
        break
      case 'while':
        walk(node.condition, walker)
        while (walker.holds(node.predicate)) {
          walk(node.body, walker)
          walk(node.condition, walker)
        }
        break
      case 'branch':
        walk(walker.holds(node.predicate) ? node.yes : node.no, walker)
        break
    }
  }
}
