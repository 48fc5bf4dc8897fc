import { commandHelp } from "../src/cli/command-help.js";
import { commands } from "../src/cli/commands.js";
import { helpText } from "../src/cli/main.js";
import { version } from "../src/version.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

/** What a command's help is too short for. */
const notes: Readonly<Record<string, string>> = {
  stats: `Several models, or a folder with several, give one table of totals; \`--depth N\` shows each model's layers instead. For
programs (\`json\`, \`csv\`) every model is there whole, one after another.

\`--against\` holds the models against what they were. Layers belong together by their paths; one that is alike in all but the
path has moved, and costs nothing. Models belong together by their names; one on each side always, so that two networks can be
compared too. With \`--set\`, both sides get the setting. In a workflow for pull requests, a record of the base branch serves:

\`\`\`sh
git checkout -q "$BASE" && npx --no lferc stats models --format json > /tmp/base.json
git checkout -q "$HEAD" && npx --no lferc stats models --against /tmp/base.json --format markdown > comment.md
\`\`\`

or one older file, which finds its imports from where it lies: \`git show main:models/net.lfer > models/net.old.lfer\`. The exit
code says whether there was a mistake, not whether something changed; that is for \`lferc check\` and a budget. As JSON each
model is one object on its line: \`status\` (\`unchanged\`, \`changed\`, \`added\`, \`removed\`), every total as \`before\`, \`after\`
and \`delta\` (null where a side does not have it), and \`layers\` that were \`added\`, \`removed\`, \`changed\` or \`moved\`.

An ONNX file is counted by the same rules, whoever wrote it: its nodes are read as lfer's ops, and what exporters spell out in
several nodes (layer and group norm, GELU, SiLU, mish, channel shuffle, a linear layer over tokens) is put together again.
An op that lferc does not count is an error that names it: there is no total with a hole in it. What has to be read into a file:

- Its batch is 1 or open; other open sizes are said by name, \`--set height=224\`. It is float32.
- Float tensors of more than one number are parameters, but for the means and variances of batch norms. Weights are measured, not
  read, so that files with external data count without it. An \`Identity\` of a weight is a weight of its own: that is how
  PyTorch's exporter writes weights that are equal.
- Exporters fold batch norms into convolutions, unless told not to (\`training=TrainingMode.PRESERVE, do_constant_folding=False\`):
  then norms are missing from every total, and biases are there that the source does not have. The multiplications of convolutions
  stay the same. PyTorch's dynamo exporter writes adaptive average pools as means, which some counters do not count.
- Of the ops that lferc writes itself, these come back as their parts: resizing by what is no whole number, adaptive pools of
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

Data goes to stdout; diagnostics, talk and progress go to stderr. \`NO_COLOR\`, pipes and CI get plain text, \`FORCE_COLOR=1\` asks
for colours. A reader that goes away early (\`lferc stats ... | head -1\`) is no error.

\`--watch\` (check, stats, build) stays and answers again whenever a file that was read changes: the file itself, what it imports,
weights, files that were looked for and were not there, and in a folder every \`.lfer\` file that comes or goes. Files may be broken
or gone in between. A terminal's screen is drawn anew; elsewhere each answer goes to stdout as it is, and on stderr a line
\`--- FILE changed\` stands before it. Ctrl-C ends it with exit code 130.

${sections.join("\n")}`;
  return [{ path: "docs/cli.md", text }];
}
