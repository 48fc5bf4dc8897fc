import { commandHelp } from "../src/cli/command-help.js";
import { commands } from "../src/cli/commands.js";
import { helpText } from "../src/cli/main.js";
import { version } from "../src/version.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

/** Explanations that are too long for a command's help. */
const notes: Readonly<Record<string, string>> = {
  stats: `Several models, or a folder with several, give one table of totals; \`--depth N\` shows each model's layers instead. The
formats for programs (\`json\`, \`csv\`) contain every model in full, one after another.

\`--against\` compares the models with an earlier version. Layers are matched by their paths; one that differs only in its
path counts as moved, and costs nothing. Models are matched by their names; one model on each side is always compared, so
you can also compare two networks. \`--set\` applies to both sides. In a workflow for pull requests, save a record of the base branch:

\`\`\`sh
git checkout -q "$BASE" && npx --no lferc stats models --format json > /tmp/base.json
git checkout -q "$HEAD" && npx --no lferc stats models --against /tmp/base.json --format markdown > comment.md
\`\`\`

or use one older file, whose imports are relative to its location: \`git show main:models/net.lfer > models/net.old.lfer\`. The exit
code reports errors, not changes; for those use \`lferc check\` and a budget. In JSON each
model is one object per line: \`status\` (\`unchanged\`, \`changed\`, \`added\`, \`removed\`), every total as \`before\`, \`after\`
and \`delta\` (null if one side lacks it), and \`layers\` that were \`added\`, \`removed\`, \`changed\` or \`moved\`.

An ONNX file from any tool is counted by the same rules: its nodes are read as lfer's ops, and what exporters expand into
several nodes (layer and group norm, GELU, SiLU, mish, channel shuffle, a linear layer over tokens) is combined again.
An op that lferc cannot count is an error that names it, so no total is incomplete. These rules apply to a file:

- Set open sizes other than the batch by name, \`--set height=224\`. Where the file is for a fixed batch, the figures are for all of
  its samples; a warning says so.
- float16, bfloat16 and float64 are counted as float32, bytes too, and a quantised network (QDQ) as the one that was quantised: nodes that
  quantise and dequantise are passed over, scales and zero points are no parameters. A warning says so.
- What follows from constants and shapes is computed by ONNX's own rules and not counted. Tensors of more than 4096 numbers are not
  computed with.
- A sequence is counted as a map of height 1. Slices with steps, SpaceToDepth, DepthToSpace, Expand, Gather by several constant indices
  and sums of several tensors are read as slices, reshapes, transposes, concatenations and sums.
- Float tensors of more than one number are parameters, except the means and variances of batch norms. Weights are measured, not
  read, so files with external data can be counted without the data. An \`Identity\` of a weight counts as a separate weight, because
  PyTorch's exporter writes equal weights like that.
- Exporters fold batch norms into convolutions by default (to prevent it: \`training=TrainingMode.PRESERVE, do_constant_folding=False\`).
  Then norms are missing from every total, and there are biases that the source does not have. The multiplications of convolutions
  stay the same. PyTorch's dynamo exporter writes adaptive average pools as means, which some counters do not count, and equal tensors
  once: its file of an untrained network has fewer parameters than the network.
- Of lferc's own ops, these are read back as their parts: resizing by a factor that is not an integer, adaptive pools of
  more than one cell to a bin, an even window of local response norm, log-softmax.
`,
};

/** docs/cli.md: the help of lferc and of each command, as printed. */
export async function generateCliDoc(): Promise<GeneratedFile[]> {
  const sections: string[] = [];
  for (const command of commands) {
    sections.push(`## lferc ${command.name}\n\n\`\`\`\n${await commandHelp(command, 100)}\`\`\`\n`);
    const note = notes[command.name];
    if (note !== undefined) sections.push(note);
  }
  const text = `${markdownNote("the commands' own help")}

# The command line

\`\`\`
${helpText().replace(`lferc ${version}`, "lferc").trimEnd()}
\`\`\`

Data goes to stdout; diagnostics, other messages and progress go to stderr. Output is plain text with \`NO_COLOR\`, in pipes and in CI;
\`FORCE_COLOR=1\` forces colours. A reader that closes the pipe early (\`lferc stats ... | head -1\`) is not an error.

\`--watch\` (check, stats, build) runs again whenever a file that was read changes: the file itself, its imports,
weights, files that were not found, and in a folder every \`.lfer\` file that is added or removed. Files may be invalid
or missing in between. On a terminal the screen is redrawn; otherwise each result goes to stdout unchanged, after a line
\`--- FILE changed\` on stderr. Ctrl-C ends it with exit code 130.

${sections.join("\n")}`;
  return [{ path: "docs/cli.md", text }];
}
