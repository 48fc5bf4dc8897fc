/** WebGPU in Node, which has none: the npm package `webgpu` provides Chromium's. */

interface Adapter {
  readonly info: { readonly description: string; readonly vendor: string };
}

interface Gpu {
  requestAdapter(): Promise<Adapter | null>;
}

export interface WebgpuPackage {
  readonly create: (options: readonly string[]) => Gpu;
  readonly globals: Readonly<Record<string, unknown>>;
}

const packageName = "webgpu";

/**
 * Installs it as the global that browsers have, unless there is one; returns a description of the device. Throws if there is no adapter.
 * `load`: for tests.
 */
export async function bringWebgpu(
  load: () => Promise<WebgpuPackage> = () => import(packageName) as Promise<WebgpuPackage>,
): Promise<string> {
  const { navigator: own } = globalThis as { readonly navigator?: { readonly gpu?: Gpu } };
  const adapter = await (own?.gpu ?? (await gpuOfPackage(await load(), own))).requestAdapter();
  if (adapter === null) throw new Error("there is no GPU that WebGPU can use");
  const { description, vendor } = adapter.info;
  return `GPU, by WebGPU: ${description || vendor}`;
}

async function gpuOfPackage({ create, globals }: WebgpuPackage, own: object | undefined): Promise<Gpu> {
  const gpu = create([]);
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  // Node 21 and later have a `navigator` whose fields cannot be set.
  const navigator = Object.create(own ?? null, { gpu: { value: gpu } }) as object;
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true, writable: true });
  return gpu;
}
