/** Graphs at random, as which units are connected. */
import type { Stream } from '../base/threefry.ts'

/** Writes 1 for each connection into a matrix [to, from] of zeros, row by row. */
type Draw = (links: Float32Array, sizes: Sides, options: WiringOptions, stream: Stream) => void

interface Sides {
  readonly to: number
  readonly from: number
}

export interface WiringOptions {
  /** Probability of each connection (`erdosRenyi`), or that one is moved elsewhere (`wattsStrogatz`). */
  readonly p: number
  /** Neighbours of each unit on the ring (`wattsStrogatz`, an even number), or connections of each new unit (`barabasiAlbert`). */
  readonly neighbours: number
}

/** A kind of graph. */
interface Wiring {
  /** Whether it is a graph over one set of units, which are both ends of connections. */
  readonly square: boolean
  readonly draw: Draw
}

/**
 * The kinds of graphs.
 *
 * @see Erdős & Rényi 1959, "On random graphs I"
 * @see Watts & Strogatz 1998, https://doi.org/10.1038/30918
 * @see Barabási & Albert 1999, https://arxiv.org/abs/cond-mat/9910332
 * @see Xie et al. 2019, https://arxiv.org/abs/1904.01569, for networks that are wired so
 */
export const wirings: {
  readonly erdosRenyi: Wiring
  readonly wattsStrogatz: Wiring
  readonly barabasiAlbert: Wiring
} = {
  /** Each connection by itself. */
  erdosRenyi: {
    square: false,
    draw: (links, _, { p }, stream) => {
      for (let i = 0; i < links.length; i++) links[i] = Number(stream.uniform() < p)
    },
  },
  /** A ring of units with their nearest, n·k/2 connections, of which each is moved with probability p. */
  wattsStrogatz: { square: true, draw: drawSmallWorld },
  /** Units that come one after the other, each with m connections, to units in proportion to what they have: m·(n − m). */
  barabasiAlbert: { square: true, draw: drawScaleFree },
}

function connect(links: Float32Array, n: number, a: number, b: number, value = 1): void {
  links[a * n + b] = value
  links[b * n + a] = value
}

function drawSmallWorld(
  links: Float32Array,
  { to: n }: Sides,
  { p, neighbours }: WiringOptions,
  stream: Stream,
): void {
  const half = neighbours >> 1
  for (let step = 1; step <= half; step++) {
    for (let unit = 0; unit < n; unit++) connect(links, n, unit, (unit + step) % n)
  }
  for (let step = 1; step <= half; step++) {
    for (let unit = 0; unit < n; unit++) {
      const free = others(links, n, unit)
      if (stream.uniform() >= p || free.length === 0) continue
      connect(links, n, unit, (unit + step) % n, 0)
      connect(links, n, unit, free[stream.integer(free.length)] ?? unit)
    }
  }
}

/** Units that this one has no connection to. */
function others(links: Float32Array, n: number, unit: number): number[] {
  return Array.from({ length: n }, (_, i) => i).filter((i) => i !== unit && !links[unit * n + i])
}

function drawScaleFree(
  links: Float32Array,
  { to: n }: Sides,
  { neighbours }: WiringOptions,
  stream: Stream,
): void {
  // Every unit stands here as often as it has connections.
  const ends: number[] = []
  let chosen = new Set(Array.from({ length: neighbours }, (_, i) => i))
  for (let unit = neighbours; unit < n; unit++) {
    for (const other of chosen) {
      connect(links, n, unit, other)
      ends.push(unit, other)
    }
    chosen = new Set()
    while (chosen.size < neighbours) chosen.add(ends[stream.integer(ends.length)] ?? 0)
  }
}
