import * as assert from "uvu/assert";
import { loadOnnxRuntime } from "../../../src/deploy/onnx-runtime.js";
import { isProblem, problem } from "../../../src/diagnostics/diagnostic.js";
import { graphDigest } from "../../../src/ir/graph-digest.js";
import { bindShape } from "../../../src/ir/shape.js";
import { type BuildOptions, type BuildResult, buildOnnx } from "../../../src/targets/onnx/build.js";
import { readMetadata } from "../../../src/targets/onnx/metadata.js";
import { readMetadataProps } from "../../../src/targets/onnx/read-props.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { writeSafetensors } from "../../../src/weights/safetensors.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { expressions, miniShuffleNet } from "./networks.js";

const network = miniShuffleNet();

const options: BuildOptions = {
  opset: 18,
  level: 1,
  weights: { kind: "seed", seed: 3 },
  verify: false,
  loadRuntime: async () => ort,
  provenance: { lferVersion: "0.1.0", sourceSha256: "ab12", settings: new Map([["size", "32"]]) },
};

const bytesOf = (result: BuildResult): Buffer => {
  if (result.kind === "refused") throw new Error(result.diagnostics.map(({ message }) => message).join("\n"));
  return Buffer.concat(result.pieces);
};

const build = async (given: Partial<BuildOptions> = {}) => bytesOf(await buildOnnx(network, { ...options, ...given }));

const codes = async (given: Partial<BuildOptions>) => {
  const result = await buildOnnx(network, { ...options, ...given });
  return result.kind === "refused" ? result.diagnostics.map(({ code }) => code) : [];
};

/** The network's weights as a file. */
const weightFile = (seed: number): Uint8Array => {
  const weights = initialiseWeights(network, seed);
  const tensors = network.slots.map(
    ({ name, value }) =>
      [name, { shape: bindShape(network.types[value]!.shape, 1), data: weights.get(name)! }] as const,
  );
  return Buffer.concat(writeSafetensors(new Map(tensors)));
};

suite("building ONNX", (test) => {
  test.native("the same input gives the same bytes, another seed others", async () => {
    const first = await build();
    assert.ok(first.equals(await build()));
    assert.ok(first.equals(await build({ verify: true })), "verifying changes nothing");
    assert.not.ok(first.equals(await build({ weights: { kind: "seed", seed: 4 } })));
  });

  test.native("a weight file gives the model that its weights had", async () => {
    const fromFile = await build({ weights: { kind: "file", file: "w.safetensors", bytes: weightFile(3) } });
    const image = new ort.Tensor(
      "float32",
      Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i)),
      [1, 3, 32, 32],
    );
    const logits = await Promise.all(
      [fromFile, await build()].map(async (bytes) => {
        const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
        return [...((await session.run({ image })).logits!.data as Float32Array)];
      }),
    );
    assert.equal(logits[0], logits[1]);
  });

  test("a broken weight file and a wrong opset are refused", async () => {
    const bytes = weightFile(3);
    assert.equal(await codes({ weights: { kind: "file", file: "w", bytes: bytes.subarray(0, 5000) } }), [
      "weights/outside-file",
    ]);
    assert.equal(await codes({ opset: 12 }), ["onnx/unsupported-opset"]);
    assert.equal(await codes({ opset: 27 }), ["onnx/unsupported-opset"]);
  });

  test("the file says all that prediction needs", async () => {
    const found = readMetadataProps(await build());
    assert.is(found.kind, "props");
    const { props } = found as Extract<typeof found, { kind: "props" }>;
    assert.equal(readMetadata(props, "m.onnx"), {
      model: "MiniShuffleNet",
      graphSha256: graphDigest(network),
      sourceSha256: "ab12",
      picture: { name: "image", height: 32, width: 32, mean: [0.576, 0.449, 0.401], std: [0.207, 0.19, 0.181] },
      output: { name: "logits", labels: expressions },
      weights: "seed 3",
      evaluation: "single_view",
      isInside: false,
    });
    assert.equal([props.get("lfer.weights"), props.get("lfer.settings")], ["seed 3", '{"size":"32"}']);
    const counts = JSON.parse(props.get("lfer.counts") ?? "");
    const parameters = network.slots.filter(({ role }) => role === "parameter");
    const total = parameters.reduce(
      (sum, { value }) => sum + bindShape(network.types[value]!.shape, 1).reduce((a, b) => a * b, 1),
      0,
    );
    assert.is(counts.params, total);
  });

  test("a level that does not exist is refused, for programs too", async () => {
    const refused = await buildOnnx(network, { ...options, level: 3 });
    assert.equal(refused.kind === "refused" && refused.diagnostics.map(({ code }) => code), ["onnx/unsupported-level"]);
  });

  test.native("verification is part of the result, and a missing runtime is told", async () => {
    const full = await buildOnnx(network, { ...options, verify: true });
    assert.ok(full.kind === "built" && full.verification?.fileError !== undefined && full.runtimeMissing === undefined);
    const loadRuntime = async () => problem("onnx/no-runtime", { reason: "it is not installed" });
    const partial = await buildOnnx(network, { ...options, verify: true, loadRuntime });
    assert.ok(partial.kind === "built" && partial.verification?.fileError === undefined);
    assert.is(partial.kind === "built" && partial.runtimeMissing?.code, "onnx/no-runtime");
  });

  test.native("ONNX Runtime is loaded from its package", async () => {
    const runtime = await loadOnnxRuntime();
    assert.is(!isProblem(runtime) && runtime.engine, "ort");
  });
});
