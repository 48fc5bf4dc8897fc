import type { Convention } from "../src/analysis/convention.js";
import { conventionTable } from "../src/analysis/conventions.js";
import { factSymbols } from "../src/analysis/facts.js";
import { allConventions } from "../src/analysis/stats.js";
import { type ConventionName, conventions, type Quantity } from "../src/recipe/measures.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

const cell = (text: string): string => text.replaceAll("|", "\\|");

const row = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |\n`;

const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string =>
  row(titles) + row(titles.map(() => "---")) + rows.map(row).join("");

/** Ops that one rule treats alike stand in one line. */
function rulesTable(table_: Convention, quantities: readonly Quantity[]): string {
  const groups = new Map<string, { readonly ops: string[]; readonly cells: readonly string[] }>();
  for (const [op, rule] of Object.entries(table_.rules)) {
    const cells =
      rule.kind === "zero"
        ? [...quantities.map(() => "0"), rule.why]
        : [...quantities.map((quantity) => `\`${rule.formulas[quantity]}\``), rule.source];
    const key = JSON.stringify(cells);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { ops: [op], cells });
    else group.ops.push(op);
  }
  const rows = [...groups.values()].map(({ ops, cells }) => [ops.join(", "), ...cells]);
  return table(["ops", ...quantities, "where it says so, or why nothing"], rows);
}

function section(name: ConventionName): string {
  const convention = conventionTable(name);
  const readings = convention.readings.map((reading) => `- ${reading}\n`).join("");
  return `### ${name}

${convention.tool}. ${convention.unit}

${readings === "" ? "" : `${readings}\n`}${rulesTable(convention, conventions[name])}`;
}

const unknowable = `## What a graph cannot know

A counter that hooks into PyTorch counts what the author happened to write, not what the network computes. The same
network gives other figures when its author uses functions where another uses layer objects. \`lferc\` reads every network in
one way: **every layer is a module of its own, none is used twice by accident, and arithmetic is written with operators.**
So these known differences remain, each with its cause:

- **thop** counts 0 for an adaptive pool called as a function, and \`(A + 1) * O\` for the same pool as a layer. torchvision's
  \`mobilenet_v2\` and \`densenet121\` call the function (62,720 + 1,280 and 50,176 + 1,024 less than our reading), \`resnet50\` has
  the layer. In \`.lfer\` the choice is \`global_avg_pool\` (a layer) or \`mean(axes: [2, 3])\` (a method).
- **torchstat** does not see functions: torchvision's \`densenet121\` calls its last ReLU as one (50,176 less), \`googlenet\` all of
  them. And it keeps only the last call of a module that is called twice: \`resnet50\` reuses its ReLU. \`lferc\` counts every call.
- **ptflops** (pytorch backend) counts a module twice when the module calls a function that is patched as well (nn.ReLU, pools),
  and sees \`torch.add(a, b)\` but not \`a + b\`.
- **torchvision's \`googlenet\`** has 13,004,888 parameters, of which 6,379,984 are auxiliary heads that its counted graph never
  runs: 6,624,904 without. \`lferc\` gives the latter as \`total\` and the former part as \`trainingOnly\`.
- **EfficientFace's modulator** pools its map by a function that calflops sees (116 * 28 * 28 = 90,944) and the others do not.
  \`models/efficientface.lfer\` writes a mean there, which none of them sees.
- **keras**: TensorFlow runs a dilated convolution on the CPU as a plain one over a map padded to multiples of the dilation and
  counts that; Keras 3 hides grouped convolutions in a compiled call that the profiler does not see into.
- **timm** has layers of its own types: its \`BatchNormAct2d\` (in MobileNet, EfficientNet, GhostNet and others), \`Linear\` and
  \`LayerNorm\` are not the types that thop, torchstat and torchinfo look for, so that these leave their work out. Held to
  \`lferc\`'s figures are timm's networks with PyTorch's own layers in their places; fvcore, calflops, ptflops' aten backend and
  PyTorch's counter see no difference.
- **Attention**: \`F.scaled_dot_product_attention\` and \`nn.MultiheadAttention\` are one fused op, which fvcore leaves out, while
  \`q @ k\` and a softmax are two matrix products, which it counts. \`.lfer\` writes the products: ask timm by
  \`timm.layers.set_fused_attn(False)\`. calflops does not see \`a @ b\`, only \`torch.matmul(a, b)\`; and nobody who looks for
  modules sees \`x.softmax(-1)\`.
- **\`F.interpolate\` and \`F.avg_pool2d\`** are functions: thop and torchstat do not see them, as they do \`nn.Upsample\` and
  \`nn.AvgPool2d\`. Given a size, calflops counts that size's product, once for all channels.
- **\`nn.Conv1d\`** (ECA's gate) is nothing to torchstat; in \`.lfer\` it is a convolution with kernels of one row.
- **onnx-tool** counts the arithmetic on shapes that an exporter leaves in a file: 91 in PyTorch's export of ShuffleNetV2.

Held to the tools themselves, to the last integer: \`test/analysis/exact-counts.json\` (twelve networks, seven tools),
\`test/analysis/torchvision-counts.json\` (twenty networks of torchvision's and their like, eight tools),
\`test/analysis/network-counts.json\` (twenty-nine of timm's and others, seven tools, with the script that asked them; seven of them were written from these docs
alone, \`test/analysis/strangers/\`) and
\`test/analysis/peers/\` (small networks that between them use most ops, with the scripts that asked the tools).

## Memory and receptive field

- **Weights**: four bytes for each trained number.
- **Peak activations**: batch 1, nodes in the order they are emitted; a value is held from the node that makes it to the last that
  reads it, the picture from the start, outputs to the end. Weights and the scratch memory of an engine are not in it. *In place*
  lets element-wise activations, batch norms and reshapes write over an input that nobody reads any more, never over the picture.
- **Receptive field**: side lengths of the patch of the picture that one cell sees, along the path with the largest windows:
  \`size += (span - 1) * jump\`, then \`jump *= stride\`, with \`span = dilation * (kernel - 1) + 1\`. It may pass the picture's edge.
  Behind a transposed convolution or a \`resize\`, neighbours lie less than a cell of the smaller map apart: a window of \`n\`
  neighbours then sees \`ceil((n - 1) * jump / before) + 1\` of its cells, \`before\` being the smaller map's jump. The figure is that
  of the cells that see most; where several enlargements follow each other it may be a cell of the smaller map too large.
  Where an op mixes whole rows or columns and leaves a map (softmax or a norm over them, attention, a gate made by a global pool),
  every cell behind it sees all of the picture that way: the side is the picture's, or the windows' where those reach further, and
  \`stats\` names the first such node (\`whole\` in JSON, rows and columns apart). What has neither rows nor columns left (behind a
  global pool, or \`flatten\` and \`linear\`) is no map and does not count: all of it sees everything, which would say nothing of the
  network. Rows and columns are followed through \`reshape\` and \`transpose\`; attention in windows sees its windows.
  Cells of a \`grid\` are counted as if they could see their neighbours.
`;

/** docs/counting.md: every convention's rules, and what no static counter can know. */
export async function generateCountingDoc(): Promise<GeneratedFile[]> {
  const units = allConventions.flatMap((name) =>
    conventions[name].map((quantity) => [name, quantity, conventionTable(name).tool]),
  );
  const letters = Object.entries(factSymbols).map(([symbol, { meaning }]) => [`\`${symbol}\``, meaning]);
  const text = `${markdownNote("src/analysis/conventions/")}

# What each counter counts

Nobody agrees on what a "FLOP" is: of the tools below some print multiply-accumulates under that name, some twice that number,
some add the work of normalisation or pooling. So \`lferc\` never prints a bare "flops": every figure names its convention and its
unit. \`lferc stats --convention all\` shows them side by side, \`lferc stats --explain LAYER\` the sum behind each.

- **macs**: multiply-accumulates, one for a product and the addition that takes it up.
- **madds**: multiplications plus additions, 2 K - 1 for a sum of K products.
- **flops**: two for each multiply-accumulate, or what the named tool calls so.
- **mult_adds**, **activations**: torchinfo's and fvcore's own figures.

Unless told, \`lferc stats\` shows fvcore's macs and activations, which model cards mostly quote. All figures are for batch 1, and
exact: one beyond 2^53 - 1 is refused. Parameters that layers share count once, their work at every use.

${table(["convention", "unit", "counter"], units)}
## Letters of the formulas

${table(["letter", "meaning"], letters)}
## Conventions

${allConventions.map(section).join("\n")}
${unknowable}`;
  return [{ path: "docs/counting.md", text }];
}
