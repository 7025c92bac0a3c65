/** Most memory that a process has held that trains ResNet-18 for three steps of 32 images, in MB. */
import { step } from '../drivers/maru-models.mjs'

const { run } = await step({ model: 'resnet18', batch: 32 })
for (let i = 0; i < 3; i++) await run()
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1024 }))
