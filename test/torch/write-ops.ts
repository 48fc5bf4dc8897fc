// Writes every row of test/ops/cases.ts that PyTorch has, and the networks of texts.ts, for check.py: `node --import tsx test/torch/write-ops.ts FOLDER`.
import { findOp } from "../../src/ops/registry.js";
import { probeInputs } from "../../src/reference/probe-weights.js";
import { printTorchFunction } from "../../src/targets/torch/print-function.js";
import { printTorchModule } from "../../src/targets/torch/print-module.js";
import { cases } from "../ops/cases.js";
import { feedOf, singleOpGraph } from "../ops/single-op.js";
import { drawnWeights } from "./drawn-weights.js";
import { modelsOf, printed } from "./printed.js";
import { writeCase } from "./proof-case.js";
import { texts } from "./texts.js";

const [folder = "."] = process.argv.slice(2);
let left = 0;
for (const [i, row] of cases.entries()) {
  const lowering = findOp(row.op)?.lowerToTorch;
  if (lowering === undefined || (typeof lowering !== "function" && "notInTorch" in lowering)) {
    left++;
    continue;
  }
  const graph = singleOpGraph(row);
  const module = printTorchModule(graph, { blocks: [], about: [] });
  if (module.kind !== "printed") throw new Error(`${row.op}: ${module.kind}`);
  const name = `${String(i).padStart(3, "0")} ${row.op} ${row.title.replaceAll(/[^\w ]/g, "_")}`;
  const made =
    graph.slots.length === 0 ? printTorchFunction(graph, { name: "function", training: "False" }) : undefined;
  const head = ["import torch", "import torch.nn.functional as F", ""];
  const functionText =
    made === undefined
      ? {}
      : { functionText: [...head, ...[...made.helpers.values()].flat(), ...made.lines, ""].join("\n") };
  const { className, lines } = module;
  writeCase(
    folder,
    { name, className, text: `${lines.join("\n")}\n`, inTraining: false, ...functionText },
    graph,
    feedOf(row, graph, 2),
  );
}
console.log(`${cases.length - left} rows, ${left} of ops that PyTorch does not have`);

for (const [name, text] of Object.entries(texts)) {
  const [deployed, training] = await modelsOf(text);
  const { text: module, className } = printed(deployed, training);
  const { graph } = training ?? deployed;
  const feed = { inputs: probeInputs(graph, 2, 3), slots: drawnWeights(graph, 5), batch: 2 };
  writeCase(
    folder,
    { name, className, text: module, inTraining: true, deployed: deployed.graph.outputs.length },
    graph,
    feed,
  );
}
