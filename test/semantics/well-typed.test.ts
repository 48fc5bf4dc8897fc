import fc, { type Arbitrary } from "fast-check";
import * as assert from "uvu/assert";
import { printGraph } from "../../src/ir/text.js";
import { assertSound } from "../../src/ops/verify-types.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

/** A layer that keeps any 4-D map of an even size, except for its channels, which become `channels`. */
function layers(): Arbitrary<(channels: number) => string> {
  type Layer = (channels: number) => string;
  const plain = fc.constantFrom(
    "relu",
    "mish",
    "batch_norm",
    "depthwise",
    "identity",
    "halved",
    "Pointwise",
    "max_pool(3, stride: 1)",
  );
  const leaf: Arbitrary<Layer> = fc.oneof(
    plain.map(
      (name): Layer =>
        () =>
          name,
    ),
    fc.constantFrom(1, 3, 5).map(
      (kernel): Layer =>
        (c) =>
          `conv(${c}, kernel: ${kernel})`,
    ),
    fc.constant<Layer>((c) => `Wide(${c}, act: tanh)`),
  );
  return fc.letrec<{ layer: Layer }>((tie) => ({
    layer: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.tuple(tie("layer"), tie("layer")).map(
        ([a, b]): Layer =>
          (c) =>
            `(${a(c)} -> ${b(c)})`,
      ),
      fc.tuple(tie("layer"), fc.nat({ max: 3 })).map(
        ([a, n]): Layer =>
          (c) =>
            `repeat(${n}, ${a(c)})`,
      ),
      tie("layer").map(
        (a): Layer =>
          (c) =>
            `grid(2, 2, ${a(c)})`,
      ),
      tie("layer").map(
        (a): Layer =>
          (c) =>
            `residual(${a(c)})`,
      ),
      fc.tuple(tie("layer"), tie("layer"), fc.boolean()).map(
        ([a, b, which]): Layer =>
          (c) =>
            `(if ${which} and ${c} > 0 then ${a(c)} else ${b(c)})`,
      ),
      fc.tuple(tie("layer"), fc.nat({ max: 2 })).map(
        ([a, n]): Layer =>
          (c) =>
            `(for _i in [1..${n}] do ${a(c)})`,
      ),
      fc.tuple(tie("layer"), tie("layer")).map(
        ([a, b]): Layer =>
          (c) =>
            `(parallel([${a(c)}, ${b(c)}]) -> add)`,
      ),
    ),
  })).layer;
}

const program = fc
  .record({
    parts: fc.array(layers(), { minLength: 1, maxLength: 4 }),
    shared: layers(),
    channels: fc.constantFrom(2, 4, 6),
  })
  .map(({ parts, shared, channels }) => {
    const bindings = parts.map((part, i) => `  x${i + 1} = x${i} -> ${part(channels)} -> s\n`).join("");
    return `lfer 1

fn halved on x = x / 2 + x * 0.5
block Pointwise on x {
  weight scale: float32[1, channels(x), 1, 1] = ones
  return x * scale
}
block Wide(channels: int, act: layer = relu) = conv(2 * channels) -> act -> conv(channels, kernel: 1)
model M {
  input image: float32[N, 3, 16, 16]
  share s = ${shared(channels)}
  x0 = image -> conv(${channels})
${bindings}  logits = x${parts.length} -> global_avg_pool -> flatten -> linear(7)
  output logits
}
`;
  });

suite("semantics: programs that are right by construction", (test) => {
  test("compile clean to a sound graph, the same each time, with weights that names tell apart", async () => {
    await fc.assert(
      fc.asyncProperty(program, async (text) => {
        const { models, diagnostics } = await compile(text);
        const errors = diagnostics.filter(({ severity }) => severity === "error");
        // A repeat of grids splits the map down to one cell: odd maps are correctly rejected.
        if (errors.length > 0 && errors.every(({ code }) => code === "shape/grid-does-not-fit")) return;
        assert.equal(
          errors.map(({ message }) => message),
          [],
        );
        const graph = models[0]?.graph;
        assert.ok(graph);
        assertSound(graph);
        assert.is(new Set(graph.slots.map(({ name }) => name)).size, graph.slots.length);
        assert.is(new Set(graph.nodes.map(({ path }) => path)).size, graph.nodes.length);
        const again = (await compile(text)).models[0]?.graph;
        assert.is(again && printGraph(again), printGraph(graph));
      }),
      { numRuns: process.env.LFER_FUZZ === "long" ? 3000 : 40 },
    );
  });
});
