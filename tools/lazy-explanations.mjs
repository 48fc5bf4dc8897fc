// Turns the parts of the catalogue that only `lferc explain` shows (explanations and examples, most of its text) into getters: the code
// of a function that is not called is not compiled, and its strings are not created.
import { readFile } from "node:fs/promises";
import { transform } from "esbuild";

/** The properties of an entry as esbuild prints them, each at the beginning of a line. */
const property = /^ {4}(explanation|bad|good): /gm;

/** The end of the expression at `from`: the first comma or closing bracket outside its own brackets. */
function endOfExpression(code, from) {
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    const sign = code[at];
    if (sign === '"' || sign === "'" || sign === "`") at = endOfString(code, at);
    else if ("([{".includes(sign)) depth++;
    else if (")]}".includes(sign)) {
      if (depth === 0) return at;
      depth--;
    } else if (sign === "," && depth === 0) return at;
  }
  throw new Error("the catalogue has an expression without an end");
}

/** The index of the quote that ends the string that begins at `from`. */
function endOfString(code, from) {
  const quote = code[from];
  for (let at = from + 1; at < code.length; at++) {
    if (code[at] === "\\") at++;
    else if (code[at] === quote) return at;
    else if (quote === "`" && code.startsWith("${", at)) at = endOfExpression(code, at + 2);
  }
  throw new Error("the catalogue has a string without an end");
}

const getter = (name, expression) => `get ${name}() { return ${expression}; }`;

/** The same module, with `written(name, expression)` in place of each of these properties: getters, unless told otherwise. */
export function rewritten(code, written = getter) {
  let made = "";
  let done = 0;
  property.lastIndex = 0;
  for (let found = property.exec(code); found !== null; found = property.exec(code)) {
    const from = found.index + found[0].length;
    const end = endOfExpression(code, from);
    made += `${code.slice(done, found.index)}    ${written(found[1], code.slice(from, end).trim())}`;
    done = end;
    property.lastIndex = end;
  }
  return made + code.slice(done);
}

const plugin = (name, written) => ({
  name,
  setup(build) {
    build.onLoad({ filter: /[\\/]src[\\/]diagnostics[\\/]catalogue[\\/].*\.ts$/ }, async ({ path }) => {
      const { code } = await transform(await readFile(path, "utf8"), { loader: "ts", sourcefile: path });
      return { contents: rewritten(code, written), loader: "js" };
    });
  },
});

/** For esbuild. */
export const lazyExplanations = plugin("lazy explanations");

/** For esbuild, to measure what a command loads besides: the same without those functions, which it never calls. */
export const noExplanations = plugin("no explanations", (name) => `${name}: ""`);
