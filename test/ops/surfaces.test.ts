import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import type { Shape } from "../../src/ir/shape.js";
import { ops, surfaces } from "../../src/ops/registry.js";
import type { AnySurface } from "../../src/ops/surface.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { suite } from "../support/suite.js";
import { N, Network, resolveSurface } from "./network.js";

const map = [N, 8, 6, 6] as const;
const types = (...shapes: Shape[]) => shapes.map((shape) => ({ dtype: "float32", shape }) as const);
const attributes = (name: string, args: Readonly<Record<string, unknown>>, ...shapes: Shape[]) =>
  resolveSurface(name, args, types(...shapes));

/** The code and the argument of the error for applying a surface. */
function blame(name: string, args: Readonly<Record<string, unknown>>, ...shapes: Shape[]): readonly unknown[] {
  const resolved = resolveSurface(name, args, types(...shapes));
  const found = isProblem(resolved) ? resolved : surfaces.get(name)?.op.inferTypes(types(...shapes), resolved);
  if (!isProblem(found)) throw new Error(`${name} finds nothing wrong`);
  return [found.diagnose({}).code, found.about];
}

suite("ops: surfaces", (test) => {
  test("no two ops have one name in .lfer", () => {
    const names = Object.values(ops).flatMap((op) => op.surfaces.map(({ name }) => name));
    assert.equal(names.length, new Set(names).size);
    for (const [key, op] of Object.entries(ops)) assert.is(op.name, key);
  });

  test("only ops with weights are blocks", () => {
    for (const op of Object.values(ops)) {
      const holdsWeights = op.inputs !== "many" && op.inputs.some(({ role }) => role !== "tensor");
      for (const { kind, name } of op.surfaces) assert.is(kind, holdsWeights ? "block" : "function", name);
    }
  });

  test("pools: stride is the kernel, padding keeps the size at stride 1", () => {
    assert.equal(attributes("max_pool", { kernel: [3, 3] }, map), {
      kernel: [3, 3],
      stride: [3, 3],
      padding: [1, 1, 1, 1],
    });
    assert.equal(attributes("avg_pool", { kernel: [2, 2] }, map), {
      kernel: [2, 2],
      stride: [2, 2],
      padding: [0, 0, 0, 0],
      count_include_pad: true,
      overhang: [0, 0],
    });
  });

  test("pools that round positions up pad at the end; a window that would begin behind the map is left out", () => {
    const padding = (kernel: number, stride: number, size: number, pad: number) => {
      const given = { kernel: [kernel, kernel], stride: [stride, stride], padding: [pad], ceil_mode: true };
      return (attributes("max_pool", given, [N, 8, size, size]) as { readonly padding: readonly number[] }).padding;
    };
    assert.equal(padding(3, 2, 112, 0), [0, 0, 1, 1]);
    assert.equal(padding(3, 2, 55, 0), [0, 0, 0, 0]);
    assert.equal(padding(2, 3, 8, 0), [0, 0, 0, 0]);
    assert.equal(padding(2, 3, 7, 0), [0, 0, 1, 1]);
    assert.equal(padding(2, 2, 6, 1), [1, 1, 1, 1]);
    assert.equal(padding(2, 2, 7, 1), [1, 1, 1, 1]);
    assert.equal(padding(3, 2, 6, 1), [1, 1, 2, 2]);
    const mean = { kernel: [3, 3], stride: [2, 2], padding: [1], ceil_mode: true };
    assert.equal(attributes("avg_pool", mean, [N, 8, 6, 7]), {
      kernel: [3, 3],
      stride: [2, 2],
      padding: [1, 1, 2, 1],
      count_include_pad: true,
      overhang: [1, 0],
    });
  });

  test("depthwise keeps the channels and has as many groups", () => {
    const made = attributes("depthwise", { stride: [2, 2] }, map);
    assert.equal(made, {
      channels: 8,
      kernel: [3, 3],
      stride: [2, 2],
      padding: [1, 1, 1, 1],
      dilation: [1, 1],
      groups: 8,
      bias: false,
    });
  });

  test("axes count from the end and default to all", () => {
    assert.equal(attributes("mean", {}, map), { axes: [0, 1, 2, 3], keep: false });
    assert.equal(attributes("sum", { axes: [-1, 2], keep: true }, map), { axes: [2, 3], keep: true });
    assert.equal(attributes("flatten", {}, map), { axis: 1 });
    assert.equal(attributes("softmax", { axis: -1 }, map), { axis: 3 });
    assert.equal(attributes("slice", { axis: -1, from: -2 }, map), { axis: 3, from: 4, to: 6 });
  });

  test("split into two, into parts, into sizes, along the batch", () => {
    assert.equal(attributes("split", {}, map), { axis: 1, sizes: [4, 4] });
    assert.equal(attributes("split", { parts: 3, axis: -1 }, map), { axis: 3, sizes: [2, 2, 2] });
    assert.equal(attributes("split", { sizes: [1, 7] }, map), { axis: 1, sizes: [1, 7] });
    assert.equal(attributes("split", { parts: 4, axis: 0 }, [{ batch: 8 }, 3]), { axis: 0, sizes: [-2, -2, -2, -2] });
  });

  /** Numbers for what has no default. */
  const needed = ({ parameters }: AnySurface): Readonly<Record<string, number>> =>
    Object.fromEntries(
      Object.entries(parameters).flatMap(([name, { min = 1, computed, ...more }]) =>
        computed === undefined && !("default" in more) ? [[name, min]] : [],
      ),
    );

  test("every surface makes a sound graph", () => {
    const special: Readonly<Record<string, readonly [readonly Shape[], object]>> = {
      matmul: [[map, map], {}],
      reshape: [[map], { shape: [N, 288] }],
      transpose: [[map], { permutation: [3, 2, 1, 0] }],
      slice: [[map], { axis: 1 }],
      gather: [[map], { axis: 2, indices: [3, 0, 0] }],
      pad: [[map], { padding: [1] }],
      channel_shuffle: [[map], { groups: 2 }],
      adaptive_avg_pool: [[map], { size: [2, 3] }],
      adaptive_max_pool: [[map], { size: [2, 3] }],
      conv_transpose: [[map], { channels: 4 }],
      group_norm: [[map], { groups: 2 }],
      resize: [[map], { size: [3, 5] }],
      local_response_norm: [[map], { size: 5 }],
      reflection_pad: [[map], { padding: [1] }],
      replication_pad: [[map], { padding: [1] }],
      dropout: [[map], { p: 0.5 }],
      drop_path: [[map], { p: 0.5 }],
      conv: [[map], { channels: 4 }],
      linear: [[map], { features: 4 }],
      max_pool: [[map], { kernel: [2, 2] }],
      avg_pool: [[map], { kernel: [2, 2] }],
      concat: [[map, map], {}],
    };
    for (const [name, { surface }] of surfaces) {
      const count = surface.inputs === "many" ? 2 : surface.inputs.length;
      const [shapes, args] = special[name] ?? [new Array<Shape>(count).fill(map), needed(surface)];
      const network = new Network();
      const inputs = shapes.map((shape, i) =>
        network.input(
          `in_${i}`,
          shape,
          (name === "where" && i === 0) || name.startsWith("logical_") ? "bool" : "float32",
        ),
      );
      const outputs = network.layers(name, inputs, args as Record<string, unknown>, "layer");
      assertSound(network.finish(Object.fromEntries(outputs.map((value, i) => [`out_${i}`, value]))));
    }
  });
});

suite("ops: what is wrong, and what is to blame", (test) => {
  const rows: readonly (readonly [string, string, Parameters<typeof blame>])[] = [
    ["shape/wrong-rank", "input", ["conv", { channels: 4 }, [N, 3]]],
    ["shape/wrong-rank", "input", ["global_avg_pool", {}, [N, 3]]],
    ["shape/wrong-rank", "input", ["linear", { features: 4 }, [3]]],
    ["shape/wrong-rank", "input", ["batch_norm", {}, [3]]],
    ["shape/wrong-rank", "input", ["channel_shuffle", { groups: 2 }, [4]]],
    ["shape/wrong-rank", "input", ["pad", { padding: [1] }, [4]]],
    ["shape/not-divisible", "groups", ["conv", { channels: 4, groups: 3 }, map]],
    ["shape/not-divisible", "channels", ["conv", { channels: 6, groups: 4 }, map]],
    ["shape/not-divisible", "channels", ["depthwise", { channels: 12 }, map]],
    ["shape/not-divisible", "groups", ["channel_shuffle", { groups: 3 }, map]],
    ["shape/not-divisible", "parts", ["split", { parts: 3 }, map]],
    ["shape/not-divisible", "parts", ["split", { parts: 3, axis: 0 }, map]],
    ["shape/kernel-larger-than-map", "kernel", ["conv", { channels: 4, kernel: [9, 1], padding: [0] }, map]],
    ["shape/kernel-larger-than-map", "kernel", ["max_pool", { kernel: [8, 8] }, map]],
    ["shape/padding-too-large", "padding", ["max_pool", { kernel: [2, 3], padding: [2, 1] }, map]],
    ["value/wrong-length", "padding", ["avg_pool", { kernel: [2, 2], padding: [1, 1, 1] }, map]],
    ["shape/axis-out-of-range", "axis", ["softmax", {}, [N]]],
    ["shape/axis-out-of-range", "axis", ["concat", { axis: 4 }, map, map]],
    ["shape/axis-out-of-range", "axis", ["flatten", { axis: -5 }, map]],
    ["shape/axis-out-of-range", "axes", ["mean", { axes: [2, 4] }, map]],
    ["shape/bad-axes", "axes", ["mean", { axes: [2, -2] }, map]],
    ["shape/bad-axes", "axes", ["mean", { axes: [] }, map]],
    ["shape/bad-axes", "permutation", ["transpose", { permutation: [0, 1, 2] }, map]],
    ["shape/broadcast-mismatch", "input", ["add", {}, map, [N, 4, 6, 6]]],
    ["shape/broadcast-mismatch", "input", ["mul", {}, [N], [{ batch: 2 }]]],
    ["shape/broadcast-mismatch", "input", ["mul", {}, [N], [2]]],
    ["shape/concat-mismatch", "input", ["concat", {}, map, [N, 8, 6, 5]]],
    ["shape/concat-mismatch", "input", ["concat", { axis: 0 }, [N, 8], [1, 8]]],
    ["shape/split-mismatch", "sizes", ["split", { sizes: [4, 3] }, map]],
    ["shape/split-mismatch", "parts", ["split", { sizes: [4, 4], parts: 3 }, map]],
    ["shape/split-mismatch", "sizes", ["split", { sizes: [1, 1], axis: 0 }, map]],
    ["shape/slice-out-of-range", "to", ["slice", { axis: 1, from: 4, to: 9 }, map]],
    ["shape/slice-out-of-range", "to", ["slice", { axis: 1, from: 4, to: 4 }, map]],
    ["shape/slice-out-of-range", "from", ["slice", { axis: 1, from: -9 }, map]],
    ["shape/needs-fixed-size", "axis", ["slice", { axis: 0 }, map]],
    ["shape/needs-fixed-size", "input", ["linear", { features: 4 }, [4, N]]],
    ["shape/needs-fixed-size", "input", ["conv", { channels: 4 }, [1, N, 6, 6]]],
    ["shape/needs-fixed-size", "input", ["max_pool", { kernel: [2, 2] }, [1, 3, 6, N]]],
    ["shape/reshape-count", "shape", ["reshape", { shape: [N, 289] }, map]],
    ["shape/reshape-count", "shape", ["reshape", { shape: [288, 1] }, map]],
    ["shape/flatten-batch", "axis", ["flatten", { axis: 0 }, [N, N]]],
    ["shape/matmul-mismatch", "input", ["matmul", {}, [N, 3, 4], [N, 3, 4]]],
    ["shape/matmul-mismatch", "input", ["matmul", {}, [4], [4]]],
    ["shape/too-few-classes", "input", ["log_not_softmax", {}, [N, 1]]],
    ["shape/needs-fixed-size", "axis", ["log_not_softmax", { axis: 0 }, [N, 3]]],
    ["shape/wrong-dtype", "condition", ["where", {}, map, map, map]],
  ];
  for (const [code, about, application] of rows) {
    test(`${application[0]} ${JSON.stringify(application.slice(1))}: ${code}`, () => {
      assert.equal(blame(...application), [code, about]);
    });
  }

  test("no arithmetic on bool", () => {
    const bools = { dtype: "bool", shape: [N, 8, 6, 6] } as const;
    for (const [name, { op, surface }] of surfaces) {
      if (["identity", "where", "concat", "split", "slice", "flatten", "reshape", "transpose"].includes(name)) continue;
      if (name === "channel_shuffle" || name.startsWith("logical_")) continue;
      const inputs = surface.inputs === "many" ? [bools] : surface.inputs.map(() => bools);
      const found = op.inferTypes(inputs, {
        axis: 1,
        axes: [1],
        kernel: [1, 1],
        padding: [0, 0, 0, 0],
        stride: [1, 1],
      });
      assert.is(isProblem(found) && found.diagnose({}).code, "shape/wrong-dtype", name);
    }
  });
});
