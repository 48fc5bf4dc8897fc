/** The flags of `build --quantize`. */
import type { Options } from "yargs";
import {
  type CalibrationMethod,
  calibrationMethods,
  usualMethod,
} from "../targets/onnx/quantize/calibration-methods.js";
import type { QuantiseArguments } from "./build-quantised.js";

export interface QuantiseFlags {
  readonly quantize?: "int8" | undefined;
  readonly calibrate?: string | undefined;
  readonly calibration?: CalibrationMethod | undefined;
  readonly "keep-accuracy"?: number | undefined;
}

export const quantiseOptions = {
  quantize: {
    choices: ["int8"] as const,
    requiresArg: true,
    describe:
      "onnx: weights and tensors as 8-bit numbers, for smaller and faster files; the answers are compared with float32",
  },
  calibrate: {
    type: "string",
    requiresArg: true,
    describe: "with --quantize: typical pictures, a folder or a table as eval takes it; generated: drawn faces",
  },
  calibration: {
    choices: calibrationMethods,
    requiresArg: true,
    defaultDescription: usualMethod,
    describe: "with --quantize: how the range of a tensor follows from the pictures",
  },
  "keep-accuracy": {
    type: "number",
    requiresArg: true,
    describe:
      "with --quantize: the percentage of pictures with the same answer as float32, and of its accuracy, to be kept: sensitive layers stay float32",
  },
} as const satisfies Readonly<Record<string, Options>>;

/** Flags that make another float32 file. */
interface OtherFiles {
  readonly "with-preprocessing"?: string | undefined;
  readonly "weights-type"?: string | undefined;
  readonly explain?: boolean | undefined;
}

/** What is wrong with them. */
export function quantiseUsage(args: QuantiseFlags & OtherFiles): string | undefined {
  const { quantize, calibrate, calibration, "keep-accuracy": keep } = args;
  if (quantize === undefined) {
    const given = Object.entries({ calibrate, calibration, "keep-accuracy": keep }).find(
      ([, value]) => value !== undefined,
    );
    return given === undefined ? undefined : `--${given[0]} goes with --quantize int8`;
  }
  if (calibrate === undefined) return "--quantize needs pictures: name their folder with --calibrate";
  if (keep !== undefined && !(keep > 0 && keep <= 100)) return "--keep-accuracy takes a percentage, as in 99";
  const { "with-preprocessing": pictures, "weights-type": weights, explain } = args;
  const other = Object.entries({ "with-preprocessing": pictures, "weights-type": weights, explain }).find(
    ([, value]) => value !== undefined && value !== false && value !== "float32",
  );
  return other === undefined ? undefined : `--${other[0]} does not go with --quantize`;
}

/** How to quantise; undefined if it was not asked for. */
export function quantiseArguments(args: QuantiseFlags): QuantiseArguments | undefined {
  const { calibrate: data, calibration: method = usualMethod, "keep-accuracy": keep } = args;
  return data === undefined ? undefined : { data, method, keep };
}
