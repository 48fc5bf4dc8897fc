/** Probes tfjs-node-gpu in its own process: in one process with tfjs-node, they overwrite each other's kernels. */
import { type Problem, problem } from "../../diagnostics/diagnostic.js";
import type { Found } from "../engine.js";
import { askProcess } from "../own-process.js";

const packageName = "@tensorflow/tfjs-node-gpu";

/** Prints what it finds as JSON, or the first line of the error. */
const script = `
try {
  const loaded = await import(process.argv[1]);
  const tf = loaded.default ?? loaded;
  const { binding, isUsingGpuDevice } = tf.backend();
  const said = { version: tf.version_core, library: binding.TF_Version, hasGpu: isUsingGpuDevice };
  process.stdout.write(JSON.stringify(said));
} catch (error) {
  process.stdout.write(JSON.stringify({ reason: String(error.message ?? error).split("\\n")[0] }));
}`;

interface Said {
  readonly reason?: string;
  readonly version: string;
  readonly library: string;
  readonly hasGpu: boolean;
}

function addressOf(name: string): string | undefined {
  try {
    return import.meta.resolve(name);
  } catch {
    return undefined;
  }
}

/** The answer is the last line: the library may print others. */
function answerIn(said: string): Said | undefined {
  try {
    return JSON.parse(said.trim().split("\n").at(-1) ?? "") as Said;
  } catch {
    return undefined;
  }
}

/** `address`: where the package is; undefined if it is not installed. */
export async function findTfjsNodeGpu(address = addressOf(packageName)): Promise<Found | Problem> {
  const missing = (reason: string): Problem => problem("engine/no-tfjs-node-gpu", { reason });
  if (address === undefined) return missing("it is not installed");
  const { said, died } = await askProcess(script, [address]);
  if (died) return missing(said);
  const answer = answerIn(said);
  if (answer === undefined) return missing("its process said nothing that can be read");
  const { reason, version, library, hasGpu } = answer;
  if (reason !== undefined) return missing(reason);
  if (!hasGpu) return missing(noUsableGpu(library));
  return { version, device: `NVIDIA GPU, libtensorflow ${library}` };
}

export const noUsableGpu = (library: string): string => `libtensorflow ${library} finds no GPU that its CUDA can use`;
