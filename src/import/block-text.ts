/** Names and declarations of blocks. */
import { surfaces } from "../ops/registry.js";
import type { BlockParameter } from "./parts.js";

/** Words that a name in a text may not be. */
export const reservedWords: readonly string[] = [
  ...["as", "if", "then", "else", "for", "in", "do", "on", "return", "share", "weight", "require", "and", "or", "not"],
  ...[
    "block",
    "fn",
    "model",
    "variant",
    "recipe",
    "check",
    "const",
    "import",
    "from",
    "input",
    "output",
    "true",
    "false",
  ],
  ...["N", "within", "allow", "training", "lfer", "labels", "picture", "repeat", "grid", "residual", "parallel"],
  ...["height", "dim", "len", "vector", "zeros", "ones", "fill", "uniform", "normal", "float", "int", "bool", "string"],
];

/** Words and layers of the language: a tensor or a number may have none of these names. */
export const reservedNames = (): readonly string[] => [...reservedWords, ...surfaces.keys()];

/** `wanted`, or `wanted2`, `wanted3`... if it is taken. */
export function freeName(taken: Set<string>, wanted: string, between = ""): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i++) name = `${wanted}${between}${i}`;
  taken.add(name);
  return name;
}

/** The value of at least half of the places. */
export function mostCommon<T>(values: readonly (T | undefined)[]): T | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(JSON.stringify(value), (counts.get(JSON.stringify(value)) ?? 0) + 1);
  const [best, count] = [...counts].toSorted(([, a], [, b]) => b - a)[0] ?? ["", 0];
  return 2 * count >= values.length ? values.find((value) => JSON.stringify(value) === best) : undefined;
}

/** The text of a block. */
export function declaration(
  name: string,
  parameters: readonly BlockParameter[],
  statements: readonly string[],
  result: string,
) {
  const list = parameters.map(({ name: own, type, default: usual }) => {
    const given =
      usual === undefined ? "" : ` = ${typeof usual === "object" && "layer" in usual ? usual.layer : usual}`;
    return `${own}: ${type}${given}`;
  });
  const head = `block ${name}${list.length === 0 ? "" : `(${list.join(", ")})`}`;
  const isShort = statements.length === 0 && result.startsWith("x -> ") && result.match(/\bx\b/g)?.length === 1;
  if (isShort) return `${head} = ${result.slice("x -> ".length)}`;
  return `${head} on x {\n${statements.map((each) => `  ${each}\n`).join("")}  return ${result}\n}`;
}
