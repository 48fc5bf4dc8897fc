/** How the flags of a command are tried: command lines, and what they must show. */

import { generateFace } from "../../src/data/generated-faces.js";
import { encodePng } from "../../src/data/png.js";
import { calibrationMethods } from "../../src/targets/onnx/quantize/calibration-methods.js";
import type { Ran } from "../support/lferc.js";

/** A command line: flags by name, positional arguments without; `true` for a switch. */
export interface Line {
  readonly paths?: readonly string[];
  readonly [flag: `--${string}`]: string | readonly string[] | true | undefined;
}

export interface Trial {
  /** In addition to the command's own line. */
  readonly beside?: Line;
  /** Lines that all have different effects, also from the line without the flag. */
  readonly lines?: readonly Line[];
  /** Lines that are rejected, by their codes. */
  readonly refused?: readonly (readonly [Line, code: string])[];
  /** Whether one of the lines may equal the default. */
  readonly hasDefault?: boolean;
  /** A flag that another test covers: the file below test/, and its title. */
  readonly shownIn?: readonly [file: string, title: string];
}

export interface Walk {
  readonly line: Line;
  /** The visible effects of a command; by default its exit code, its output and the files that it wrote. */
  readonly see?: (ran: Ran, cwd: string) => unknown;
  readonly flags: Readonly<Record<string, Trial>>;
}

export const choices = (flag: `--${string}`, values: readonly string[]): readonly Line[] =>
  values.map((value) => ({ [flag]: value }));

export const inGate = (title: string): Trial => ({ shownIn: ["cli/onnx-gate.test.ts", title] });

export const inWatch = (title: string): Trial => ({ shownIn: ["cli/watch.test.ts", title] });

/** Units that join 20 of 40 channels with 20 others: 24 in blocks of 8, 32 in blocks of 16. */
export const shuffledUnits = `lfer 1
import { Unit } from "std/shufflenet"
model Units {
  input image: float32[N, 3, 28, 28]
  y = image -> conv(80) -> Unit(80) -> Unit(80) -> conv(7) -> flatten
  output y
}
`;

/** Faces of three classes, four of each. */
export const faces = Object.fromEntries(
  (["surprise", "happiness", "neutral"] as const).flatMap((name) =>
    Array.from({ length: 4 }, (_, i) => [`faces/${name}/${i}.png`, encodePng(generateFace(name, 200 + i, 16))]),
  ),
);

/** Flags of a model's ONNX file. */
export const ofModelFile = {
  explain: { lines: [{ "--explain": true }] },
  format: {
    beside: { "--explain": true },
    lines: choices("--format", ["pretty", "json"]),
    hasDefault: true,
    refused: [
      [{ "--format": "json", "--explain": undefined }, "tool/wrong-usage"],
      [{ "--format": "json", "--output": "-", "--target": "onnx" }, "tool/wrong-usage"],
    ],
  },
  "with-preprocessing": {
    lines: [{ "--with-preprocessing": "20x24" }, { "--with-preprocessing": "16x16" }],
    refused: [[{ "--with-preprocessing": "20" }, "tool/wrong-usage"]],
  },
} as const;

/** Flags of an int8 file. */
export const ofQuantised: Readonly<Record<string, Trial>> = {
  ...Object.fromEntries(
    ["calibrate", "keep-accuracy"].map((flag) => [
      flag,
      { shownIn: ["cli/build-quantised.test.ts", `--${flag}`] as const },
    ]),
  ),
  quantize: {
    beside: { "--calibrate": "generated" },
    lines: choices("--quantize", ["int8"]),
    shownIn: ["cli/build-quantised.test.ts", "--quantize"],
  },
  calibration: {
    beside: { "--quantize": "int8", "--calibrate": "generated" },
    lines: choices("--calibration", calibrationMethods),
    hasDefault: true,
    shownIn: ["cli/build-quantised.test.ts", "--calibration"],
  },
};

const inImport = (title: string): Trial => ({ shownIn: ["import/import-command.test.ts", title] });

export const importWalk = (see: Walk["see"] & object): Walk => ({
  line: { paths: ["tiny.onnx"], "--output": "taken.lfer" },
  see,
  flags: {
    output: {
      lines: choices("--output", ["elsewhere.lfer"]),
      refused: [[{ "--output": "taken.txt" }, "tool/wrong-usage"]],
    },
    set: {
      ...inImport("an open size is given by --set"),
      refused: [[{ "--set": "height=3" }, "resolve/unknown-setting"]],
    },
    recipe: { lines: [{ "--recipe": true }] },
    verify: inImport("without the proof nothing is said of outputs"),
  },
});
