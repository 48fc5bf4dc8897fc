/** Flags of `lferc build` that only a model's ONNX file has: preprocessing inside, weights as float16, what the passes did. */
import type { WeightsType } from "../weights/weights-type.js";
import { isStdout } from "./build-output.js";

export const preprocessingOption = {
  type: "string",
  requiresArg: false,
  defaultDescription: "the network's size",
  describe:
    "onnx: the file takes pictures as bytes [N, HEIGHT, WIDTH, 3] of a size HEIGHTxWIDTH, and gives the probabilities of lferc predict: it resizes, normalises, and averages over the evaluation's views",
} as const;

export const explainOption = {
  type: "boolean",
  defaultDescription: "false",
  describe:
    "onnx: say what each pass of --optimize did: layers, bytes of weights, work, and with --verify the measured time of a sample",
} as const;

export const explainFormats = ["pretty", "json"] as const;

export const explainFormatOption = {
  choices: explainFormats,
  requiresArg: true,
  defaultDescription: "pretty",
  describe: "with --explain: pretty, a table; json, one object on stdout",
} as const;

export interface ModelFileFlags {
  readonly target: string;
  readonly output: string;
  readonly "with-preprocessing"?: string | undefined;
  readonly "weights-type"?: WeightsType | undefined;
  readonly explain?: boolean | undefined;
  readonly format?: (typeof explainFormats)[number] | undefined;
}

/** What is wrong with these flags. */
export function modelFileProblem(flags: ModelFileFlags): string | undefined {
  const { target, output, "with-preprocessing": size, "weights-type": type, explain, format } = flags;
  if (size !== undefined && pictureSize(size) === undefined)
    return "--with-preprocessing takes HEIGHTxWIDTH in pixels, such as 480x640, or nothing";
  if (target === "onnx" && type === "uint8")
    return "--weights-type uint8 goes with --target tfjs; --target onnx takes float32 or float16";
  if (format !== undefined && explain !== true) return "--format goes with --explain";
  if (format === "json" && isStdout(output))
    return "--format json prints to standard output, which -o takes: name a file after -o";
  return undefined;
}

/** The size of `--with-preprocessing`; "network" if it has no value, undefined if that is no size. */
export function pictureSize(text: string): { readonly height: number; readonly width: number } | "network" | undefined {
  if (text === "") return "network";
  const [, height, width] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  return height === undefined ? undefined : { height: Number(height), width: Number(width) };
}
