/** A name for a block, from what it does and from the file's scopes. */

import { nameOf, present } from "./render-layers.js";
import type { Template } from "./template.js";
import { isProduct, operatorOf } from "./tensor-operators.js";

const camel = (word: string): string =>
  word
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("")
    .replace(/\d+$/, "");

export function nameBlock(tokens: Template, scopes: readonly string[]): string {
  const layers = tokens.flatMap((token) => ("layers" in token ? present(token.layers).slice(0, 1) : []));
  const operators = tokens.flatMap((token) => {
    const [join] = token.kind === "join" ? present(token.layers) : [];
    return join?.kind === "op" ? [operatorOf(join.site.op) ?? ""] : [];
  });
  if (operators.length === 1 && isProduct(operators[0])) return "Gate";
  if (operators.length === 0 && layers.length <= 4 && layers.every(({ kind }) => kind === "op")) {
    const words = layers.slice(0, 2).map((layer) => camel(nameOf(layer)));
    return words.join("");
  }
  const scope = scopes.at(-1) ?? "";
  const own = camel(scope.replace(/_?\d+$/, ""));
  return /^[A-Z][A-Za-z0-9]{2,30}$/.test(own) ? own : "Unit";
}
