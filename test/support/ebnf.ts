/** Parses a grammar in EBNF, such as grammar/lfer.ebnf, independently of the parser. */
import { readFileSync } from "node:fs";

export type Production =
  | { readonly kind: "literal"; readonly text: string }
  /** A token without a fixed text: `NAME`, `NUMBER`. */
  | { readonly kind: "class"; readonly name: string }
  | { readonly kind: "rule"; readonly name: string }
  | { readonly kind: "sequence" | "choice"; readonly parts: readonly Production[] }
  | { readonly kind: "option" | "repetition"; readonly part: Production };

export type Rules = ReadonlyMap<string, Production>;

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The productions of `NAME = ... ;` after `NAME = ... ;`. */
export function readRules(text: string): Rules {
  const words = text.match(/"[^"]*"|\w+|\S/g) ?? [];
  let at = 0;
  const take = (wanted: string): void => {
    if (words[at] !== wanted) throw new Error(`\`${wanted}\` expected, not \`${words[at]}\``);
    at++;
  };
  const primary = (): Production => {
    const word = words[at++] ?? "";
    const close = closing[word];
    if (close !== undefined) {
      const part = choice();
      take(close);
      return word === "(" ? part : { kind: word === "[" ? "option" : "repetition", part };
    }
    if (word.startsWith('"')) return { kind: "literal", text: word.slice(1, -1) };
    if (!/^\w+$/.test(word)) throw new Error(`nothing of EBNF begins with \`${word}\``);
    return { kind: /^[A-Z]/.test(word) ? "class" : "rule", name: word };
  };
  const sequence = (): Production => {
    const parts: Production[] = [];
    while (at < words.length && !/^[|;)\]}]$/.test(words[at] ?? "")) parts.push(primary());
    return parts.length === 1 ? (parts[0] as Production) : { kind: "sequence", parts };
  };
  const choice = (): Production => {
    const parts = [sequence()];
    for (; words[at] === "|"; parts.push(sequence())) at++;
    return parts.length === 1 ? (parts[0] as Production) : { kind: "choice", parts };
  };
  const rules = new Map<string, Production>();
  while (at < words.length) {
    const name = words[at++] ?? "";
    take("=");
    if (rules.has(name)) throw new Error(`${name} is defined twice`);
    rules.set(name, choice());
    take(";");
  }
  return rules;
}

/** The file: its rules, and the remark at its end on what rules cannot express. */
export function readGrammarFile(): { readonly rules: string; readonly remark: string } {
  const text = readFileSync(new URL("../../grammar/lfer.ebnf", import.meta.url), "utf8");
  const [, rules, remark] = /^\(\*.*?\*\)\n(.*?)\(\*(.*)\*\)\s*$/s.exec(text) ?? [];
  if (rules === undefined || remark === undefined) throw new Error("grammar/lfer.ebnf has another form");
  return { rules, remark };
}

/** The sentences of a rule that begin with none of `first`, as rules with the others' names plus `suffix`. */
export function beginningOtherwise(rules: Rules, start: string, first: readonly string[], suffix: string): Rules {
  const found = new Map<string, Production>();
  const never: Production = { kind: "choice", parts: [] };
  const sequence = (parts: readonly Production[]): Production => {
    const [head, ...rest] = parts;
    if (head === undefined) return never;
    const begun: Production = { kind: "sequence", parts: [restricted(head), ...rest] };
    if (head.kind === "option") return { kind: "choice", parts: [begun, sequence(rest)] };
    if (head.kind !== "repetition") return begun;
    const repeated: Production = { kind: "sequence", parts: [restricted(head.part), ...parts] };
    return { kind: "choice", parts: [repeated, sequence(rest)] };
  };
  const restricted = (production: Production): Production => {
    switch (production.kind) {
      case "literal":
        return first.includes(production.text) ? never : production;
      case "class":
        return production;
      case "rule": {
        const name = `${production.name}${suffix}`;
        if (!found.has(name)) {
          found.set(name, never);
          found.set(name, restricted(rules.get(production.name) ?? never));
        }
        return { kind: "rule", name };
      }
      case "sequence":
        return sequence(production.parts);
      case "choice":
        return { kind: "choice", parts: production.parts.map(restricted) };
      default:
        return restricted(production.part);
    }
  };
  restricted({ kind: "rule", name: start });
  return found;
}
