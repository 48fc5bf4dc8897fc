import * as assert from "uvu/assert";
import { isProblem } from "../../src/diagnostics/diagnostic.js";
import { gpuEngine } from "../../src/engines/ort/gpu-engines.js";
import { type GpuProvider, whyNot } from "../../src/engines/ort/provider-probe.js";
import { engines, findEngine } from "../../src/engines/registry.js";
import { typeOf } from "../../src/ir/graph.js";
import { bindShape, elementCount } from "../../src/ir/shape.js";
import { trainingStep } from "../../src/step/training-step.js";
import { onnxRuntimeVersion } from "../../src/version.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
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
      const found = await engine.found(1);
      if (isProblem(found)) {
        assert.match(found.diagnose({}).code, /^engine\//, entry.name);
        continue;
      }
      assert.match(found.version, /^\d+\.\d+\.\d+/, entry.name);
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

  test.native("the first one can run here, on as many threads as are asked for", async () => {
    const engine = await engines[0].load();
    const version = onnxRuntimeVersion;
    assert.equal(await engine.found(), { version, device: "CPU, all cores" });
    assert.equal(await engine.found(3), { version, device: "CPU", threads: 3 });
  });
});

suite("whether a GPU can be used", (test) => {
  test.native("a provider that this ONNX Runtime has not is said not to be there", async () => {
    assert.match(String(await whyNot("abacus" as GpuProvider)), "comes without it");
  });

  test.native("a provider that works is the engine's device", async () => {
    const here = gpuEngine("e", "cuda", () => Promise.resolve(undefined));
    assert.equal(await here.found(), { version: onnxRuntimeVersion, device: "NVIDIA GPU, by CUDA" });
  });

  test("what the provider says of itself is what the engine says", async () => {
    const silent = gpuEngine("e", "webgpu", () => Promise.resolve("no adapter"));
    assert.is(messageOf(await silent.found()), "ONNX Runtime's WebGPU does not work here: no adapter");
  });
});
