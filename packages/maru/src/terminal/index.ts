export { type ChartOptions, chart, type Series, sparkline } from './chart.ts'
export { showClock, showCount, showRate, showSeconds, showValue } from './numbers.ts'
export { type Picture, type PictureOptions, pictures } from './picture.ts'
export { type Output, ProgressBar, type ProgressOptions, type Readings } from './progress.ts'
export {
  type Colors,
  type OutputStream,
  paint,
  type Screen,
  type Style,
  screenOf,
} from './screen.ts'
export { confusionMatrix, type TableOptions, table } from './table.ts'
export { type Align, displayWidth, pad, truncate } from './text.ts'
