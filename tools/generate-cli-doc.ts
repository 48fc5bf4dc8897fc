import { commandParser } from "../src/cli/command-help.js";
import { commands } from "../src/cli/commands.js";
import { helpText } from "../src/cli/main.js";
import { version } from "../src/version.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

/** docs/cli.md: the help of lferc and of each command, as printed. */
export async function generateCliDoc(): Promise<GeneratedFile[]> {
  const sections: string[] = [];
  for (const command of commands) {
    const parser = commandParser(await command.load()).wrap(100);
    // Parsing is what brings a command's own flags in; its help then is the one that `lferc NAME --help` prints.
    const help = await new Promise<string>((resolve, reject) => {
      parser.parse([command.name, "--help"], {}, (error, _args, output) => (error ? reject(error) : resolve(output)));
    });
    sections.push(`## lferc ${command.name}\n\n\`\`\`\n${help.trimEnd().replace(/[ \t]+$/gm, "")}\n\`\`\`\n`);
  }
  const text = `${markdownNote("the commands' own help")}

# The command line

\`\`\`
${helpText().replace(`lferc ${version}`, "lferc").trimEnd()}
\`\`\`

Data goes to stdout; diagnostics, talk and progress go to stderr. \`NO_COLOR\`, pipes and CI get plain text, \`FORCE_COLOR=1\` asks
for colours. A reader that goes away early (\`lferc stats ... | head -1\`) is no error.

${sections.join("\n")}`;
  return [{ path: "docs/cli.md", text }];
}
