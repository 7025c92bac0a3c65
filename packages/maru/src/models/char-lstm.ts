/** A language model over characters. */
import { Embedding, Linear, LSTM, Sequential } from '../nn/layers.ts'
import type { Module } from '../nn/module.ts'

export interface CharLstmOptions {
  /** Number of characters, 96 unless given. */
  readonly vocabulary?: number
  /** Features of a character, 128 unless given. */
  readonly embedding?: number
  /** Features of each recurrent layer, 256 unless given. */
  readonly hidden?: number
  /** Recurrent layers, 2 unless given. */
  readonly layers?: number
  /** Probability of leaving elements out between layers while training, 0 unless given. */
  readonly dropout?: number
}

/**
 * Characters in, at each place the scores of the next one out. 958,560 parameters with the usual sizes.
 *
 * @shape ids [N, time] → logits [N, time, vocabulary]
 * @dtype ids int32 or uint8
 * @see Graves 2013, https://arxiv.org/abs/1308.0850
 */
export function charLstm({
  vocabulary = 96,
  embedding = 128,
  hidden = 256,
  layers = 2,
  dropout = 0,
}: CharLstmOptions = {}): Sequential<readonly Module[]> {
  return new Sequential<readonly Module[]>(
    new Embedding<number, number>(vocabulary, embedding), // [N, time, embedding]
    new LSTM<number, number, object>(embedding, hidden, {
      numLayers: layers,
      batchFirst: true,
      dropout,
    }), // [N, time, hidden]
    new Linear<number, number>(hidden, vocabulary),
  )
}
