/** The closed set of primitives. This namespace is the registry. */
export * from './contract.ts'
export { branch, repeat, scan } from './control.ts'
export * from './elementwise.ts'
export * from './movement.ts'
export * from './reduce.ts'
export { after, custom, pick } from './several.ts'
export { iota, leaf, literal } from './source.ts'
