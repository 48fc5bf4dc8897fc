// `lferc build --target onnx` for programs: the same bytes.
import type { CompiledModel, Sources } from "./compiler.js";
import type { Diagnostic } from "./diagnostics/diagnostic.js";
import { version } from "./version.js";

// Types of their own: those of targets/onnx/ name packages that a user of the library need not have.

/** Drawn afresh, or a weight file's bytes under the name that messages use. */
export type OnnxWeights =
  | { readonly kind: "seed"; readonly seed: number }
  | { readonly kind: "file"; readonly file: string; readonly bytes: Uint8Array };

export interface OnnxOptions {
  /** Drawn from seed 0 unless told. */
  readonly weights?: OnnxWeights;
  /** The ONNX operator set; 18 unless told. */
  readonly opset?: number;
  /** As `--optimize`; 1 unless told. 2 is refused till it does more than 1. */
  readonly optimize?: 0 | 1 | 2;
  /** Whether to compare with the reference before anything is given back; true unless told. */
  readonly verify?: boolean;
  /** What the model was compiled with, for the file's metadata. */
  readonly set?: ReadonlyMap<string, string>;
}

export type OnnxResult =
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | {
      readonly kind: "built";
      /** The file, in pieces to be written one after another. */
      readonly pieces: readonly Uint8Array[];
      /**
       * The largest differences to the reference, `||a - b|| / ||b||`: of the rewritten graph, of the file in ONNX Runtime; and
       * which one that was: `ort`, onnxruntime-node, or else `ort-wasm`, the one in WebAssembly that comes with lfer.
       */
      readonly verification?: {
        readonly graphError: number;
        readonly fileError?: number | undefined;
        readonly engine?: string;
      };
      /** Why ONNX Runtime did not take part. */
      readonly runtimeMissing?: Diagnostic;
    };

/**
 * A compiled model as the bytes of an ONNX file, in pieces to be written one after another; or the diagnostics that refuse it.
 * `sources` are those it was compiled from. The code that does it is loaded when it is first called.
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
    weights,
    verify,
    loadRuntime: loadOnnxRuntime,
    provenance: { lferVersion: version, sourceSha256: sourceDigest(sources), settings: options.set ?? new Map() },
    describeSpan: placesFromHome(sources),
  });
}
