/** The layers: one line each. This namespace is the registry that definitions are read with. */
export { ReLU, Sigmoid, Softmax, Tanh } from './activation.ts'
export { AdditiveAttention, DotAttention } from './alignment.ts'
export { MultiheadAttention } from './attention.ts'
export { Conv2d } from './conv.ts'
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d } from './dropout.ts'
export { Embedding } from './embedding.ts'
export { Flatten } from './flatten.ts'
export { GRU, GRUCell } from './gru.ts'
export { LayerNorm } from './layer-norm.ts'
export { Linear } from './linear.ts'
export { LSTM, LSTMCell } from './lstm.ts'
export { Normalize } from './normalize.ts'
export { AvgPool2d, MaxPool2d, MinPool2d } from './pool.ts'
export { LearnedPositions, SinusoidalPositions } from './positions.ts'
export { Recurrent } from './recurrent.ts'
export { RNN, RNNCell } from './rnn.ts'
export { Sequential } from './sequential.ts'
export {
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from './transformer.ts'
