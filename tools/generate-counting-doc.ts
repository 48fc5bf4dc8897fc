import { type Convention, claimOf } from "../src/analysis/convention.js";
import { conventionTable } from "../src/analysis/conventions.js";
import { factSymbols } from "../src/analysis/facts.js";
import { allConventions } from "../src/analysis/stats.js";
import { type LayerOpName, layerOpNames } from "../src/ops/registry.js";
import { type ConventionName, conventions, type Quantity } from "../src/recipe/measures.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";
import { differences, generateAsked, isSettled, runs, standingOf, toolsAsked } from "./peer-runs.js";

const cell = (text: string): string => text.replaceAll("|", "\\|");

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(titles) + row(titles.map(() => "---")) + rows.map(row).join("");

/** Ops with the same rule share a line; ops for which no tool was run have their own. */
function rulesTable(name: ConventionName, table_: Convention): string {
  const quantities: readonly Quantity[] = conventions[name];
  const groups = new Map<string, { readonly ops: string[]; readonly cells: readonly string[] }>();
  for (const op of layerOpNames) {
    const rule = table_.rules[op];
    const claim = claimOf(table_, op, isSettled(name, op));
    const cells =
      rule.kind === "zero"
        ? [...quantities.map(() => "0"), claim]
        : [...quantities.map((quantity) => `\`${rule.formulas[quantity]}\``), claim];
    const key = JSON.stringify(cells);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ops: [op], cells });
    else group.ops.push(op);
  }
  const rows = [...groups.values()].map(({ ops, cells }) => [ops.join(", "), ...cells]);
  return table(["ops", ...quantities, "source, or why 0"], rows);
}

function section(name: ConventionName): string {
  const convention = conventionTable(name);
  const readings = convention.readings.map((reading) => `- ${reading}\n`).join("");
  return `### ${name}

${convention.tool}. ${convention.unit}

${readings === "" ? "" : `${readings}\n`}${rulesTable(name, convention)}`;
}

/** Each tool's runs, and the number of ops whose row they confirm. */
function runsTable(): string {
  const rows = toolsAsked.map((name) => {
    const { versions = {}, answers = {} } = runs.get(name) ?? {};
    const held = layerOpNames.filter((op) => standingOf(name, op).kind === "held").length;
    const figures = Object.values(answers).filter(({ refused }) => refused === undefined).length;
    const asked = Object.entries(versions).map(([tool, version]) => `${tool} ${version}`);
    return [name, asked.join(", "), `${figures}`, `${held} of ${layerOpNames.length}`];
  });
  return table(["convention", "tool and version", "networks counted", "ops confirmed"], rows);
}

/** The ops whose row no run confirms, with the reason; ops with the same reason and conventions share a line. */
function notAskedTable(): string {
  const lines = new Map<string, { readonly ops: LayerOpName[]; readonly names: string; readonly why: string }>();
  for (const op of layerOpNames) {
    const whys = new Map<string, ConventionName[]>();
    for (const name of toolsAsked) {
      const standing = standingOf(name, op);
      if (standing.kind !== "held") whys.set(standing.why, [...(whys.get(standing.why) ?? []), name]);
    }
    for (const [why, all] of whys) {
      const names = all.length === toolsAsked.length ? "all" : all.join(", ");
      const key = JSON.stringify([names, why]);
      const line = lines.get(key);
      if (line === undefined) lines.set(key, { ops: [op], names, why });
      else line.ops.push(op);
    }
  }
  const rows = [...lines.values()].map(({ ops, names, why }) => [ops.join(", "), names, why]);
  return table(["ops", "conventions", "why"], rows);
}

const differenceRows = (): readonly (readonly string[])[] =>
  differences.map(({ tool, why, networks }) => {
    const figures = Object.entries(networks).map(([network, each]) => {
      const texts = Object.entries(each).map(([quantity, value]) => `${value > 0 ? "+" : ""}${value} ${quantity}`);
      return `${network} (${texts.join(", ")})`;
    });
    return [tool, why, figures.join("; ")];
  });

const held = (): string => `## How the rows are verified

Each row above states what a tool counts for an op. A run of that tool on a small network with the op confirms it, to the last integer
(\`test/analysis/peers/\`: the networks, the scripts, the results). If the tool was not run on the op, the row says "not asked": the op is
counted like the rest of its family, and the tool's own count is unknown. Ops that exist only in training have no row.
\`paper\` and \`conv\` are not tools: their rows are definitions.
torchstat does not run with today's numpy and pandas: its two functions for a layer are called directly, without its traversal of a network.

${runsTable()}
Not confirmed by a run:

${notAskedTable()}
Runs that differ from the row, because the letters cannot express the tool's rule. In brackets: the tool's count minus \`lferc\`'s.

${table(["convention", "cause", "networks"], differenceRows())}`;

const unknowable = `## What a graph cannot know

A counter that hooks into PyTorch counts what the author wrote, not what the network computes. The same
network gets other counts if one author uses functions and another layer objects. \`lferc\` reads every network in
one way: **every layer is its own module, no module is reused unless shared, and arithmetic uses operators.**
So these known differences remain, each with its cause:

- **thop** counts 0 for an adaptive pool called as a function, and \`(A + 1) * O\` for the same pool as a layer. torchvision's
  \`mobilenet_v2\` and \`densenet121\` call the function (62,720 + 1,280 and 50,176 + 1,024 less than \`lferc\` counts), \`resnet50\` has
  the layer. In \`.lfer\` you choose by \`global_avg_pool\` (a layer) or \`mean(axes: [2, 3])\` (a method).
- **torchstat** does not see functions: torchvision's \`densenet121\` calls its last ReLU as one (50,176 less), \`googlenet\` all of
  them. And it keeps only the last call of a module that is called twice: \`resnet50\` reuses its ReLU. \`lferc\` counts every call.
- **ptflops** (pytorch backend) counts a module twice if the module calls a function that is patched too (nn.ReLU, pools),
  and sees \`torch.add(a, b)\` but not \`a + b\`.
- **torchvision's \`googlenet\`** has 13,004,888 parameters, of which 6,379,984 are auxiliary heads that its counted graph never
  runs: 6,624,904 without. \`lferc\` reports the latter as \`total\` and the heads as \`trainingOnly\`.
- **EfficientFace's modulator** pools its map by a function that calflops sees (116 * 28 * 28 = 90,944) and the others do not.
  \`models/efficientface.lfer\` has a mean there, which none of them sees.
- **keras**: TensorFlow runs a dilated convolution on the CPU as a plain one over a map padded to multiples of the dilation, and
  counts that; Keras 3 hides grouped convolutions in a compiled call that the profiler cannot see.
- **timm** has its own layer types: its \`BatchNormAct2d\` (in MobileNet, EfficientNet, GhostNet and others), \`Linear\` and
  \`LayerNorm\` are not the types that thop, torchstat and torchinfo recognise, so these tools omit their work. We compare
  with timm's networks after replacing those layers by PyTorch's own; fvcore, calflops, ptflops' aten backend and
  PyTorch's counter see no difference.
- **Attention**: \`F.scaled_dot_product_attention\` and \`nn.MultiheadAttention\` are one fused op, which fvcore omits, while
  \`q @ k\` and a softmax are two matrix products, which it counts. \`.lfer\` has the products; in timm, use
  \`timm.layers.set_fused_attn(False)\`. calflops and ptflops do not see \`a @ b\`, only \`torch.matmul(a, b)\`; tools that count
  modules do not see \`x.softmax(-1)\`.
- **\`F.interpolate\` and \`F.avg_pool2d\`** are functions: thop and torchstat do not see them, but see \`nn.Upsample\` and
  \`nn.AvgPool2d\`. Given a size, calflops counts that size's product, once for all channels.
- **\`nn.Conv1d\`** (ECA's gate) counts 0 in torchstat; in \`.lfer\` it is a convolution with one-row kernels.
- **onnx-tool** counts the arithmetic on shapes that an exporter leaves in a file: 91 in PyTorch's export of ShuffleNetV2.

These tests compare with the tools themselves, to the last integer: \`test/analysis/exact-counts.json\` (twelve networks, seven tools),
\`test/analysis/torchvision-counts.json\` (twenty networks of torchvision and similar ones, eight tools),
\`test/analysis/network-counts.json\` (twenty-nine of timm and others, seven tools, with the script that ran them; seven of them were
written from these docs alone, \`test/analysis/strangers/\`) and \`test/analysis/peers/\` (a small network for each op, all tools,
with the scripts that ran them).

## Memory and receptive field

- **Weights**: four bytes per trained number.
- **Peak activations**: batch 1, nodes in the order they are emitted. A value is held from the node that makes it to the last that
  reads it, the picture from the start, outputs to the end. Weights and an engine's scratch memory are not included. *In place*
  lets element-wise activations, batch norms and reshapes overwrite an input that no later node reads, but never the picture.
- **Receptive field**: side lengths of the region of the picture that one cell sees, along the path with the largest windows:
  \`size += (span - 1) * jump\`, then \`jump *= stride\`, with \`span = dilation * (kernel - 1) + 1\`. It may extend past the picture's
  edge.
  - After a transposed convolution or a \`resize\`, neighbours are less than a cell of the smaller map apart: a window of \`n\`
    neighbours then sees \`ceil((n - 1) * jump / before) + 1\` of its cells, where \`before\` is the smaller map's jump. The number is for
    the cells that see most; after several upsamplings it may be a cell of the smaller map too large.
  - If an op mixes whole rows or columns and keeps the map (softmax or a norm over them, attention, a gate from a global pool),
    every later cell sees the whole picture along that axis: the side is the picture's, or the windows' if they reach further, and
    \`stats\` names the first such node (\`whole\` in JSON, rows and columns separately).
  - A value without rows and columns (after a global pool, or \`flatten\` and \`linear\`) is not a map and is not included: it always
    sees everything, which says nothing about the network.
  - Rows and columns are followed through \`reshape\` and \`transpose\`; attention in windows sees its windows.
    Cells of a \`grid\` are counted as if they could see their neighbours.
`;

/** docs/counting.md: every convention's rules, what confirms them, and what no static counter can know; and src's part of that. */
export async function generateCountingDoc(): Promise<GeneratedFile[]> {
  const units = allConventions.flatMap((name) =>
    conventions[name].map((quantity) => [name, quantity, conventionTable(name).tool]),
  );
  const letters = Object.entries(factSymbols).map(([symbol, { meaning }]) => [`\`${symbol}\``, meaning]);
  const text = `${markdownNote("src/analysis/conventions/")}

# What each counter counts

Tools do not agree on what a "FLOP" is: some of those below print multiply-accumulates under that name, some twice that number,
some add the operations of normalisation or pooling. So \`lferc\` never prints a bare "flops": every count names its convention and its
unit. \`lferc stats --convention all\` shows them side by side, \`lferc stats --explain LAYER\` the sum behind each.

- **macs**: multiply-accumulates, one for a product and the addition that uses it.
- **madds**: multiplications plus additions, 2 K - 1 for a sum of K products.
- **flops**: two for each multiply-accumulate, or what the named tool calls flops.
- **mult_adds**, **activations**: torchinfo's and fvcore's own counts.

By default \`lferc stats\` shows fvcore's macs and activations, which most model cards quote. All counts are for batch 1 and
exact: one beyond 2^53 - 1 is rejected. Shared parameters count once, their operations at every use.

${table(["convention", "unit", "counter"], units)}
## Letters in the formulas

${table(["letter", "meaning"], letters)}
## Conventions

${allConventions.map(section).join("\n")}
${held()}
${unknowable}`;
  return [generateAsked(), { path: "docs/counting.md", text }];
}
