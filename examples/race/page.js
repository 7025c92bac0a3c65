/** Draws the race: a canvas for each course, a trail for each runner, a table of how low they are. */
import { courses, heights, racers, runner } from './race.js'

const SIZE = 320
const STEPS = 300
/** Lines of equal height. */
const LINES = 14

/** Shades of grey with lines of equal height, in steps of the logarithm. */
async function drawGround(canvas, course) {
  const found = await heights(course, SIZE)
  const least = found.reduce((low, each) => Math.min(low, each), Infinity)
  const logs = found.map((each) => Math.log(1e-3 + each - least))
  const [low, high] = [Math.log(1e-3), logs.reduce((most, each) => Math.max(most, each), -Infinity)]
  const context = canvas.getContext('2d')
  const image = context.createImageData(SIZE, SIZE)
  const level = (i) => Math.floor((LINES * (logs[i] - low)) / (high - low))
  for (let i = 0; i < logs.length; i++) {
    const isLine =
      level(i) !== level(i - (i % SIZE ? 1 : 0)) || level(i) !== level(Math.max(0, i - SIZE))
    const shade = isLine ? 150 : 190 + (60 * (logs[i] - low)) / (high - low)
    image.data.set([shade, shade, shade, 255], 4 * i)
  }
  context.putImageData(image, 0, 0)
}

function drawStep(canvas, { left, right, bottom, top }, colour, from, to) {
  const context = canvas.getContext('2d')
  const at = ({ x, y }) => [
    ((x - left) / (right - left)) * SIZE,
    ((top - y) / (top - bottom)) * SIZE,
  ]
  context.strokeStyle = colour
  context.lineWidth = 2
  context.beginPath()
  context.moveTo(...at(from))
  context.lineTo(...at(to))
  context.stroke()
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Runs all courses at once, a step of everybody between two frames. */
async function run(parts) {
  const lanes = []
  for (const { course, canvas, cells } of parts) {
    await drawGround(canvas, course)
    for (const [i, racer] of racers.entries()) {
      const take = await runner(course, racer)
      lanes.push({ take, course, canvas, cell: cells[i], racer, last: await take() })
    }
  }
  for (let step = 1; step <= STEPS; step++) {
    for (const lane of lanes) {
      const next = await lane.take()
      drawStep(lane.canvas, lane.course, lane.racer.colour, lane.last, next)
      lane.last = next
      lane.cell.textContent = next.height.toPrecision(3)
    }
    document.querySelector('#step').textContent = `${step} of ${STEPS} steps`
    await nextFrame()
  }
}

function element(tag, parent, text = '') {
  const made = document.createElement(tag)
  made.textContent = text
  parent.append(made)
  return made
}

const parts = courses.map((course) => {
  const figure = element('figure', document.querySelector('main'))
  element('figcaption', figure, course.landscape.name)
  const canvas = element('canvas', figure)
  canvas.width = canvas.height = SIZE
  const table = element('table', figure)
  const cells = racers.map(({ name, colour }) => {
    const row = element('tr', table)
    element('th', row, name).style.color = colour
    return element('td', row)
  })
  return { course, canvas, cells }
})
const button = document.querySelector('button')
button.addEventListener('click', start)

async function start() {
  button.disabled = true
  await run(parts)
  button.disabled = false
}

await start()
