/**
 * The language by grammar/lfer.ebnf and the remark at its end, independently of the parser: the executed parser is compared with it. What
 * the file's rules cannot express is added here as rules, each with the sentence of the remark that says it.
 */
import { recogniser, type Terminals } from "./earley.js";
import { beginningOtherwise, type Production, type Rules, readGrammarFile, readRules } from "./ebnf.js";
import { Sentences } from "./grammar-sentences.js";

const file = readGrammarFile();
const written = readRules(file.rules);

/** `operand` without its prefixes: the tightest level of `operation`. */
function primary(): Production {
  const operand = written.get("operand");
  if (operand?.kind !== "sequence" || operand.parts[0]?.kind !== "repetition") {
    throw new Error("operand has another form");
  }
  return { kind: "sequence", parts: operand.parts.slice(1) };
}

/** `operation` by the remark's table, loosest level first; `comparison` has a comparison at its top. */
function levels(): string {
  const table = [...file.remark.matchAll(/^ {5}\d {2}(.+)$/gm)].map(([, list = ""]) => list.split("  "));
  const nameOf = (i: number): string => (i === table.length ? "primary" : `level_${i + 1}`);
  const minus = table.findIndex((all) => all.includes("- operand"));
  const lines = table.map((operators, i) => {
    const next = nameOf(i + 1);
    const [prefix] = operators.flatMap((o) => /^(\S+) operand$/.exec(o)?.[1] ?? []);
    if (prefix !== undefined) return `${nameOf(i)} = { "${prefix}" } ${next} ;`;
    const operator = `( ${operators.map((o) => `"${o}"`).join(" | ")} )`;
    const right = `${operator} ${i > minus ? '{ "-" } ' : ""}${next}`;
    if (operators.includes("==")) return `${nameOf(i)} = ${next} [ ${right} ] ; comparison = ${next} ${right} ;`;
    return `${nameOf(i)} = ${next} { ${right} } ;`;
  });
  return [`operation = ${nameOf(0)} ;`, ...lines].join("\n");
}

const remarks: readonly (readonly [string, string])[] = [
  ["the higher binds tighter.", levels()],
  ["comparisons do not chain.", ""],
  ["`-` may follow any operator, `not` only a looser one.", ""],
  ["`N` labels no parameter.", `param = PARAMETER ":" type [ "=" expression ] ;`],
  [
    "In a list `..` has exactly one expression before it.",
    `list = "[" ( [ expression { "," expression } [ "," ] ] | expression [ "," ] ".." expression ) "]" ;`,
  ],
  [
    "A claim is a comparison, or one in parentheses.",
    `claim = claimed [ "within" operation ] ; claimed = comparison | "(" claimed ")" ;`,
  ],
  ["The edition is 1.", `source_file = [ "lfer" "1" ] { import } { declaration } ;`],
];
const unsaid = remarks.filter(([said]) => !file.remark.replace(/\s+/g, " ").includes(said));
if (unsaid.length > 0) throw new Error(`the EBNF does not say: ${unsaid.map(([said]) => said).join(" ")}`);

/** A superset of the texts of the language. */
export const widest: Rules = new Map([
  ...written,
  ...readRules(remarks.map(([, rules]) => rules).join("\n")),
  ["primary", primary()],
]);

/** The endings of the names of rules that differ from others only in what they may begin with. */
export const copied = "_behind_another";

/**
 * A subset of the language. There are no separators between claims, so `(`, `[` and `-` continue the previous claim if they can: of the
 * parses that the EBNF allows the parser finds one, and no more is required.
 */
export const narrowest: Rules = new Map([
  ...widest,
  ...beginningOtherwise(widest, "claim", ["(", "[", "-"], copied),
  ...readRules(`check = "check" NAME [ arguments ] "{" [ claim { claim${copied} } ] "}" ;`),
]);

/** Every literal of the rules, and an example of every other token. */
export const someTokens: readonly string[] = [...literalsOf([...widest.values()]), "a", "y", "2", '"s"'];

function literalsOf(productions: readonly Production[]): ReadonlySet<string> {
  return new Set(
    productions.flatMap((p): readonly string[] => {
      if (p.kind === "literal") return [p.text];
      return [...literalsOf("parts" in p ? p.parts : "part" in p ? [p.part] : [])];
    }),
  );
}

const literals = literalsOf([...widest.values()]);
/** Keywords that are names too: "`lfer`, `from` and `training` are names wherever their phrase is not meant". */
const soft = ["lfer", "from", "training"];

/** The possible terminals of a token, by the remark: labels and bindings are names at the places where the rules expect them. */
function terminalsOf(token: string, before: string | undefined): Terminals {
  const itself = `"${token}"`;
  if (token.startsWith('"')) return new Set(["STRING"]);
  if (/^\d/.test(token)) return new Set(["NUMBER", itself]);
  if (!/^[A-Za-z_]/.test(token)) return new Set([itself]);
  const labels = token === "N" ? ["LABEL"] : ["LABEL", "PARAMETER"];
  if (before === "." || !literals.has(token)) return new Set(["NAME", "BINDING", ...labels]);
  return new Set([itself, ...labels, ...(soft.includes(token) ? ["NAME", "BINDING"] : [])]);
}

/** Whether tokens are a file: true, false, or undefined where the EBNF leaves it open. */
export function isFile(tokens: readonly string[]): boolean | undefined {
  const terminals = tokens.map((token, i) => terminalsOf(token, tokens[i - 1]));
  if (mustBe.accepts(terminals)) return true;
  return mayBe.accepts(terminals) ? undefined : false;
}
const mustBe = recogniser(narrowest, "source_file");
const mayBe = recogniser(widest, "source_file");

const labels = ["kernel", "if", "model", "as"];
export const sentences = new Sentences(narrowest, {
  NAME: ["a", "b", "conv", "x_1", "from", "lfer", "training", "float32"],
  BINDING: ["y", "z", "training", "from"],
  LABEL: [...labels, "N"],
  PARAMETER: labels,
  NUMBER: ["1", "2.5", "1_000", "3e-2", "1.29M", "50%", "12ms", "007"],
  STRING: ['"s"', '""', '"a \\"b\\" // c"', '"\\u{41}"'],
});

/** The rules with which sentences may begin: all of them are files. */
export const starts = ["source_file", "const", "block", "function", "model", "variant", "recipe", "check"];

const gaps = ["\n", "\n\n\n", "  ", " // a remark\n", "\n// on its own\n", "\n\n// with blanks\n\n", "\r\n"];

/** The tokens as a text, with spaces, line breaks and comments between them, which have no meaning. */
export function spaced(tokens: readonly string[], random: () => number): string {
  const isPlain = random() < 0.4;
  return tokens
    .map((token) => `${token}${isPlain || random() < 0.8 ? " " : gaps[Math.floor(random() * gaps.length)]}`)
    .join("");
}
