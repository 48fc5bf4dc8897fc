// Writes every network of models/ (its smallest variant, on small pictures) for check.py:
// `node --import tsx test/torch/write-models.ts FOLDER [--outputs] [NAME...]`. With --outputs, gradients are left out: they are most
// of the time.
import { readdirSync } from "node:fs";
import { compile, load } from "../../src/compiler.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { nodeHost } from "../../src/hosts/node-host.js";
import type { Graph } from "../../src/ir/graph.js";
import { elementCount } from "../../src/ir/shape.js";
import { probeInputs } from "../../src/reference/probe-weights.js";
import { resizeGraph } from "../../src/targets/onnx/resize-graph.js";
import { buildTorchModule } from "../../src/targets/torch/build-module.js";
import { drawnWeights } from "./drawn-weights.js";
import { writeCase } from "./proof-case.js";

const outputsOnly = process.argv.includes("--outputs");
const [folder = ".", ...only] = process.argv.slice(2).filter((word) => word !== "--outputs");
const files = readdirSync("models").filter((name) => name.endsWith(".lfer"));

const parametersOf = (graph: Graph): number =>
  graph.slots.reduce((sum, { value }) => sum + elementCount(graph.types[value]?.shape ?? []), 0);

/** The network for the smallest pictures from 32 pixels on that it takes. */
function smallest32(graph: Graph): Graph {
  const shapes = graph.inputs.map(({ name, value }) => [name, graph.types[value]?.shape ?? []] as const);
  const full = shapes[0]?.[1][2];
  if (typeof full !== "number") return graph;
  for (let size = 32; size < full; size += 16) {
    const small = shapes.map(([name, [n = 1, c = 1]]) => [name, [n, c, size, size]] as const);
    const found = resizeGraph(graph, new Map(small));
    if (found !== undefined) return found;
  }
  return graph;
}

for (const file of files) {
  const { models } = compile(await load(nodeHost(process.cwd()), `models/${file}`), { graphsOnly: true });
  const smallest = new Map<string, (typeof models)[number]>();
  for (const model of models) {
    const other = smallest.get(model.base);
    if (other === undefined || parametersOf(model.graph) < parametersOf(other.graph)) smallest.set(model.base, model);
  }
  for (const model of smallest.values()) {
    if (only.length > 0 && !only.includes(model.name)) continue;
    const graph = smallest32(model.graph);
    const about = { lferVersion: "test", sourceSha256: "0".repeat(64), settings: new Map() };
    const built = buildTorchModule({ deployed: { graph, blocks: model.blocks }, ...about });
    if (isProblem(built)) throw new Error(built.diagnose({}).message);
    const [inputs, slots] = [probeInputs(graph, 2, 3), drawnWeights(graph, 5)];
    const { text, className } = built;
    writeCase(
      folder,
      { name: `${file} ${model.name}`, text, className, inTraining: !outputsOnly, hasGradients: !outputsOnly },
      graph,
      {
        inputs,
        slots,
        batch: 2,
      },
    );
    console.log(`${file} ${model.name}: ${graph.nodes.length} nodes`);
  }
}
