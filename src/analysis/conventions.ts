import { type ConventionName, conventions, type Quantity } from "../recipe/measures.js";
import type { Convention } from "./convention.js";
import { calflops } from "./conventions/calflops.js";
import { conv } from "./conventions/conv.js";
import { deepspeed } from "./conventions/deepspeed.js";
import { fvcore } from "./conventions/fvcore.js";
import { keras } from "./conventions/keras.js";
import { onnxTool } from "./conventions/onnx-tool.js";
import { paper } from "./conventions/paper.js";
import { ptflops } from "./conventions/ptflops.js";
import { ptflopsAten } from "./conventions/ptflops-aten.js";
import { thop } from "./conventions/thop.js";
import { thop2020 } from "./conventions/thop-2020.js";
import { torch } from "./conventions/torch.js";
import { torchinfo } from "./conventions/torchinfo.js";
import { torchstat } from "./conventions/torchstat.js";

/** The rule table of each counting convention. */
export const conventionTables: {
  readonly [N in ConventionName]: Convention<(typeof conventions)[N][number]>;
} = {
  paper,
  conv,
  fvcore,
  thop,
  "thop-2020": thop2020,
  torchstat,
  ptflops,
  "ptflops-aten": ptflopsAten,
  torchinfo,
  calflops,
  torch,
  deepspeed,
  keras,
  "onnx-tool": onnxTool,
};

/** The same table, without knowing its quantities. */
export function conventionTable(name: ConventionName): Convention {
  return conventionTables[name] as Convention;
}

/** A convention that counts macs. */
export type MacsConvention = {
  readonly [N in ConventionName]: "macs" extends (typeof conventions)[N][number] ? N : never;
}[ConventionName];

/** The conventions that count macs. */
export const macsConventions = (Object.keys(conventions) as readonly ConventionName[]).filter(
  (name): name is MacsConvention => (conventions[name] as readonly Quantity[]).includes("macs"),
);

/** Keys of quantities in JSON. */
export const quantityKeys = {
  params: "params",
  macs: "macs",
  madds: "madds",
  flops: "flops",
  mult_adds: "multAdds",
  activations: "activations",
} as const satisfies Record<Quantity, string>;
