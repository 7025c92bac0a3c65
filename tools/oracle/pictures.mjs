/**
 * Pictures of 7 by 5 pixels in every kind of PNG that libvips writes, with their pixels; and a JPEG.
 * `npm install --no-save sharp@0.35.5`, then `node tools/oracle/pictures.mjs`
 */
import { writeFileSync } from 'node:fs'
import sharp from 'sharp'

const [width, height] = [7, 5]
const smooth = Uint8Array.from(
  { length: width * height * 4 },
  (_, i) => (i * 37 + (i >> 2) * 11) % 256,
)
const source = (channels) => {
  const data = Buffer.alloc(width * height * channels)
  for (let p = 0; p < width * height; p++) {
    for (let k = 0; k < channels; k++) data[p * channels + k] = smooth[p * 4 + k]
  }
  return sharp(data, { raw: { width, height, channels } })
}

const kinds = {
  rgb: source(3).png(),
  'rgb, interlaced': source(3).png({ progressive: true }),
  'rgb and alpha': source(4).png(),
  'rgb and alpha, interlaced': source(4).png({ progressive: true }),
  'rgb, every filter': source(3).png({ adaptiveFiltering: true }),
  'rgb of 16 bits': source(3).toColourspace('rgb16').png(),
  grey: source(3).toColourspace('b-w').png(),
  'grey of 16 bits, interlaced': source(3).toColourspace('grey16').png({ progressive: true }),
  'palette of 2 colours': source(3).png({ palette: true, colours: 2, dither: 0 }),
  'palette of 4 colours': source(3).png({ palette: true, colours: 4, dither: 0 }),
  'palette of 16 colours, interlaced': source(3).png({
    palette: true,
    colours: 16,
    progressive: true,
  }),
  'palette with alpha': source(4).png({ palette: true, colours: 200 }),
}

const rows = []
for (const [name, pipeline] of Object.entries(kinds)) {
  const file = await pipeline.toBuffer()
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true })
  rows.push({
    name,
    file: file.toString('base64'),
    shape: [info.height, info.width, info.channels],
    pixels: data.toString('base64'),
  })
}
const jpeg = (await source(3).jpeg().toBuffer()).toString('base64')
const fixture = {
  tool: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
  rows,
  jpeg,
}
const path = new URL('../../packages/maru/test/data/fixtures/pictures.json', import.meta.url)
writeFileSync(path, `${JSON.stringify(fixture, null, 1)}\n`)
