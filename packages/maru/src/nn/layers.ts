/** The layers: one line each. This namespace is the registry that definitions are read with. */
export { ReLU, Sigmoid, Softmax, Tanh } from './activation.ts'
export { Conv2d } from './conv.ts'
export { Flatten } from './flatten.ts'
export { Linear } from './linear.ts'
export { Normalize } from './normalize.ts'
export { AvgPool2d, MaxPool2d, MinPool2d } from './pool.ts'
export { Sequential } from './sequential.ts'
