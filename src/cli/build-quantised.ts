/** `build --quantize int8`: reads the pictures, quantises, measures, and tells. */
import { loadDecoder } from "../data/decode.js";
import { openForCalibration } from "../data/open-for-calibration.js";
import { asPictures, type LabelledImage, readImages } from "../deploy/calibration-pictures.js";
import { probabilitiesOf, speedRatio } from "../deploy/compare-models.js";
import { int8Flags } from "../deploy/cpu-flags.js";
import { loadOnnxRuntime } from "../deploy/onnx-runtime.js";
import { renderQuantised } from "../deploy/render-quantised.js";
import type { OnnxRuntime } from "../deploy/runtime.js";
import { loadWasmRuntime } from "../deploy/wasm-runtime.js";
import { type Diagnostic, isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { type Agreement, agreementOf } from "../judging/agreement.js";
import type { RewriteFile } from "../targets/onnx/build.js";
import { emitOnnx } from "../targets/onnx/emit.js";
import { byteLengthOf } from "../targets/onnx/framing.js";
import { type ClassifierMetadata, readMetadata } from "../targets/onnx/metadata.js";
import type { CalibrationMethod } from "../targets/onnx/quantize/calibration-methods.js";
import type { Measured } from "../targets/onnx/quantize/choose-layers.js";
import { quantiseModel } from "../targets/onnx/quantize/quantise-model.js";
import { liveLine } from "./live-line.js";
import type { Session } from "./session.js";
import { runtimeTitle } from "./talk-of-runtime.js";

export interface QuantiseArguments {
  /** The data set of --calibrate. */
  readonly data: string;
  readonly method: CalibrationMethod;
  /** Percent. */
  readonly keep: number | undefined;
}

/** Fewer pictures of either kind say nothing. */
const leastRanging = 8;
const leastMeasured = 8;
const namedAtMost = 3;

export interface Quantiser {
  readonly rewriteFile: RewriteFile;
  /** The report on what was made. */
  readonly report: () => string;
}

export function quantiser(session: Session, args: QuantiseArguments): Quantiser {
  let text = "";
  return {
    rewriteFile: async (model, options) => {
      const line = liveLine({ log: session.talk });
      try {
        const made = await quantise(session, args, model, options, (progress) => line.show(`int8: ${progress}`));
        if (isProblem(made)) return [made.diagnose({})];
        if ("problems" in made) return made.problems;
        text = made.text;
        return made;
      } finally {
        line.clear();
      }
    },
    report: () => text,
  };
}

interface Made {
  readonly pieces: readonly Uint8Array[];
  readonly nodeCount: number;
  readonly text: string;
}

type Refused = { readonly problems: readonly Diagnostic[] };

async function quantise(
  session: Session,
  { data, method, keep }: QuantiseArguments,
  model: Parameters<RewriteFile>[0],
  options: Parameters<RewriteFile>[1],
  show: (progress: string) => void,
): Promise<Made | Refused | Problem> {
  const name = model.graph.name;
  const about = readMetadata(options.metadata ?? new Map(), name);
  if (isProblem(about)) return problem("onnx/quantize-no-classifier", { model: name });
  show("reading pictures");
  const pictures = await readPictures(session, data, about);
  if (isProblem(pictures) || "problems" in pictures) return pictures;
  const { ranging, measured, description } = pictures;
  const runtime = await loadWasmRuntime();
  if (isProblem(runtime)) return runtime;
  const float = emitOnnx(model, options);
  const comparison = comparer({ float, name, classCount: about.output.labels.length, measured });
  const made = await quantiseModel({
    model,
    options,
    output: about.output.name,
    method,
    pictures: asPictures(ranging, about),
    runtime,
    asked: keep,
    measure: keep === undefined ? undefined : measureBy(await comparison(runtime), keep),
    onProgress: show,
  });
  if (isProblem(made)) return made;
  show("comparing with float32");
  const judge = await loadOnnxRuntime();
  if (isProblem(judge)) return judge;
  const whole = Buffer.concat(made.pieces);
  const final = await comparison(judge);
  const agreement = isProblem(final) ? final : await final.with(whole);
  if (isProblem(agreement)) return agreement;
  if (!isProblem(final) && final.isFlat) {
    return problem("onnx/quantize-flat", { data: description, model: name, count: measured.length });
  }
  const speed = await speedRatio([float, whole], judge, asPictures(measured, about));
  const text = renderQuantised({
    ...{ method, data: description, ranging: ranging.length, agreement, speed, asked: keep },
    ...{ layers: made.layers, roundedCount: made.roundedCount },
    bytes: [byteLengthOf(made.pieces), float.byteLength],
    runtime: runtimeTitle(judge.engine),
    flags: int8Flags(),
  });
  return { pieces: made.pieces, nodeCount: made.nodeCount, text };
}

interface CalibrationImages {
  readonly ranging: readonly LabelledImage[];
  readonly measured: readonly LabelledImage[];
  readonly description: string;
}

async function readPictures(
  session: Session,
  data: string,
  { picture, output }: ClassifierMetadata,
): Promise<CalibrationImages | Refused | Problem> {
  const decoder = await loadDecoder();
  if (isProblem(decoder)) return decoder;
  const opened = await openForCalibration(data, { labels: output.labels, size: picture });
  if (!("set" in opened)) return { problems: opened.map((each) => each.diagnose({})) };
  const { set } = opened;
  let skipped = 0;
  const skip = ({ problem: found }: { readonly problem: Problem }): void => {
    if (skipped++ < namedAtMost) session.report([{ ...found.diagnose({}), severity: "warning" }]);
  };
  const ranging = await readImages(set, opened.ranging, picture, skip);
  const measured = await readImages(set, opened.measured, picture, skip);
  if (ranging.length < leastRanging || measured.length < leastMeasured) {
    const count = ranging.length + measured.length;
    const least = 3 * leastRanging;
    return problem("onnx/quantize-too-few-pictures", { data: set.description, count, least, skipped });
  }
  return { ranging, measured, description: set.description };
}

interface Comparison {
  /** Whether all pictures get the same probabilities. */
  readonly isFlat: boolean;
  readonly with: (bytes: Uint8Array) => Promise<Agreement | Problem>;
}

interface ToCompare {
  readonly float: Uint8Array;
  readonly name: string;
  readonly classCount: number;
  readonly measured: readonly LabelledImage[];
}

/** Compares files with the float32 one in a runtime; its own predictions are made once. */
function comparer({ float, name, classCount, measured }: ToCompare) {
  const images = measured.map(({ image }) => image);
  const labels = measured.map(({ label }) => label);
  return async (runtime: OnnxRuntime): Promise<Comparison | Problem> => {
    const expected = await probabilitiesOf(float, name, runtime, images);
    if (isProblem(expected)) return expected;
    return {
      isFlat: expected.every((probability, i) => probability === expected[i % classCount]),
      with: async (bytes) => {
        const found = await probabilitiesOf(bytes, name, runtime, images);
        return isProblem(found) ? found : agreementOf(expected, found, labels, classCount);
      },
    };
  };
}

/** Enough is the asked percentage of equal answers, and of the float32 model's accuracy. */
function measureBy(comparison: Comparison | Problem, keep: number) {
  return async (bytes: Uint8Array): Promise<Measured | Problem> => {
    if (isProblem(comparison)) return comparison;
    const found = await comparison.with(bytes);
    if (isProblem(found)) return found;
    const { pictures, agreeing, right } = found;
    const isEnough = 100 * agreeing >= keep * pictures && 100 * right[1] >= keep * right[0];
    return { isEnough, agreement: agreeing / pictures };
  };
}
