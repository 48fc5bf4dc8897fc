import { catalogue } from "../src/diagnostics/catalogue.js";
import type { Entry, Example } from "../src/diagnostics/entry.js";
import { renderPretty } from "../src/diagnostics/render-pretty.js";
import { diagnoseText, textsForRendering } from "../src/testing/compile-text.js";
import { type GeneratedFile, markdownNote } from "./generated-file.js";

const entries = Object.entries(catalogue as unknown as Readonly<Record<string, Entry<never>>>);

const block = (language: string, text: string): string => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\`\n`;

function exampleMarkdown(example: Example): string {
  if (typeof example === "string") return block("lfer", example);
  if ("command" in example) return block("sh", String(example.command));
  return Object.entries(example)
    .map(([file, text]) => `\`${file}\`:\n\n${block("lfer", text)}`)
    .join("\n");
}

/** The compiler's output for the bad example, if a source text can show it. */
async function answerMarkdown(example: Example): Promise<string> {
  if (typeof example !== "string" && "command" in example) return "";
  const texts = example as string | Readonly<Record<string, string>>;
  const diagnostics = await diagnoseText(texts);
  const rendered = diagnostics.map((diagnostic) => renderPretty(diagnostic, textsForRendering(texts)));
  return `\n${block("text", rendered.join("\n"))}`;
}

async function sectionMarkdown(code: string, entry: Entry<never>): Promise<string> {
  return `### ${code}

${entry.severity === "error" ? "Error" : "Warning"}. ${entry.explanation}

${exampleMarkdown(entry.bad)}${await answerMarkdown(entry.bad)}
Fixed:

${exampleMarkdown(entry.good)}`;
}

/** docs/diagnostics.md: every code with its reason, its example, and the compiler's output for it. */
export async function generateDiagnosticsDoc(): Promise<GeneratedFile[]> {
  const phases = [...new Set(entries.map(([code]) => code.split("/")[0] ?? ""))];
  const parts: string[] = [];
  for (const phase of phases) {
    const own = entries.filter(([code]) => code.startsWith(`${phase}/`));
    const sections = await Promise.all(own.map(([code, entry]) => sectionMarkdown(code, entry)));
    parts.push(`## ${phase}\n\n${sections.join("\n")}`);
  }
  const text = `${markdownNote("src/diagnostics/catalogue/")}

# Diagnostics

Every message of lferc has a code, \`phase/what-is-wrong\`. Codes are part of the interface: they are not renamed in a minor
release. \`lferc explain CODE\` prints its section of this page.

${parts.join("\n")}`;
  return [{ path: "docs/diagnostics.md", text }];
}
