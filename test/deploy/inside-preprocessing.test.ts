import * as assert from "uvu/assert";
import { normalise } from "../../src/data/normalise.js";
import { resizeBilinear } from "../../src/data/resize-picture.js";
import type { RgbImage } from "../../src/data/rgb-image.js";
import { classifierOf } from "../../src/deploy/classifier.js";
import { preprocessorFor } from "../../src/deploy/inside-preprocessing.js";
import { probabilitiesOf } from "../../src/deploy/predict.js";
import { isProblem, type Problem } from "../../src/diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../src/ir/graph.js";
import { bindShape } from "../../src/ir/shape.js";
import { multipliesOf } from "../../src/reference/work.js";
import { buildOnnx } from "../../src/targets/onnx/build.js";
import { onnx } from "../../src/targets/onnx/generated/onnx.js";
import { readOnnxModel } from "../../src/targets/onnx/read/read-model.js";
import { initialiseWeights } from "../../src/weights/initialise.js";
import { writeSafetensors } from "../../src/weights/safetensors.js";
import { ort } from "../support/onnx-runtime.js";
import { suite } from "../support/suite.js";
import { compile } from "../support/tester.js";

const source = `lfer 1

model Small {
  input image: float32[N, 3, 12, 10] = picture(mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
  features = image -> conv(8, stride: 2) -> batch_norm -> relu
  left, right = split(features, parts: 2)
  mixed = concat(left, right -> conv(4)) -> channel_shuffle(2)
  scores = mixed -> flatten -> linear(5)
  more = mixed -> global_avg_pool
  output more
  output scores: labels(["a", "b", "c", "d", "e"])
}
`;

const made = async (): Promise<Graph> => {
  const [model] = (await compile(source)).models;
  if (model === undefined) throw new Error("does not compile");
  return model.graph;
};

/** Weights far from those of a new network, so that probabilities differ; evaluated as said. */
function weightsOf(graph: Graph, evaluation: string): Uint8Array {
  const values = initialiseWeights(graph, 4);
  const tensors = graph.slots.map(({ name, value }) => {
    const data = Float32Array.from(values.get(name)!, (x) => (name.endsWith("running_var") ? x : 4 * x));
    return [name, { shape: bindShape(typeOf(graph, value).shape, 1), data }] as const;
  });
  return Buffer.concat(writeSafetensors(new Map(tensors), new Map([["lfer.evaluation", evaluation]])));
}

interface Asked {
  readonly evaluation?: string;
  readonly opset?: number;
  readonly level?: number;
  readonly verify?: boolean;
  /** Without it, the plain file. */
  readonly preprocessor?: ReturnType<typeof preprocessorFor>;
}

async function fileOf(graph: Graph, asked: Asked = {}): Promise<Uint8Array> {
  const { evaluation = "mean_of_flips", opset = 13, level = 1, verify = true, preprocessor } = asked;
  const built = await buildOnnx(graph, {
    opset,
    level,
    preprocessor,
    verify,
    weights: { kind: "file", file: "w.safetensors", bytes: weightsOf(graph, evaluation) },
    loadRuntime: async () => ort,
    provenance: { lferVersion: "0", sourceSha256: "0", settings: new Map() },
  });
  if (built.kind === "refused") throw new Error(built.diagnostics.map(({ message }) => message).join("\n"));
  if (preprocessor !== undefined && verify) assert.ok(built.preprocessingError! <= 1e-6);
  return Buffer.concat(built.pieces);
}

const opened = async (bytes: Uint8Array) => {
  const classifier = await classifierOf(bytes, "m.onnx", ort);
  if (isProblem(classifier)) throw new Error(classifier.diagnose({}).message);
  return classifier;
};

const noisy = (width: number, height: number, seed: number): RgbImage => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height * 3 }, (_, i) => ((i + seed) * 7919 + ((i * i) >> 3)) & 255),
});

const sizes = [
  ["of the network's size", 12, 10],
  ["smaller in one axis, larger in the other", 7, 23],
  ["much larger, columns first", 31, 90],
  ["much larger, rows first", 97, 41],
] as const;

suite("preprocessing inside", ({ native: test }) => {
  for (const [title, height, width] of sizes) {
    test(`of pictures ${title}: the network gets the same bits, and the answers are predict's`, async () => {
      const graph = await made();
      const preprocessor = preprocessorFor({ height, width });
      const bytes = await fileOf(graph, { preprocessor });
      const images = [noisy(width, height, 1), noisy(width, height, 2), noisy(width, height, 77)];
      const resized = images.map((image) => resizeBilinear(image, 10, 12));

      const model = onnx.ModelProto.decode(bytes);
      const prepared = model.graph!.value_info!.find(({ name }) => name === "image.prepared")!;
      model.graph!.output!.push(prepared);
      const session = await ort.InferenceSession.create(onnx.ModelProto.encode(model).finish());
      const input = new ort.Tensor("uint8", images[2]!.pixels, [1, height, width, 3]);
      const found = (await session.run({ image: input }))["image.prepared"]!;
      await session.release();
      assert.equal(found.dims, [2, 3, 12, 10]);
      const picture = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
      assert.equal((found.data as Float32Array).slice(0, 360), normalise(resized[2]!, picture));

      const [inside, outside] = [await opened(bytes), await opened(await fileOf(graph, { verify: false }))];
      assert.equal(inside.metadata.picture, { ...outside.metadata.picture, height, width });
      const [got, wanted] = [await probabilitiesOf(inside, images), await probabilitiesOf(outside, resized)];
      if (isProblem(got) || isProblem(wanted)) throw new Error("does not run");
      assert.is(got.length, 15);
      // They would be equal too if nothing mattered.
      assert.ok(Math.max(...wanted) > 0.25);
      assert.ok(got.slice(0, 5).some((p, i) => Math.abs(p - got[i + 5]!) > 1e-3));
      for (const [i, p] of got.entries())
        assert.ok(Math.abs(p - wanted[i]!) < 1e-6 * Math.max(p, 0.1), `${p} ${wanted[i]}`);
    });
  }

  test("a single view, at the newest opset and every level: the same", async () => {
    const graph = await made();
    const images = [noisy(30, 30, 3)];
    const preprocessor = preprocessorFor({ height: 30, width: 30 });
    for (const level of [0, 1, 2]) {
      const asked = { evaluation: "single_view", opset: 26, level, preprocessor } as const;
      const inside = await opened(await fileOf(graph, asked));
      const outside = await opened(await fileOf(graph, { evaluation: "single_view", verify: false }));
      const got = await probabilitiesOf(inside, images);
      const wanted = await probabilitiesOf(outside, [resizeBilinear(images[0]!, 10, 12)]);
      if (isProblem(got) || isProblem(wanted)) throw new Error("does not run");
      assert.ok(Math.abs(got.reduce((sum, p) => sum + p) - 1) < 1e-6);
      for (const [i, p] of got.entries()) assert.ok(Math.abs(p - wanted[i]!) < 1e-6);
    }
  });

  test("the file is counted as its network alone", async () => {
    const graph = await made();
    const warnings: Problem[] = [];
    const read = (bytes: Uint8Array) =>
      readOnnxModel({ bytes, path: "m.onnx", name: "m", sizes: new Map(), warn: (warning) => warnings.push(warning) });
    const bytes = await fileOf(graph, { preprocessor: preprocessorFor({ height: 20, width: 20 }), verify: false });
    const counted = read(bytes);
    if (isProblem(counted)) throw new Error(counted.diagnose({}).message);
    assert.equal(
      warnings.map((warning) => warning.diagnose({}).code),
      ["onnx/counted-without-preprocessing"],
    );
    assert.equal(
      counted.inputs.map(({ value }) => typeOf(counted, value)),
      graph.inputs.map(({ value }) => typeOf(graph, value)),
    );
    const convolutions = (each: Graph): readonly number[] => {
      const multiplies = multipliesOf(each);
      return each.nodes.flatMap(({ op }, i) => (/conv2d|linear/.test(op) ? [multiplies[i]!] : []));
    };
    assert.equal(convolutions(counted), convolutions(graph));

    const model = onnx.ModelProto.decode(bytes);
    model.metadata_props!.find(({ key }) => key === "lfer.network.input")!.value = "nothing";
    const broken = read(onnx.ModelProto.encode(model).finish());
    assert.is(isProblem(broken) && broken.diagnose({}).code, "onnx/not-a-model");
  });
});
