/** Data sets drawn from nothing: the same for a seed everywhere. */
export {
  generateBlobs,
  generateCircles,
  generateGrid,
  generateLogic,
  generateMoons,
  generateRing,
  generateSpirals,
  generateSwissRoll,
  type SheetSample,
} from './points.ts'
export {
  forecasts,
  generateAdding,
  generateCopyMemory,
  generateParity,
  generateTemporalOrder,
  type RegressionSample,
  type SymbolSample,
  type SymbolsSample,
} from './sequences.ts'
export {
  generateAutoregression,
  generateMackeyGlass,
  generateMultiSine,
  generateRandomWalk,
} from './series.ts'
export { generateShapes, type ShapesSample, shapeKinds } from './shapes.ts'
export { generateTextures } from './textures.ts'
export { makeTypo, makeTypos, neighbours, type TypoKind, type TypoOptions } from './typos.ts'
export {
  generateDates,
  generateNumberWords,
  type NumberSystem,
  numberWords,
  type TextPair,
} from './words.ts'
