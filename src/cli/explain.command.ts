import type { CommandModule } from "yargs";
import { catalogue } from "../diagnostics/catalogue.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import type { Entry, Example } from "../diagnostics/entry.js";
import { suggest } from "../diagnostics/suggest.js";
import { type ExitCode, runCommand, type Session } from "./session.js";

interface ExplainArguments {
  readonly code?: string | undefined;
}

const entries = catalogue as unknown as Readonly<Record<string, Entry<never>>>;

const indented = (text: string): string => text.trimEnd().replace(/^(?=.)/gm, "  ");

function exampleText(example: Example): string {
  if (typeof example === "string") return indented(example);
  if ("command" in example) return indented(`$ ${String(example.command)}`);
  return Object.entries(example)
    .map(([file, text]) => `${indented(`// ${file}`)}\n${indented(text)}`)
    .join("\n\n");
}

/** The text of `lferc explain CODE`. */
export function explanationText(code: string, entry: Entry<never>): string {
  return `${code} (${entry.severity})

${entry.explanation}

Gives it:

${exampleText(entry.bad)}

Fixed:

${exampleText(entry.good)}
`;
}

async function explain(session: Session, args: ExplainArguments): Promise<ExitCode> {
  if (args.code === undefined) {
    session.print(`${Object.keys(entries).join("\n")}\n`);
    return 0;
  }
  // A code is often copied with its brackets.
  const code = args.code.replace(/^\[|\]$/g, "");
  const entry = Object.hasOwn(entries, code) ? entries[code] : undefined;
  if (entry === undefined) {
    const codes = Object.keys(entries);
    // The part after the slash is easier to remember than the phase before it.
    const suggestion = codes.find((each) => each.endsWith(`/${code}`)) ?? suggest(code, codes);
    session.report([diagnose("tool/unknown-code", { code, suggestion })]);
    return 2;
  }
  session.print(explanationText(code, entry));
  return 0;
}

export const explainCommand: CommandModule<object, ExplainArguments> = {
  command: "explain [code]",
  describe:
    "Explains a diagnostic, and shows a file that gives it and the same file fixed. Without a code, lists all codes.",
  builder: (yargs) =>
    yargs
      .positional("code", { type: "string", describe: "the code in brackets before a message: shape/not-divisible" })
      .example("lferc explain shape/not-divisible", "why it is an error, and how to fix it")
      .example("lferc explain", "list all codes"),
  handler: (args) => runCommand((session) => explain(session, args)),
};
