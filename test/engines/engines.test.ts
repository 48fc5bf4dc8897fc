import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { gpuEngine } from "../../src/engines/ort/gpu-engines.js";
import { type GpuProvider, whyNot } from "../../src/engines/ort/provider-probe.js";
import { engines, findEngine } from "../../src/engines/registry.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import { trainingStep } from "../../src/step/training-step.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { runLferc } from "../support/lferc.js";
import { suite } from "../support/suite.js";
import { smallPlan } from "../training/small-course.js";

const messageOf = (answer: unknown): string | undefined =>
  isProblem(answer) ? answer.diagnose({}).message : undefined;

suite("the list of engines", (test) => {
  test("every engine is found by its name, and says it itself", async () => {
    for (const entry of engines) {
      const found = findEngine(entry.name);
      assert.is(found, entry);
      assert.is((await entry.load()).name, entry.name);
    }
  });

  test("another name is a problem that knows the nearest one", () => {
    assert.is(messageOf(findEngine("ort-webgup")), 'there is no engine "ort-webgup". Did you mean "ort-webgpu"?');
    assert.is(messageOf(findEngine("abacus")), 'there is no engine "abacus".');
  });

  test("every engine of the list trains a step, or says by a code why it cannot", async () => {
    const plan = await smallPlan();
    const graph = trainingStep(plan.step);
    for (const entry of engines) {
      const engine = await entry.load();
      const hindrance = await engine.availability(1);
      if (hindrance !== undefined) {
        assert.match(hindrance.diagnose({}).code, /^engine\//, entry.name);
        continue;
      }
      const step = await engine.create(graph, { state: initialiseWeights(graph, 0), threads: 1 });
      if (isProblem(step)) throw new Error(entry.name);
      const inputs = graph.inputs.map(({ name, value }) => {
        const length = elementCount(bindShape(typeOf(graph, value).shape, 1));
        return [name, new Float32Array(length).fill(name === "data.label" ? 1 / 3 : 0.1)] as const;
      });
      const loss = (await step.run(new Map(inputs))).get("loss")?.[0];
      assert.ok(Number.isFinite(loss), entry.name);
      await step.dispose();
    }
  });

  test.native("the first one can run here", async () =>
    assert.is(await (await engines[0].load()).availability(), undefined),
  );
});

suite("whether a GPU can be used", (test) => {
  test.native("a provider that this ONNX Runtime has not is said not to be there", async () => {
    assert.match(String(await whyNot("abacus" as GpuProvider)), "comes without it");
  });

  test("what the provider says of itself is what the engine says", async () => {
    const here = gpuEngine("e", "webgpu", () => Promise.resolve(undefined));
    assert.is(await here.availability(), undefined);
    const silent = gpuEngine("e", "webgpu", () => Promise.resolve("no adapter"));
    assert.is(messageOf(await silent.availability()), "ONNX Runtime's WebGPU does not work here: no adapter");
  });

  test("lferc info says of each engine what a try gives", async () => {
    const { stdout, stderr, code } = runLferc(["info"]);
    assert.equal([code, stderr], [0, ""]);
    for (const { name, summary, load } of engines) {
      const hindrance = (await (await load()).availability())?.diagnose({});
      const line = stdout.split("\n").find((text) => text.startsWith(`${name} `)) ?? "";
      assert.is(line.includes("runs here"), hindrance === undefined, line);
      assert.ok(line.endsWith(summary), line);
      if (hindrance !== undefined) assert.match(stdout, hindrance.help);
    }
  });
});
