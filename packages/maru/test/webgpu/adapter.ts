/** A WebGPU device for tests: the `webgpu` package on Chromium's software driver, or on the system's. */
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

export type Found = { readonly device: GPUDevice } | { readonly missing: string }

/** What is used of the package. */
interface WebGpu {
  readonly create: (options: readonly string[]) => GPU
}

/** The instance crashes the process if it is collected before its devices are. */
const held = globalThis as { webgpuInstance?: GPU }

/** Neither dependency need be installed, so their names are no literals. */
async function load<T>(name: string): Promise<T | undefined> {
  return import(name).catch(() => undefined)
}

/** Folder of Chromium's own driver and Vulkan loader. */
function chromiumFolder(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const beside = folders.flatMap((folder) => {
    const executable = join(folder, 'chromium')
    const real = existsSync(executable) ? [dirname(realpathSync(executable))] : []
    return [...real, join(folder, '../lib/chromium')]
  })
  return beside.find((folder) => existsSync(join(folder, 'vk_swiftshader_icd.json')))
}

/** Lets Dawn, which asks for `libvulkan.so.1` by name, find the loader and driver of Chromium. */
async function useChromiumDriver(): Promise<void> {
  const folder = chromiumFolder()
  if (!folder || process.env.VK_ICD_FILENAMES) return
  process.env.VK_ICD_FILENAMES = join(folder, 'vk_swiftshader_icd.json')
  const koffi = await load<{ default: { load(path: string): unknown } }>('koffi')
  const loader = join(folder, 'libvulkan.so.1')
  if (koffi && existsSync(loader)) koffi.default.load(loader)
}

/** A device, or why there is none. */
export async function openWebGpu(): Promise<Found> {
  const webgpu = await load<WebGpu>('webgpu')
  if (!webgpu) return { missing: 'the package webgpu is not installed' }
  await useChromiumDriver()
  held.webgpuInstance = webgpu.create([])
  const adapter = await held.webgpuInstance.requestAdapter()
  if (adapter) return { device: await adapter.requestDevice() }
  delete held.webgpuInstance
  return { missing: 'there is no adapter' }
}

/** Ends the device, and lets go of the instance after that. */
export async function closeWebGpu(found: Found): Promise<void> {
  if (!('device' in found)) return
  found.device.destroy()
  await found.device.lost
  delete held.webgpuInstance
}
