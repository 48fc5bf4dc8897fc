// `npm run gen`: writes every generated file in the repository. CI runs it and expects no difference.
import { generateLock } from "./generate-lock.js";
import { generateOwnFunctions } from "./generate-own-functions.js";
import { generateStd } from "./generate-std.js";
import { generateVersion } from "./generate-version.js";
import { generateWeightMaps } from "./generate-weight-maps.js";
import { type GeneratedFile, writeGenerated } from "./generated-file.js";

/** In order: first what the compiler itself imports; the rest is loaded only after it is written. */
const generators: readonly (() => Promise<GeneratedFile[]>)[] = [
  generateLock,
  generateVersion,
  generateStd,
  generateWeightMaps,
  generateOwnFunctions,
  async () => {
    const { generateOnnxProto } = await import("./generate-onnx-proto.js");
    return [...generateOnnxProto()].map(([path, text]) => ({ path, text }));
  },
  async () => {
    const { generateGrammar } = await import("./generate-grammar.js");
    return Object.entries(generateGrammar()).map(([path, text]) => ({ path, text }));
  },
  async () => [(await import("./generate-look-ahead.js")).generateLookAhead()],
  async () => [{ path: "docs/ops.md", text: (await import("./generate-ops-doc.js")).generateOpsDoc() }],
  async () => (await import("./generate-layers-doc.js")).generateLayersDoc(),
  async () => (await import("./generate-blocked-doc.js")).generateBlockedDoc(),
  async () => (await import("./generate-counting-doc.js")).generateCountingDoc(),
  async () => (await import("./generate-models-doc.js")).generateModelsDoc(),
  async () => (await import("./generate-action.js")).generateAction(),
  async () => (await import("./generate-readme.js")).generateReadme(),
  async () => (await import("./generate-picture.js")).generatePicture(),
  async () => (await import("./generate-reference-doc.js")).generateReferenceDoc(),
  async () => (await import("./generate-cli-doc.js")).generateCliDoc(),
  async () => (await import("./generate-diagnostics-doc.js")).generateDiagnosticsDoc(),
];

for (const generate of generators) {
  for (const file of await generate()) {
    console.log(`${(await writeGenerated(file)) ? "wrote    " : "unchanged"} ${file.path}`);
  }
}

const { writeAugmentationRows } = await import("./generate-augmentation-rows.js");
for (const [path, isNew] of await writeAugmentationRows()) console.log(`${isNew ? "wrote    " : "unchanged"} ${path}`);
