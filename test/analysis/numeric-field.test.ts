import * as assert from "uvu/assert";
import { receptiveField } from "../../src/analysis/receptive-field.js";
import type { Graph } from "../../src/ir/graph.js";
import type { Shape } from "../../src/ir/shape.js";
import type { OpCase } from "../ops/case-inputs.js";
import { cases } from "../ops/cases.js";
import { N, Network } from "../ops/network.js";
import { suite } from "../support/suite.js";
import { numericField } from "./numeric-field.js";

const map: Shape = [N, 4, 7, 6];
const isMap = (shape: Shape): boolean => shape.length === 4 && shape.slice(2).every((size) => size !== 1);

/**
 * The op between two 3x3 convolutions; its input `at` depends on the picture. A result that is not a map is reduced to one number,
 * which multiplies the whole first map: then every later cell sees what that number sees.
 */
function between(row: OpCase, at: number): Graph {
  const net = new Network("Between");
  const image = net.input("image", row.inputs[at]?.shape ?? []);
  const channels = net.builder.typeOf(image).shape[1];
  const conv = { channels, kernel: [3, 3] };
  const first = net.layer("conv", [image], conv, "first");
  const inputs = row.inputs.map(({ shape, dtype = "float32" }, i) => {
    const slot = { name: `other_${i}`, role: "parameter", initializer: { kind: "constant", value: 0 } } as const;
    return i === at ? first : net.builder.slot(slot, { shape, dtype });
  });
  const [result = first] = net.node(row.op, inputs, row.attributes ?? {}, "op");
  const { shape, dtype } = net.builder.typeOf(result);
  const number = (value: number) => net.node("constant", [], { shape: [], values: [value] }, `number_${value}`)[0] ?? 0;
  const floats = dtype === "bool" ? (net.node("where", [result, number(1), number(0)], {}, "floats")[0] ?? 0) : result;
  const losesMap = row.op === "conv2d_weight_gradient" || (row.op === "conv2d_input_gradient" && at === 0);
  if (!losesMap && isMap(shape) && typeof shape[1] === "number") {
    return net.finish({ y: net.layer("conv", [floats], { ...conv, channels: 2 }, "last") });
  }
  const axes = shape.map((_, axis) => axis);
  const [one = 0] = net.node("reduce_mean", [floats], { axes, keep: false }, "one");
  return net.finish({ y: net.layer("mul", [first, one], {}, "gate") });
}

/** Rows of the table with a map as input, and variants that it does not need. */
const variants: readonly OpCase[] = [
  ...[1, 2, 3].flatMap((axis) =>
    (["softmax", "log_softmax", "log_not_softmax"] as const).map(
      (op): OpCase => ({ op, title: `axis ${axis} of a map`, inputs: [{ shape: map }], attributes: { axis } }),
    ),
  ),
  ...(
    [
      [1, 1],
      [1, 3],
      [2, 2],
      [2, 3],
      [3, 3],
    ] as const
  ).map(
    ([axis, through]): OpCase => ({
      op: "layer_norm",
      title: `axes ${axis} to ${through} of a map`,
      inputs: [{ shape: map }],
      attributes: { axis, through, epsilon: 1e-5 },
    }),
  ),
  ...[[1], [2], [3], [1, 2], [2, 3]].flatMap((axes) =>
    [true, false].map(
      (keep): OpCase => ({
        op: "reduce_mean",
        title: `axes ${axes.join(", ")}${keep ? ", kept" : ""}`,
        inputs: [{ shape: map }],
        attributes: { axes, keep },
      }),
    ),
  ),
  ...[
    [0, 1, 3, 2],
    [0, 2, 1, 3],
    [0, 2, 3, 1],
    [0, 3, 1, 2],
  ].map(
    (permutation): OpCase => ({
      op: "transpose",
      title: permutation.join(" "),
      inputs: [{ shape: map }],
      attributes: { permutation },
    }),
  ),
  ...(
    [
      [-1, 4, 6, 7],
      [-1, 4, 7, 6],
      [-1, 4, 42, 1],
      [-1, 2, 14, 6],
      [-1, 8, 7, 3],
      [-1, 7, 6, 4],
      [-1, 24, 7],
      [-1, 168],
      [-1, 2, 2, 7, 6],
    ] as const
  ).map(
    (shape): OpCase => ({ op: "reshape", title: shape.join(" "), inputs: [{ shape: map }], attributes: { shape } }),
  ),
  ...[2, 3].flatMap((axis): readonly OpCase[] => [
    { op: "concat", title: `axis ${axis}`, inputs: [{ shape: map }, { shape: map }], attributes: { axis } },
    { op: "slice", title: `a part of axis ${axis}`, inputs: [{ shape: map }], attributes: { axis, from: 1, to: 5 } },
    {
      op: "split",
      title: `axis ${axis}`,
      inputs: [{ shape: map }],
      attributes: { axis, sizes: axis === 2 ? [3, 4] : [3, 3] },
    },
  ]),
  { op: "matmul", title: "rows with rows", inputs: [{ shape: map }, { shape: [N, 4, 6, 5] }] },
  { op: "matmul", title: "from the left", inputs: [{ shape: [N, 4, 5, 7] }, { shape: map }] },
  { op: "where", title: "a map", inputs: [{ shape: [7, 6], dtype: "bool" }, { shape: map }, { shape: [] }] },
  { op: "add", title: "a row to a map", inputs: [{ shape: [N, 4, 1, 6] }, { shape: map }] },
  { op: "mul", title: "a column to a map", inputs: [{ shape: [N, 4, 7, 1] }, { shape: map }] },
];

/** Where cells see less than the figure says, and why; everywhere else both are equal. */
const seesLess: readonly (readonly [RegExp, string])[] = [
  [/^conv2d: stride over the kernel/, "a patch with gaps"],
  [/^adaptive_avg_pool: more bins than cells/, "bins of two cells do not lie side by side"],
  [/^(slice: last axis|resize: .*one row)/, "one row, seen from wherever a cell lies, is no patch around it"],
  [/^reshape: (map|-1 4 6 7|-1 2 14 6)/, "neighbours of another row are not followed"],
  [/^(equal: scalar and|inside: no bound)/, "the result never changes"],
  [/^max_pool_input_gradient: .*input 1/, "the maxima that were given are none"],
  [/^max_pool_input_gradient: (gaps|uneven, all equal).*input 0/, "windows overlap in turns or not at all"],
  [/^max_pool_input_gradient: overlapping thrice, input 2/, "windows overlap in turns"],
  [/^gather: map/, "rows that are not taken are not seen"],
  [/^split: axis/, "the part is too small for the window"],
];

suite("the receptive field against the reference", (test) => {
  for (const row of [...cases, ...variants]) {
    for (const [at, { shape, dtype }] of row.inputs.entries()) {
      if (shape.length !== 4 || dtype === "bool" || typeof shape[1] !== "number") continue;
      const title = `${row.op}: ${row.title}${row.inputs.length > 1 ? `, input ${at}` : ""}`;
      test(title, () => {
        const graph = between(row, at);
        const values = Object.fromEntries(row.inputs.map((input, i) => [`other_${i}`, input.values]));
        const seen = numericField(graph, { positive: (row.between?.[0] ?? -1) >= 0, values });
        const picture = shape.slice(2) as readonly number[];
        const said = receptiveField(graph).size.map((size, i) => Math.min(size, picture[i] ?? 0));
        const isEqual = seen.every((rows, i) => rows === said[i]);
        assert.ok(
          seen.every((rows, i) => rows <= (said[i] ?? 0)),
          `${said.join("x")} is said, ${seen.join("x")} seen`,
        );
        const isLess = seesLess.some(([pattern]) => pattern.test(title));
        assert.is(isEqual, !isLess, `${said.join("x")} is said, ${seen.join("x")} seen`);
      });
    }
  }
});
