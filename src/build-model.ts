// The API for `lferc build --target onnx`: the same bytes.
import type { CompiledModel, Sources } from "./compiler.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { version } from "./version.js";

// Own types, because those of targets/onnx/ refer to packages that a user of the library need not have.

/** Drawn from a seed, or the bytes of a weight file and its name in messages. */
export type OnnxWeights =
  | { readonly kind: "seed"; readonly seed: number }
  | { readonly kind: "file"; readonly file: string; readonly bytes: Uint8Array };

export interface OnnxOptions {
  /** By default, drawn from seed 0. */
  readonly weights?: OnnxWeights;
  /** The ONNX operator set; 18 by default. */
  readonly opset?: number;
  /** As `--optimize`; 1 by default. */
  readonly optimize?: 0 | 1 | 2;
  /** As `--block`, for `optimize: 2`; 16 by default. */
  readonly block?: 8 | 16;
  /** Whether to compare with the reference before returning; true by default. */
  readonly verify?: boolean;
  /** The settings that the model was compiled with, for the file's metadata. */
  readonly set?: ReadonlyMap<string, string>;
}

export type OnnxResult =
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "built";
      /** The file, in pieces to be written one after another. */
      readonly pieces: readonly Uint8Array[];
      /**
       * The largest differences from the reference, `||a - b|| / ||b||`: of the rewritten graph, and of the file in ONNX Runtime. `engine`
       * is the runtime used: `ort`, onnxruntime-node, or else `ort-wasm`, the one in WebAssembly that comes with lfer.
       */
      readonly verification?: {
        readonly graphError: number;
        readonly fileError?: number | undefined;
        readonly engine?: string;
      };
      /** Why ONNX Runtime was not used. */
      readonly runtimeMissing?: Diagnostic;
    };

/**
 * A compiled model as the bytes of an ONNX file, in pieces to be written one after another; or the diagnostics that prevent it.
 * `sources` are those from which it was compiled. The code is loaded lazily, at the first call.
 */
export async function buildOnnx(
  { graph }: CompiledModel,
  sources: Sources,
  options: OnnxOptions = {},
): Promise<OnnxResult> {
  const [build, { loadOnnxRuntime }, { defaultOpset }, { placesFromHome, sourceDigest }] = await Promise.all([
    import("./targets/onnx/build.js"),
    import("./deploy/onnx-runtime.js"),
    import("./targets/onnx/opsets.js"),
    import("./source/source-origin.js"),
  ]);
  const { weights = { kind: "seed", seed: 0 }, opset = defaultOpset, optimize = 1, verify = true } = options;
  return build.buildOnnx(graph, {
    opset,
    level: optimize,
    block: options.block,
    weights,
    verify,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings: options.set ?? new Map() },
    describeSpan: placesFromHome(sources),
  });
}
