/** Small networks built by hand: the graphs that the compiler makes of `.lfer` text, without the compiler. */
import { isProblem } from "../../../src/diagnostics/diagnostic.js";
import { GraphBuilder } from "../../../src/ir/builder.js";
import type { Attributes, Graph, Picture, ValueId } from "../../../src/ir/graph.js";
import type { Shape } from "../../../src/ir/shape.js";
import { findOp } from "../../../src/ops/registry.js";

export const batch = { batch: 1 } as const;

/** Appends layers as the compiler does: types inferred, slots made and named after the path. */
export class Net {
  readonly builder: GraphBuilder;
  readonly #slots = new Map<string, ValueId>();

  constructor(name: string) {
    this.builder = new GraphBuilder(name);
  }

  input(name: string, shape: Shape, picture?: Picture): ValueId {
    return this.builder.input({ name, picture }, { dtype: "float32", shape });
  }

  /** All results of one application; `weightsOf` names the layer whose weights it shares. */
  many(
    op: string,
    path: string,
    inputs: readonly ValueId[],
    attributes: Attributes = {},
    weightsOf = path,
  ): readonly ValueId[] {
    const definition = findOp(op);
    if (definition === undefined) throw new Error(`no op ${op}`);
    const types = inputs.map((value) => this.builder.typeOf(value));
    const slots = Object.entries(definition.slots(types, attributes)).map(([input, { type, initializer }]) => {
      const name = `${weightsOf}.${input}`;
      const role = input.startsWith("running") ? ("statistic" as const) : ("parameter" as const);
      const value = this.#slots.get(name) ?? this.builder.slot({ name, role, initializer }, type);
      this.#slots.set(name, value);
      return value;
    });
    const all = [...inputs, ...slots];
    const results = definition.inferTypes(
      all.map((value) => this.builder.typeOf(value)),
      attributes,
    );
    if (isProblem(results)) throw new Error(results.diagnose({}).message);
    return this.builder.node({ op, attributes, inputs: all, path }, results);
  }

  /** The only result of one application. */
  one(op: string, path: string, inputs: readonly ValueId[], attributes: Attributes = {}, weightsOf = path): ValueId {
    return this.many(op, path, inputs, attributes, weightsOf)[0]!;
  }

  conv(path: string, input: ValueId, channels: number, kernel: number, options: Attributes = {}): ValueId {
    const { weightsOf = path, ...attributes } = options as Attributes & { weightsOf?: string };
    const side = (kernel - 1) / 2;
    const window = { kernel: [kernel, kernel], stride: [1, 1], padding: [side, side, side, side], dilation: [1, 1] };
    return this.one("conv2d", path, [input], { channels, ...window, groups: 1, bias: false, ...attributes }, weightsOf);
  }

  norm(path: string, input: ValueId, weightsOf = path): ValueId {
    return this.one("batch_norm", path, [input], { epsilon: 1e-5, momentum: 0.1 }, weightsOf);
  }

  output(name: string, value: ValueId, labels?: readonly string[]): void {
    this.builder.output({ name, value, labels });
  }

  finish(): Graph {
    return this.builder.finish();
  }
}

export const expressions = ["Surprise", "Fear", "Disgust", "Happiness", "Sadness", "Anger", "Neutral"];

/** All parts of LFER-LDL, narrow and small: stem, shuffle units, quadrants, output module on a 1x1 map. */
export function miniShuffleNet(size = 32): Graph {
  const net = new Net("MiniShuffleNet");
  const image = net.input("image", [batch, 3, size, size], { mean: [0.576, 0.449, 0.401], std: [0.207, 0.19, 0.181] });
  const stem = net.one("relu", "relu", [net.norm("batch_norm", net.conv("conv_1", image, 8, 3, { stride: [2, 2] }))]);
  const pool = { kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] };
  const pooled = net.one("max_pool", "max_pool", [stem], pool);

  const [kept, worked] = net.many("split", "stage2.unit_1.split", [pooled], { axis: 1, sizes: [4, 4] }) as [
    number,
    number,
  ];
  const first = net.one("relu", "stage2.unit_1.relu_1", [
    net.norm("stage2.unit_1.batch_norm_1", net.conv("stage2.unit_1.conv_1", worked, 4, 1)),
  ]);
  const depthwise = net.norm(
    "stage2.unit_1.batch_norm_2",
    net.conv("stage2.unit_1.conv_2", first, 4, 3, { groups: 4 }),
  );
  const last = net.one("relu", "stage2.unit_1.relu_2", [
    net.norm("stage2.unit_1.batch_norm_3", net.conv("stage2.unit_1.conv_3", depthwise, 4, 1)),
  ]);
  const joined = net.one("concat", "stage2.unit_1.concat", [kept, last], { axis: 1 });
  const shuffled = net.one("channel_shuffle", "stage2.unit_1.shuffle", [joined], { groups: 2 });

  const half = size / 8;
  const halves = net.many("split", "local.split_rows", [pooled], { axis: 2, sizes: [half, half] });
  const quadrants = halves.map((rows, i) => {
    const cells = net.many("split", `local.split_columns_${i}`, [rows], { axis: 3, sizes: [half, half] });
    const done = cells.map((cell, j) => {
      const path = `local.cell_${i}_${j}`;
      return net.one("relu6", `${path}.relu6`, [
        net.norm(`${path}.batch_norm`, net.conv(`${path}.conv`, cell, 8, 3, { groups: 8 })),
      ]);
    });
    return net.one("concat", `local.join_columns_${i}`, done, { axis: 3 });
  });
  const local = net.one("concat", "local.join_rows", quadrants, { axis: 2 });
  const fused = net.one("add", "fused", [shuffled, local]);

  const deep = net.one("relu", "conv5.relu", [net.norm("conv5.batch_norm", net.conv("conv5.conv", fused, 16, 1))]);
  const vector = net.one("global_avg_pool", "output_module.global_avg_pool", [deep]);
  const seen = net.norm("output_module.batch_norm", net.conv("output_module.depthwise", vector, 16, 3, { groups: 16 }));
  const active = net.one("mish", "output_module.mish", [seen]);
  const scores = net.conv("output_module.conv", active, 7, 1, { bias: true });
  net.output("logits", net.one("flatten", "output_module.flatten", [scores], { axis: 1 }), expressions);
  return net.finish();
}
