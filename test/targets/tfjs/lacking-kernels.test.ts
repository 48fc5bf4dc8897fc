/** The gradients of convolutions composed of forward kernels, as WebAssembly needs them. */
import * as assert from "uvu/assert";
import { tfjsWasm } from "../../../src/engines/tfjs/tfjs-kinds.js";
import { bindBatch } from "../../../src/ops/bind-batch.js";
import { interpret } from "../../../src/reference/interpret.js";
import { compileStep } from "../../../src/targets/tfjs/compile.js";
import { cases } from "../../ops/cases.js";
import { assertStrictlyEqual, feedOf, singleOpGraph } from "../../ops/single-op.js";
import { suite } from "../../support/suite.js";
import { runOnCpu } from "../../support/tfjs-cpu.js";

const batch = 2;
const { lacking = [] } = tfjsWasm.program;

const numbers = (tensors: Readonly<Record<string, { readonly data: Float64Array }>>) =>
  new Map(Object.entries(tensors).map(([name, { data }]) => [name, Float32Array.from(data)]));

suite("gradients of convolutions without kernels of their own", (test) => {
  const needed = new Set<string>();
  for (const row of cases) {
    const graph = singleOpGraph(row);
    const usual = compileStep(bindBatch(graph, batch), { native: false });
    const missing = usual.calls.map(({ name }) => name).filter((name) => (lacking as readonly string[]).includes(name));
    if (missing.length === 0) continue;
    for (const name of missing) needed.add(name);
    test(`${row.op}: ${row.title}`, async () => {
      const program = compileStep(bindBatch(graph, batch), tfjsWasm.program);
      const own = program.calls.map(({ name }) => name).filter((name) => (lacking as readonly string[]).includes(name));
      // The kernel is called, with other numbers.
      assert.equal(
        own.filter((name) => name !== "MaxPoolGrad"),
        [],
      );
      const feed = feedOf(row, graph, batch);
      const found = await (await runOnCpu(program, numbers(feed.slots))).run(numbers(feed.inputs));
      for (const [name, wanted] of Object.entries(interpret(graph, feed))) {
        const made = { shape: wanted.shape, data: Float64Array.from(found.get(name) ?? []) };
        assertStrictlyEqual(made, wanted, row, name);
      }
    });
  }

  test("rows for each of them", () => assert.equal([...needed].sort(), [...lacking].sort()));
});
