/** Checks whether a provider of ONNX Runtime works on this machine, by running one node on it in a separate process. */
import { loadNativeRuntime, type OrtModule, onnxRuntimeUrl } from "../../deploy/onnx-runtime.js";
import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import { askProcess } from "../own-process.js";

export type GpuProvider = "webgpu" | "cuda";

/** Runs y = x + x on the provider; prints the error, or nothing if it works. */
const script = `
const [url, provider, bytes] = process.argv.slice(1);
try {
  const loaded = await import(url);
  const ort = loaded.default ?? loaded;
  const session = await ort.InferenceSession.create(Buffer.from(bytes, "base64"), {
    executionProviders: [provider],
    extra: { session: { disable_cpu_ep_fallback: "1" } },
  });
  const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1, 2), [2]) });
  if (y.data[0] !== 2 || y.data[1] !== 4) process.stdout.write("1 + 1 = " + y.data[0] + ", 2 + 2 = " + y.data[1]);
} catch (error) {
  process.stdout.write(String(error.message ?? error).split("\\n")[0]);
}`;

async function doublingModel(): Promise<string> {
  const { ModelWriter } = await import("./model-writer.js");
  const writer = new ModelWriter(18);
  const x = writer.input("x", [2]);
  writer.output("y", writer.one("Add", [x, x]), [2]);
  return Buffer.from(writer.finish("probe")).toString("base64");
}

/** Whether this build of the package contains the provider, whether or not its libraries are installed. */
const isBuiltIn = (ort: OrtModule, provider: GpuProvider): boolean =>
  ort.listSupportedBackends().some(({ name }) => name === provider);

/** ONNX Runtime's errors begin with a source location; the useful part comes last. */
const withoutPlace = (reason: string): string => reason.replace(/^.* was false\. /, "");

/** Why the provider cannot be used here; undefined if it can. */
export async function whyNot(provider: GpuProvider): Promise<string | Problem | undefined> {
  const ort = await loadNativeRuntime();
  if (isProblem(ort)) return ort;
  if (!isBuiltIn(ort, provider)) return `onnxruntime-node for ${process.platform} ${process.arch} comes without it`;
  const { said } = await askProcess(script, [onnxRuntimeUrl(), provider, await doublingModel()]);
  return said === "" ? undefined : withoutPlace(said);
}
