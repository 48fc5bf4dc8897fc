import * as assert from "uvu/assert";
import { renderCsv } from "../../src/analysis/render/csv.js";
import { layersAt, renderExplanation } from "../../src/analysis/render/explain.js";
import { renderMarkdown } from "../../src/analysis/render/markdown.js";
import { renderModelsPretty } from "../../src/analysis/render/models.js";
import { renderPretty } from "../../src/analysis/render/pretty.js";
import { csvField, markdownTable } from "../../src/analysis/render/table.js";
import { treeRows } from "../../src/analysis/render/tree.js";
import { allConventions, type Stats, statsOf } from "../../src/analysis/stats.js";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { asPaper, byteText, grouped, short } from "../../src/diagnostics/number-text.js";
import { plainPaint } from "../../src/diagnostics/paint.js";
import type { Graph } from "../../src/ir/graph.js";
import { conventions } from "../../src/recipe/measures.js";
import { suite } from "../support/suite.js";
import { Network } from "./network.js";
import { paperNetworks } from "./paper-networks.js";

const lferLdl = (paperNetworks.lfer_ldl as () => Graph)();

function stats(graph: Graph): Stats {
  const found = statsOf(graph, { locate: () => "m.lfer:1:1" });
  if (isProblem(found)) throw new Error(found.diagnose({}).message);
  return found;
}

const all = stats(lferLdl);
type Names = readonly (typeof allConventions)[number][];
const rowsAt = (depth: number) => ({ depth, joinsEqual: false });
const pretty = (depth: number, width?: number, names: Names = ["fvcore"]) =>
  renderPretty(all, { conventions: names, rows: rowsAt(depth), paint: plainPaint, width });

/** Layers by pairs: three units with 5 parameters, another one that does not have the next number, then one with 12. */
function unitsOf([first]: Stats["layers"]): Stats["layers"] {
  const units = [1, 2, 3, 5, 6].flatMap((number) => ["conv", "relu"].map((name) => [number, name] as const));
  return units.map(([number, name]) => ({
    ...(first as Stats["layers"][number]),
    path: `stage.unit_${number}.${name}`,
    op: name,
    params: name === "relu" ? 0 : number === 6 ? 12 : 5,
  }));
}

/** The table's lines, without the text around it. */
const tableOf = (text: string): readonly string[] => (text.split("\n\n")[1] ?? "").split("\n");

suite("numbers for people", (test) => {
  test("grouped, short, truncated as the paper does it, bytes", () => {
    assert.equal([0, 999, 1000, 1262920, -12345].map(grouped), ["0", "999", "1,000", "1,262,920", "-12,345"]);
    assert.equal([0, 999, 1000, 9_994, 9_996, 99_949, 99_951, 999_499, 999_500, 294_606_017, 4.09e9].map(short), [
      "0",
      "999",
      "1.00k",
      "9.99k",
      "10.0k",
      "99.9k",
      "100k",
      "999k",
      "1.00M",
      "295M",
      "4.09G",
    ]);
    assert.equal([1_262_920, 294_606_017, 1_254_568, 291_513_921].map(asPaper), [
      "1.26M",
      "294.60M",
      "1.25M",
      "291.51M",
    ]);
    assert.equal([12, 2048, 3 * 1024 ** 2].map(byteText), ["12 B", "2.0 KiB", "3.00 MiB"]);
  });
});

suite("stats for people", (test) => {
  test("folded at the first level: a line for each part, the unit named, totals exact", () => {
    assert.equal(tableOf(pretty(1)), [
      "layer   op         output            params   macs   share  activations",
      "conv1   4 layers   [1, 29, 56, 56]      841  10.5M    6.9%         364k",
      "stage2  48 layers  [1, 116, 28, 28]   30.8k  28.4M   18.6%         750k",
      "local   33 layers  [1, 116, 28, 28]   10.2k  2.00M    1.3%         182k",
      "add     add        [1, 116, 28, 28]       -      -       -            -",
      "stage3  92 layers  [1, 232, 14, 14]    244k  55.9M   36.6%         659k",
      "stage4  48 layers  [1, 464, 7, 7]      501k  32.5M   21.3%         193k",
      "conv5   3 layers   [1, 1024, 7, 7]     477k  23.4M   15.3%        50.2k",
      "head    6 layers   [1, 7]             18.4k  68.6k   <0.1%        1.03k",
      "total                                 1.28M   153M  100.0%        2.20M",
    ]);
  });

  test("the input's size stands on top, memory and receptive field below", () => {
    const text = pretty(1);
    assert.match(text, /^lfer_ldl {2}image \[1, 3, 224, 224\], counted as fvcore\n/);
    assert.match(text, /\nmacs +152,852,568 \(fvcore\)\nactivations +2,199,759 \(fvcore\)\n/);
    assert.match(text, /\nweights +4\.89 MiB in float32, 2\.45 MiB in float16, 1\.22 MiB in int8\n/);
    assert.match(text, /\nparams +1,283,024 trained \(conv2d 1,262,920, batch_norm 20,104\)\n/);
    assert.match(text, /\npeak activations +2\.78 MiB at conv1\.batch_norm; in place 1\.96 MiB at conv1\.conv2d/);
    assert.match(text, /\nreceptive field +527x527, cells 32x32 apart/);
  });

  test("deeper levels are indented; each level's lines add up to the line above", () => {
    assert.is(tableOf(pretty(2)).filter((line) => line.startsWith("  ")).length, all.layers.length - 1);
    assert.is(tableOf(pretty(9)).length, tableOf(pretty(2)).length);
  });

  test("a narrow terminal loses columns by their weight, then shortens names, never numbers", () => {
    const titles = (width: number) => tableOf(pretty(2, width))[0]?.trim().split(/ +/).join(" ");
    assert.is(titles(80), "layer op output params macs share");
    assert.is(titles(60), "layer output params macs");
    assert.is(titles(30), "layer params macs");
    for (const width of [120, 80, 60, 40, 30]) {
      // A path below the table is one word, which may be wider than a narrow terminal.
      const lines = width < 60 ? tableOf(pretty(2, width)) : pretty(2, width).split("\n");
      assert.ok(
        lines.every((line) => line.length <= width),
        lines.find((line) => line.length > width),
      );
    }
    const narrow = tableOf(pretty(2, 30));
    assert.ok(narrow.some((line) => line.includes("…")));
    assert.match(narrow.at(-1) ?? "", /1\.28M +153M$/);
  });

  test("equal units that follow each other are one row with their sums; others are not", () => {
    const { layers } = all;
    const joined = treeRows(unitsOf(layers), { depth: 2, figures: [], joinsEqual: true });
    const named = joined.map(({ name, layerCount, params }) => [name, layerCount, params]);
    const open = treeRows(unitsOf(layers), { depth: 2, figures: [], joinsEqual: false });
    assert.equal(named, [
      ["stage", 10, 32],
      ["unit_1-3 x3", 6, 15],
      ["unit_5", 2, 5],
      ["unit_6", 2, 12],
    ]);
    assert.is(open.length, 6);
  });

  test("sorted: the rows that are not open, largest first, by their whole paths", () => {
    const options = {
      conventions: ["fvcore"] as const,
      paint: plainPaint,
      width: undefined,
      columns: ["layer", "macs"],
    };
    const lines = tableOf(renderPretty(all, { ...options, rows: { ...rowsAt(1), sort: "macs" } }));
    assert.equal(
      lines.map((line) => line.split(" ")[0]),
      ["layer", "stage3", "stage4", "stage2", "conv5", "conv1", "local", "head", "add", "total"],
    );
    assert.match(lines[1] ?? "", /^stage3 +55\.9M$/);
    const deeper = tableOf(renderPretty(all, { ...options, rows: { ...rowsAt(2), sort: "macs" } }));
    assert.match(deeper[1] ?? "", /^conv5\.conv2d +23\.3M$/);
    assert.is(deeper.length, all.layers.length + 2);
  });

  test("the paper's convention alone: its totals once more as the paper prints them", () => {
    const text = pretty(1, undefined, ["paper"]);
    assert.match(
      text,
      /\nparams +1,262,920 \(paper, printed as 1\.26M\)\nmadds +294,606,017 \(paper, printed as 294\.60M\)\n/,
    );
    assert.not.match(pretty(1, undefined, ["fvcore"]), /printed as/);
  });

  test("all conventions side by side: every quantity of each, the paper's as printed there", () => {
    const lines = tableOf(pretty(1, undefined, allConventions));
    assert.is(lines.length, 1 + Object.values(conventions).flat().length);
    assert.match(lines[2] ?? "", /madds +294,606,017 +294\.60M/);
    assert.match(lines.at(-1) ?? "", /^onnx-tool +macs +[\d,]+/);
  });

  test("a layer with the name of its part has a row of its own in it", () => {
    const net = new Network("M");
    const flat = net.within("logits", () => net.op("flatten", [net.image([2, 2, 2])], { axis: 1 }));
    net.output(net.linear(flat, 3));
    const graph = net.finish();
    const renamed = { ...graph, nodes: graph.nodes.map((n) => (n.op === "linear" ? { ...n, path: "logits" } : n)) };
    const text = renderPretty(stats(renamed), {
      conventions: ["conv"],
      rows: rowsAt(2),
      paint: plainPaint,
      width: undefined,
    });
    assert.equal(
      tableOf(text).map((line) => line.split(/ {2,}/).slice(0, 3).join("|").trim()),
      ["layer|op|output", "logits|2 layers|[1, 3]", "|flatten|flatten", "|(linear)|linear", "total|27|-"],
    );
  });

  test("of several models a narrow terminal keeps names, parameters and work", () => {
    const options = { conventions: ["fvcore"] as const, paint: plainPaint };
    const titles = (width: number) =>
      renderModelsPretty([{ path: "m.lfer", stats: all }], { ...options, width })
        .split("\n")[0]
        ?.split(/ {2,}/);
    assert.equal(titles(120)?.slice(3), ["macs (fvcore)", "activations (fvcore)", "peak activations", "weights"]);
    assert.equal(titles(80)?.slice(3), ["macs (fvcore)", "peak activations", "weights"]);
    assert.equal(titles(40), ["model", "params", "macs (fvcore)"]);
  });

  test("looks go through the painter", () => {
    const painted = renderPretty(all, {
      conventions: ["fvcore"],
      rows: rowsAt(1),
      paint: (style, text) => `<${style}>${text}</>`,
      width: undefined,
    });
    assert.match(painted, /^<bold>lfer_ldl {2}image/);
    assert.match(painted, /<bold>total .*2\.20M<\/>/);
  });
});

suite("stats for programs", (test) => {
  test("csv: a line a layer, exact; the columns add up to the totals", () => {
    const [head = "", ...lines] = renderCsv(all, allConventions).trimEnd().split("\n");
    const titles = head.split(",");
    assert.is(lines.length, all.layers.length);
    const sum = (title: string) =>
      lines.reduce((total, line) => total + Number(line.split(",")[titles.indexOf(title)]), 0);
    assert.is(sum("params"), 1_283_024);
    assert.is(sum("madds (paper)"), 294_606_017);
    assert.is(sum("macs (fvcore)"), 152_852_568);
    assert.is(renderCsv(all, ["conv"], false).split("\n").length, all.layers.length + 1);
  });

  test("a field that would end its column is quoted", () => {
    assert.is(csvField('a "b", c'), '"a ""b"", c"');
    assert.match(markdownTable([{ title: "a|b", align: "left" }], []), /^\| a\\\|b \|\n\| --- \|\n$/);
  });

  test("markdown: numbers exact, as a table of GitHub's", () => {
    const text = renderMarkdown(all, { conventions: ["paper"], rows: rowsAt(1) });
    assert.match(
      text,
      /\| `stage2` \| 48 layers \| \[1, 116, 28, 28\] \| 30,827 \| 29,261 \| 53,043,088 \| 18\.0% \|\n/,
    );
    assert.match(text, /\| \*\*total\*\* \| {2}\| {2}\| 1,283,024 \| 1,262,920 \| 294,606,017 \| 100\.0% \|\n/);
    assert.match(
      renderMarkdown(all, { conventions: allConventions, rows: rowsAt(1) }),
      /\| torchinfo \| mult_adds \| 148,422,992 \|/,
    );
  });

  test("json: the keys of the contract", () => {
    assert.equal(Object.keys(all), [
      "schemaVersion",
      "model",
      "inputs",
      "params",
      "counts",
      "memory",
      "receptiveField",
      "layers",
    ]);
    assert.equal(all.inputs, { image: [1, 3, 224, 224] });
    const { facts, counts, ...first } = all.layers[0] as Stats["layers"][number];
    assert.equal(first, {
      path: "conv1.conv2d",
      op: "conv2d",
      source: null,
      outputShape: [1, 29, 112, 112],
      params: 783,
      sharedWith: null,
    });
    assert.is(facts?.multiplies, 9_821_952);
    assert.is(facts?.productsPerOutput, 27);
    assert.equal(Object.keys(counts), [...allConventions]);
    const text = JSON.stringify(all);
    assert.is(JSON.stringify(JSON.parse(text)), text);
    assert.not.match(text, /null,"facts":\{[^}]*null/);
  });
});

suite("explaining a layer", (test) => {
  const explain = (part: string, names: readonly (typeof allConventions)[number][]) => {
    const layers = layersAt(lferLdl, part);
    if ("code" in layers) throw new Error(layers.message);
    return renderExplanation(lferLdl, layers, { part, conventions: names, locate: () => "?", paint: plainPaint });
  };

  test("the sum with the numbers put in, its source, and what the letters mean", () => {
    const text = explain("stage2.conv2d_5", ["conv", "fvcore", "torchinfo"]);
    assert.match(text, /conv +params: w = 3364\n +macs: O \* K = 45472 \* 58 = 2637376\n/);
    assert.match(text, /madds: O \* \(2 \* K - 1 \+ b\) = 45472 \* \(2 \* 58 - 1 \+ 0\) = 5229280\n/);
    assert.match(text, /torchinfo +mult_adds: B \* M \* P = 1 \* 784 \* 3364 = 2637376\n/);
    assert.match(text, /jit_handles\.py conv_flop_jit/);
    assert.match(text, /\n {2}K {2}products that make one output element/);
  });

  test("a zero says why", () => {
    assert.match(
      explain("conv1.relu", ["paper"]),
      /paper +params: 0\n +madds: 0\n +the paper counts convolutions only/,
    );
  });

  test("a part lists its layers and their sum", () => {
    const text = explain("head", ["fvcore"]);
    assert.match(text, /head: 6 layers together\n +fvcore +macs: 68,608\n/);
  });

  test("an unknown layer is told with the likeliest one", () => {
    const answer = layersAt(lferLdl, "stage2.conv2d_55");
    assert.ok("code" in answer && answer.code === "budget/unknown-part");
    assert.match("help" in answer ? String(answer.help) : "", /Did you mean "stage2\.conv2d_5"/);
  });
});
