/** Compares a file that takes pictures with what `predict` computes from the network alone, on the same weights. */
import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { InvariantError } from "../../../diagnostics/invariant.js";
import { asFloat32, type WeightedGraph } from "../../../passes/weighted-graph.js";
import { type Evaluation, usualEvaluation } from "../../../recipe/evaluations.js";
import { emitOnnx } from "../emit.js";
import type { Pieces } from "../framing.js";
import { nudged, type VerificationRuntime } from "../run-file.js";
import { silentLog } from "../session-log.js";
import type { BytePicture, PictureModel, Preprocessor, RunNetwork } from "./preprocessing.js";

interface ProofOf {
  readonly inside: PictureModel;
  readonly preprocessor: Preprocessor;
  readonly evaluation: Evaluation | undefined;
  readonly opset: number;
  readonly runtime: VerificationRuntime;
}

const pictures = 2;
/** Probabilities; a network that amplifies the last digit of its input gets a multiple of that. */
const tolerance = 1e-6;
const noiseFactor = 4;

/** The largest difference of a probability; or the problem that rejects the file. */
export async function provePictures(model: WeightedGraph, pieces: Pieces, proof: ProofOf): Promise<number | Problem> {
  try {
    return await compare(model, pieces, proof);
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
    return problem("onnx/runtime-refuses", { model: model.graph.name, reason });
  }
}

async function compare(
  model: WeightedGraph,
  pieces: Pieces,
  { inside, preprocessor, evaluation = usualEvaluation, opset, runtime }: ProofOf,
): Promise<number | Problem> {
  const images = Array.from({ length: pictures }, (_, i) => noisyPicture(inside.size, i));
  const network = emitOnnx({ graph: model.graph, weights: asFloat32(model.weights) }, { opset, producerVersion: "" });
  const answers = async (change: (batch: Float32Array) => Float32Array): Promise<ArrayLike<number> | Problem> => {
    const session = await runtime.InferenceSession.create(network, silentLog);
    const [input, output] = [model.graph.inputs[0]?.name ?? "", model.graph.outputs[0]?.name ?? ""];
    const run: RunNetwork = async (batch, count) => {
      const { height, width } = inside.picture;
      const tensor = new runtime.Tensor("float32", change(batch), [count, 3, height, width]);
      return (await session.run({ [input]: tensor }))[output]?.data as Float32Array;
    };
    try {
      return await preprocessor.answers(images, { picture: inside.picture, evaluation, run });
    } finally {
      await session.release();
    }
  };
  const expected = await answers((batch) => batch);
  const moved = await answers(nudged);
  if (isProblem(expected)) return expected;
  if (isProblem(moved)) return moved;
  const found = await probabilitiesOf(pieces, images, inside, runtime);
  const error = furthest(found, expected);
  const allowed = Math.max(tolerance, noiseFactor * furthest(moved, expected));
  const { name } = model.graph;
  return error <= allowed ? error : problem("onnx/preprocessing-differs", { model: name, error, allowed });
}

async function probabilitiesOf(
  pieces: Pieces,
  images: readonly BytePicture[],
  { names, size }: PictureModel,
  runtime: VerificationRuntime,
): Promise<ArrayLike<number>> {
  const session = await runtime.InferenceSession.create(Buffer.concat(pieces), silentLog);
  try {
    const bytes = Buffer.concat(images.map(({ pixels }) => pixels));
    const tensor = new runtime.Tensor("uint8", new Uint8Array(bytes), [images.length, size.height, size.width, 3]);
    return (await session.run({ [names.input]: tensor }))[names.output]?.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** Not finite if a number is not, or one is missing. */
function furthest(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = actual.length === expected.length ? 0 : Number.NaN;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs((actual[i] as number) - (expected[i] as number));
    if (!(distance <= most)) most = distance;
  }
  return most;
}

/** Every byte, next to any other: edges, and all of the table. */
function noisyPicture({ height, width }: PictureModel["size"], seed: number): BytePicture {
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => {
    const mixed = Math.imul(Math.imul(i + 1, 0x9e3779b1) ^ (seed << 5) ^ (i >>> 9), 0x85ebca6b);
    return mixed >>> 24;
  });
  return { height, width, pixels };
}
