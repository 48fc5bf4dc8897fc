import type { InferenceSession, Tensor } from "onnxruntime-node";
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { type ClassifierMetadata, readMetadata } from "../targets/onnx/metadata.js";
import { readMetadataProps } from "../targets/onnx/read-props.js";
import { silentLog } from "../targets/onnx/session-log.js";
import { readModelFile } from "./model-file.js";

/** The part of ONNX Runtime that prediction uses. */
export interface Runtime {
  readonly InferenceSession: {
    create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: new (type: "float32" | "uint8", data: Float32Array | Uint8Array, dims: readonly number[]) => Tensor;
}

/** A loaded ONNX file of lferc. */
export interface Classifier {
  readonly path: string;
  readonly metadata: ClassifierMetadata;
  /** Hex digest of the file. */
  sha256(): string;
  /**
   * Logits [count, labels] of a batch of pictures [count, 3, height, width], row by row; if preprocessing is inside, probabilities
   * of bytes [count, height, width, 3].
   */
  run(batch: Float32Array | Uint8Array, count: number): Promise<Float32Array | Problem>;
  release(): Promise<void>;
}

const firstLine = (error: unknown): string =>
  ((error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "").trim();

/** Opens an ONNX file that `lferc build` wrote; or says why it is not one. */
export async function openClassifier(path: string, runtime: Runtime): Promise<Classifier | Problem> {
  const bytes = await readModelFile(path);
  return isProblem(bytes) ? bytes : classifierOf(bytes, path, runtime);
}

/** The same for a file's bytes; `path` is used in messages. */
export async function classifierOf(bytes: Uint8Array, path: string, runtime: Runtime): Promise<Classifier | Problem> {
  const found = readMetadataProps(bytes);
  if (found.kind === "not-onnx") return problem("data/not-an-onnx-model", { path, reason: found.reason });
  const metadata = readMetadata(found.props, path);
  // A model of lferc without a picture entry may have two pictures: then missing entries are not the problem.
  const mayHaveSeveral = found.props.has("lfer.model") && !found.props.has("lfer.input");
  if (isProblem(metadata) && !mayHaveSeveral) return metadata;

  let session: InferenceSession;
  try {
    session = await runtime.InferenceSession.create(bytes, silentLog);
  } catch (error) {
    return problem("data/model-does-not-run", { path, reason: firstLine(error) });
  }
  const fitting = isProblem(metadata) ? (severalInputs(session, path) ?? metadata) : checked(session, path, metadata);
  if (isProblem(fitting)) {
    await session.release();
    return fitting;
  }
  const { picture, output } = fitting;
  const input = inputOf(fitting);
  return {
    path,
    metadata: fitting,
    sha256: () => sha256([bytes]),
    async run(batch, count) {
      const tensor = new runtime.Tensor(input.type, batch, [count, ...input.shape]);
      try {
        const results = await session.run({ [picture.name]: tensor }, [output.name]);
        return results[output.name]?.data as Float32Array;
      } catch (error) {
        return problem("data/model-does-not-run", { path, reason: firstLine(error) });
      }
    },
    release: () => session.release(),
  };
}

/** A problem if there is more to feed than one picture. */
function severalInputs({ inputNames }: InferenceSession, path: string): Problem | undefined {
  return inputNames.length > 1 ? problem("data/several-inputs", { path, inputs: inputNames }) : undefined;
}

/** The metadata, or the first mismatch with the graph. */
function checked(session: InferenceSession, path: string, metadata: ClassifierMetadata): ClassifierMetadata | Problem {
  return severalInputs(session, path) ?? interfaceMismatch(session, path, metadata) ?? metadata;
}

/** The type of the graph's input, and its sizes after the batch. */
function inputOf({ isInside, picture: { height, width } }: ClassifierMetadata) {
  return isInside
    ? ({ type: "uint8", shape: [height, width, 3] } as const)
    : ({ type: "float32", shape: [3, height, width] } as const);
}

/** The first mismatch between the graph and its metadata. */
function interfaceMismatch(session: InferenceSession, path: string, metadata: ClassifierMetadata): Problem | undefined {
  const { picture, output } = metadata;
  const input = session.inputMetadata.find((value) => value.name === picture.name);
  const inputNames = session.inputNames.join(", ");
  if (input === undefined) {
    const expected = `the name of the graph's only input (${inputNames})`;
    return problem("data/bad-metadata", { path, key: "lfer.input", value: picture.name, expected });
  }
  const wanted = inputOf(metadata);
  if (
    !input.isTensor ||
    input.type !== wanted.type ||
    input.shape.length !== 4 ||
    wanted.shape.some((size, i) => input.shape[i + 1] !== size)
  ) {
    const actual = input.isTensor ? `${input.type}[${input.shape.join(", ")}]` : "no tensor";
    const value = `[${picture.height},${picture.width}]`;
    return problem("data/bad-metadata", {
      path,
      key: "lfer.input.size",
      value,
      expected: `that of the graph's input, ${actual}`,
    });
  }
  const result = session.outputMetadata.find((value) => value.name === output.name);
  if (result === undefined || !result.isTensor || result.type !== "float32" || result.shape.length !== 2) {
    const expected = "the name of a float32 output of the graph with two axes";
    return problem("data/bad-metadata", { path, key: "lfer.output", value: output.name, expected });
  }
  const outputs = result.shape[1];
  if (outputs !== output.labels.length) {
    return problem("data/label-count", { path, labels: output.labels.length, outputs: Number(outputs) });
  }
  return undefined;
}
