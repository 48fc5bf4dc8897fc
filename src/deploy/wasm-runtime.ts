/**
 * ONNX Runtime in WebAssembly: part of our package, for systems without the native one. It knows nothing of files and networks,
 * and runs on the calling thread.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import type { InferenceSession, Tensor } from "onnxruntime-web";
import { type Problem, problem } from "../diagnostics/diagnostic.js";
import { silentLog } from "../targets/onnx/session-log.js";
import { type OnnxRuntime, RuntimeFailure } from "./runtime.js";

type WebModule = typeof import("onnxruntime-web");

/** y = -x for one number, as an ONNX model: a test run. */
const negation = Buffer.from(
  "CAcSBWxmZXJjOjYKDwoBeBIBeRoCMCAiA05lZxIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEA0=",
  "base64",
);

const file = "ort-wasm-simd-threaded";

let started: Promise<OnnxRuntime | Problem> | undefined;

/** Starts it, at most once per process: half a second. A test run shows whether it works. */
export function loadWasmRuntime(): Promise<OnnxRuntime | Problem> {
  started ??= startIn(filesFolder);
  return started;
}

/** The folder of its two files: that of our bundle (tools/build.mjs), or, from sources, that of its package. */
function filesFolder(): URL {
  const bundled = new URL("../onnxruntime-web/", import.meta.url);
  return existsSync(bundled) ? bundled : new URL(".", import.meta.resolve("onnxruntime-web"));
}

/** Starts the build whose files are there; or says why it does not run. */
export async function startIn(place: () => URL): Promise<OnnxRuntime | Problem> {
  const workerBefore = Object.getOwnPropertyDescriptor(globalThis, "Worker");
  try {
    const loaded: WebModule & { readonly default?: WebModule } = await import("onnxruntime-web");
    const ort = loaded.default ?? loaded;
    const folder = place();
    Object.assign(ort.env.wasm, {
      numThreads: 1,
      proxy: false,
      wasmPaths: { mjs: new URL(`${file}.mjs`, folder) },
      wasmBinary: await readFile(new URL(`${file}.wasm`, folder)),
    });
    ort.env.logLevel = "fatal";
    const runtime = runtimeOf(ort);
    const session = await runtime.InferenceSession.create(negation);
    const { y } = await session.run({ x: new ort.Tensor("float32", Float32Array.of(1), [1]) });
    await session.release();
    if (y?.data[0] === -1) return runtime;
    return problem("onnx/no-webassembly", { reason: `it makes ${y?.data[0]} of -1` });
  } catch (error) {
    return problem("onnx/no-webassembly", { reason: reasonOf(error) });
  } finally {
    // It defines a handler for threads that are never started here; the process may belong to another program.
    Reflect.deleteProperty(globalThis, "Worker");
    if (workerBefore !== undefined) Object.defineProperty(globalThis, "Worker", workerBefore);
  }
}

function runtimeOf(ort: WebModule): OnnxRuntime {
  return {
    engine: "ort-wasm",
    fixedThreads: 1,
    Tensor: ort.Tensor,
    InferenceSession: {
      create: async (bytes, options = {}) => {
        const { enableProfiling: _, profileFilePrefix: __, ...rest } = options;
        // Options are ignored: it has one provider, and writes no profile that could be read.
        const own = { ...rest, executionProviders: ["wasm"], ...silentLog } as const;
        const session = await explained(() => ort.InferenceSession.create(bytes, own));
        return sessionOf(session);
      },
    },
  };
}

type Wanted = Readonly<Record<string, Tensor | null>>;

/** Copies results into the given tensors: the native build writes into them itself, this one does not. */
function fill(wanted: Wanted, results: InferenceSession.ReturnType): InferenceSession.ReturnType {
  const filled = Object.entries(results).map(([name, result]): [string, Tensor] => {
    const given = wanted[name];
    if (given === undefined || given === null) return [name, result];
    (given.data as Float32Array).set(result.data as Float32Array);
    return [name, given];
  });
  return Object.fromEntries(filled);
}

function sessionOf(session: InferenceSession): InferenceSession {
  const run = async (
    feeds: InferenceSession.FeedsType,
    fetches: InferenceSession.FetchesType = session.outputNames,
  ): Promise<InferenceSession.ReturnType> => {
    const names = Array.isArray(fetches) ? fetches : Object.keys(fetches);
    const results = await explained(() => session.run(feeds, names, silentLog));
    // A run blocks the thread: between two of them signals are handled and other work continues.
    await setImmediate();
    return Array.isArray(fetches) ? results : fill(fetches as Wanted, results);
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    run: run as InferenceSession["run"],
    release: () => session.release(),
    startProfiling: () => undefined,
    endProfiling: () => undefined,
  };
}

/** The text of an error after its number: `failed to call OrtRun(). ERROR_CODE: 6, ERROR_MESSAGE: std::bad_alloc`. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [firstLine = ""] = message.replace(/^.*?ERROR_MESSAGE: /s, "").split("\n");
  return firstLine.replace(/^no available backend found\. ERR: \[wasm\] (?:\w*Error: )?/, "").trim();
}

/** Its messages for lack of memory; a size beyond 32 bits counts as the same. */
const noMemory = /bad_alloc|SafeIntOnOverflow|shape is too large|failed to allocate|out of memory/i;

/** The result of the work; errors are translated into useful messages. */
async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = reasonOf(error);
    if (noMemory.test(reason)) {
      throw new RuntimeFailure("it needs more than the 4 GiB of memory that WebAssembly has", { cause: error });
    }
    if (error instanceof Error && error.name === "RuntimeError") {
      throw new RuntimeFailure(`WebAssembly stopped (${reason})`, { cause: error });
    }
    throw new Error(reason, { cause: error });
  }
}
