// Everything about an op is in its file. Elsewhere its name may create a node, be a key of a typed table, or be the pattern of a pass or
// reader in its own file. It may not test what a node is: a list of names would miss the next op, and nothing would fail.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as assert from "uvu/assert";
import { ops } from "../../src/ops/registry.js";
import { literalsOf, withoutComments } from "../../tools/code-literals.js";
import { isNamed, layerOf } from "../../tools/layers.js";
import { suite } from "../support/suite.js";

const names: ReadonlySet<string> = new Set(Object.keys(ops));

/** Code right before a name that makes a node of it. */
const makes = /(?:\b(?:nodes?|binary|applyOpByName)\( ?(?:(?:context|evaluator|this), ?)?|[{,] op: )$/;

/** Code right before a word that is not an op's name. */
const otherWords = /\b(?:kind|mode|form)(?:: | [!=]== )$/;

/** Tests of a part of an op's name: `op.startsWith("reduce_")`. */
const partOfName = /\b(?:op|opName|op\??\.name)\??\.(?:startsWith|endsWith|includes|match|search|indexOf)\(/g;

interface Site {
  readonly line: number;
  readonly found: string;
}

/** The places where a text names ops, except for making nodes. */
function namings(text: string): readonly Site[] {
  const literals = literalsOf(text).flatMap(({ value, line, before }): readonly Site[] => {
    const words = value.split(/[\s,|]+/);
    const isList = words.length > 1 && words.every((word) => names.has(word));
    if (!isList && (!names.has(value) || makes.test(before) || otherWords.test(before))) return [];
    return [{ line, found: `"${value}"` }];
  });
  const lines = withoutComments(text).split("\n");
  const keys = lines.flatMap((code, i): readonly Site[] => {
    const key = /^\s*(\w+): /.exec(code)?.[1] ?? "";
    return names.has(key) ? [{ line: i + 1, found: `${key}:` }] : [];
  });
  const parts = lines.flatMap((code, i) => [...code.matchAll(partOfName)].map(([found]) => ({ line: i + 1, found })));
  // A single such property may be anything; several are a table.
  const isTable = new Set(keys.map(({ found }) => found)).size > 1;
  return [...literals, ...(isTable ? keys : []), ...parts].toSorted((a, b) => a.line - b.line);
}

/** Files and folders that may name ops, and why; `typed` is what makes the compiler compare their tables with the registry. */
const may: Readonly<Record<string, { readonly why: string; readonly typed?: RegExp }>> = {
  "passes/": { why: "each pass names its pattern" },
  "targets/onnx/read/": { why: "each reader names what it makes of ONNX nodes" },
  "step/state-update.ts": { why: "the pattern of merged updates", typed: /satisfies readonly OpName\[\]/ },
  "engines/ort/blocked/flat-update.ts": { why: "how merged updates are written", typed: /Record<MergedOp, / },
  "engines/ort/blocked/folded-norm.ts": { why: "the pattern of a folded norm" },
  "engines/ort/blocked/pooled-norm.ts": { why: "the pattern of a norm before a pool" },
  "engines/ort/blocked/neighbour-ops.ts": { why: "the patterns of lowerings that do a neighbour's work" },
  "engines/ort/blocked/lowerings.ts": {
    why: "the one partial table over ops, listed in docs/architecture-training.md",
    typed: /Partial<Readonly<Record<OpName, /,
  },
  "analysis/conventions/": { why: "exceptions from a family's row", typed: /rulesOf\(/ },
  "semantics/expressions/operators.ts": {
    why: "operators make nodes",
    typed: /Partial<Record<BinaryOperator, OpName>>/,
  },
  "semantics/calls/fold-tensors.ts": { why: "functions of lists make nodes", typed: /Partial<Record<string, OpName>>/ },
  "import/tensor-operators.ts": { why: "operators of the language", typed: /Partial<Record<OpName, string>>/ },
  "targets/tfjs/compile.ts": { why: "the kernels of merged updates", typed: /Record<MergedOp, / },
  // Generated from other tools' results: a list of names in one string, which an unknown name would break.
  "analysis/asked.ts": { why: "which ops a counter was asked about", typed: /from "\.\.\/ops\/registry\.js"/ },
  "targets/tfjs/kernel-forms.ts": { why: "functions of TensorFlow.js, by its names", typed: /KernelForm<K>/ },
};

/** Words that are names of ops and of other things, in files where they mean the other. */
const homonyms: Readonly<Record<string, readonly string[]>> = {
  "cli/build-targets.ts": ['"split"'],
  "cli/build.command.ts": ['"split"'],
  "cli/eval.command.ts": ['"split"'],
  "ir/parse-text.ts": ['"constant"'],
  "ir/text.ts": ['"constant"'],
  "semantics/calls/scalar-functions.ts": ["abs:", "exp:", "log:", "sqrt:", '"sqrt"'],
  "semantics/recipes/recipe-data-checks.ts": ['"resize"'],
  "step/schedules.ts": ['"linear"'],
  "targets/svg/draw-page.ts": ['"linear, matmul"', '"split, reshape"'],
  "targets/svg/fold.ts": ['"equal"'],
  "targets/svg/units.ts": ['"equal"'],
  "targets/tfjs-train/print-state.ts": ['"constant"'],
  "targets/torch-train/print-augmentations.ts": ['"resize"'],
  "training/run-record.ts": ['"identity"'],
  "training/training-manifest.ts": ['"split"'],
  "weights/initialise.ts": ['"constant"'],
};

const src = fileURLToPath(new URL("../../src/", import.meta.url));

/** The files outside src/ops that handle graphs at all. */
const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => {
    const layer = layerOf(path);
    const seesNodes = layer !== undefined && (layer.place === "ir" || isNamed(layer, "ir") || isNamed(layer, "ops"));
    return path.endsWith(".ts") && seesNodes && layer.place !== "ops" && !path.includes("/generated/");
  })
  .toSorted();

const textOf = (path: string): string => readFileSync(join(src, path), "utf8");
const isOf = (path: string, place: string): boolean => (place.endsWith("/") ? path.startsWith(place) : path === place);

suite("names of ops", (test) => {
  test("what asks by a name is found: a comparison, a list, a set, a table, a part of the name", () => {
    for (const text of [
      'if (node.op === "conv2d") return 1;',
      'switch (op) {\n  case "relu":\n    return 1;\n}',
      'const soft = new Set(["softmax", "log_softmax"]);',
      'const all = "relu relu6".split(" ");',
      "const weight = { conv2d: 1,\n  linear: 2,\n  matmul: 3,\n};",
      'if (op.startsWith("reduce_")) return 1;',
      "const first = nodes.find((node) => ofOp(node, 'batch_norm'));",
      'const x = y /* "no" */ === "gelu"; // "yes"',
    ]) {
      assert.ok(namings(text).length > 0, text);
    }
  });

  test("what makes a node, other words, comments and templates are not", () => {
    for (const text of [
      'const y = builder.node("mul", [a, b]);',
      'const [y] = builder.nodes(\n  "split",\n  [x],\n);',
      'return applyOpByName(context, "concat", parts, here, span, { axis: 1 });',
      'const training = { ...node, op: "batch_norm_training", inputs };',
      'return { kind: "constant", value: 0 };',
      'writer.node("Pad", [x], { mode: "constant" });',
      "/** Behind a `relu` or a \"relu6\". */\nconst a = 1; // as 'conv2d'",
      "const text = `relu`;",
      "const row = { split: text };",
    ]) {
      assert.equal(namings(text), [], text);
    }
  });

  test("outside of src/ops they make nodes, key typed tables or name a pattern in its own file, and ask nothing", () => {
    assert.ok(files.length > 250, `${files.length}`);
    const asking = files
      .filter((path) => !Object.keys(may).some((place) => isOf(path, place)))
      .flatMap((path) => {
        const other = homonyms[path] ?? [];
        const found = namings(textOf(path)).filter((site) => !other.includes(site.found));
        return found.map((site) => `${path}:${site.line} ${site.found}`);
      });
    assert.equal(asking, []);
  });

  test("who may name ops still does, by a typed table where it is one", () => {
    for (const [place, { typed }] of Object.entries(may)) {
      const naming = files.filter((path) => isOf(path, place) && namings(textOf(path)).length > 0);
      assert.ok(naming.length > 0, place);
      if (typed === undefined) continue;
      assert.equal(
        naming.filter((path) => !typed.test(textOf(path))),
        [],
        `${place} is not typed by ${typed}`,
      );
    }
    for (const [path, words] of Object.entries(homonyms)) {
      const found = namings(textOf(path)).map((site) => site.found);
      assert.equal(
        words.filter((word) => !found.includes(word)),
        [],
        path,
      );
    }
  });
});
