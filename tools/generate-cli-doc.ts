import { commandHelp } from "../src/cli/command-help.js";
import { commands } from "../src/cli/commands.js";
import { helpText } from "../src/cli/main.js";
import { version } from "../src/version.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

/** docs/cli.md: the help of lferc and of each command, as printed. */
export async function generateCliDoc(): Promise<GeneratedFile[]> {
  const sections: string[] = [];
  for (const command of commands) {
    sections.push(`## lferc ${command.name}\n\n\`\`\`\n${await commandHelp(command, 100)}\`\`\`\n`);
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
