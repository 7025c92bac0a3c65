/** The layers: one line each. This namespace is the registry that definitions are read with. */

export {
  Hardsigmoid,
  Hardswish,
  LogSigmoid,
  LogSoftmax,
  Mish,
  ReLU,
  ReLU6,
  SELU,
  Sigmoid,
  SiLU,
  Softmax,
  Softsign,
  Step,
  Tanh,
  Tanhshrink,
} from './activation.ts'
export {
  AdaptiveAvgPool1d,
  AdaptiveAvgPool2d,
  AdaptiveAvgPool3d,
  AdaptiveMaxPool1d,
  AdaptiveMaxPool2d,
  AdaptiveMaxPool3d,
} from './adaptive-pool.ts'
export { AdditiveAttention, DotAttention } from './alignment.ts'
export { MultiheadAttention } from './attention.ts'
export { BatchNorm1d, BatchNorm2d, BatchNorm3d } from './batch-norm.ts'
export { Bilinear } from './bilinear.ts'
export {
  ReflectionPad1d,
  ReflectionPad2d,
  ReflectionPad3d,
  ReplicationPad1d,
  ReplicationPad2d,
  ReplicationPad3d,
  ZeroPad1d,
  ZeroPad2d,
  ZeroPad3d,
} from './border.ts'
export { DenseBlock, Parallel } from './branches.ts'
export { ChannelsLast } from './channels-last.ts'
export { Conv2d } from './conv.ts'
export { Conv1d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d } from './conv-any.ts'
export {
  AlphaDropout,
  Dropout,
  Dropout1d,
  Dropout2d,
  Dropout3d,
  StochasticDepth,
} from './dropout.ts'
export { HeldDropout, StateDropout, VariationalDropout } from './dropout-held.ts'
export { EchoStateCell } from './echo-state.ts'
export { Embedding } from './embedding.ts'
export { Flatten } from './flatten.ts'
export {
  GroupNorm,
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  LocalResponseNorm,
  RMSNorm,
} from './group-norm.ts'
export { GRU, GRUCell } from './gru.ts'
export { Highway } from './highway.ts'
export { LayerNorm } from './layer-norm.ts'
export { Linear } from './linear.ts'
export { LSTM, LSTMCell } from './lstm.ts'
export { Maxout } from './maxout.ts'
export { Normalize } from './normalize.ts'
export {
  CELU,
  ELU,
  GELU,
  GLU,
  Hardshrink,
  Hardtanh,
  LeakyReLU,
  PReLU,
  Softplus,
  Softshrink,
  Threshold,
} from './parametric.ts'
export { AvgPool2d, MaxPool2d, MinPool2d } from './pool.ts'
export {
  AvgPool1d,
  AvgPool3d,
  LpPool1d,
  LpPool2d,
  LpPool3d,
  MaxPool1d,
  MaxPool3d,
  MinPool1d,
  MinPool3d,
} from './pool-any.ts'
export { LearnedPositions, SinusoidalPositions } from './positions.ts'
export { Recurrent } from './recurrent.ts'
export { Identity, Residual } from './residual.ts'
export { PixelShuffle, PixelUnshuffle, Upsample } from './resize.ts'
export { DropConnect } from './reweighted.ts'
export { RNN, RNNCell } from './rnn.ts'
export { SeparableConv1d, SeparableConv2d } from './separable.ts'
export { Sequential } from './sequential.ts'
export { Sparse } from './sparse.ts'
export { StochasticPool2d } from './stochastic-pool.ts'
export {
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from './transformer.ts'
export { SpectralNorm, WeightNorm } from './weight-norm.ts'
export { KWinners } from './winners.ts'
