/** The closed set of primitives. This namespace is the registry. */
export * from './contract.ts'
export * from './elementwise.ts'
export * from './movement.ts'
export * from './reduce.ts'
export * from './source.ts'
