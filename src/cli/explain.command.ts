import type { CommandModule } from "yargs";
import { catalogue } from "../diagnostics/catalogue.js";
import { diagnose } from "../diagnostics/diagnostic.js";
import type { Entry, Example } from "../diagnostics/entry.js";
import { suggest } from "../diagnostics/suggest.js";
import { wrapText } from "../diagnostics/wrap-text.js";
import { type ExitCode, runCommand, type Session } from "./session.js";
import { widthOn } from "./terminal.js";

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

/** The first sentence of a text. */
const firstSentence = (text: string): string => /^.*?[.?!](?= |$)/s.exec(text)?.[0] ?? text;

/** These codes with a line each: columns on a terminal of this width, unwrapped elsewhere. */
export function codeList(codes: readonly string[], width: number | undefined): string {
  const column = Math.max(...codes.map((code) => code.length)) + 2;
  const wrapping = { width, margin: " ".repeat(column), taken: column };
  return codes
    .map((code) => `${code.padEnd(column)}${wrapText(firstSentence(entries[code]?.explanation ?? ""), wrapping)}\n`)
    .join("");
}

async function explain(session: Session, args: ExplainArguments): Promise<ExitCode> {
  if (args.code === undefined) {
    session.print(codeList(Object.keys(entries), widthOn(process.stdout)));
    return 0;
  }
  // A code is often copied with its brackets.
  const code = args.code.replace(/^\[|\]$/g, "");
  // The codes of a phase, by its name.
  const ofPhase = Object.keys(entries).filter((each) => each.startsWith(`${code.replace(/\/\*?$/, "")}/`));
  if (ofPhase.length > 0) {
    session.print(codeList(ofPhase, widthOn(process.stdout)));
    return 0;
  }
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
    "Explains a diagnostic, and shows a file that gives it and the same file fixed. Without a code, lists all codes, each with what it is about.",
  builder: (yargs) =>
    yargs
      .positional("code", {
        type: "string",
        describe: "the code in brackets before a message: shape/not-divisible; or a phase: shape",
      })
      .example("lferc explain shape/not-divisible", "why it is an error, and how to fix it")
      .example("lferc explain", "list all codes")
      .example("lferc explain weights", "list those about weights"),
  handler: (args) => runCommand((session) => explain(session, args)),
};
