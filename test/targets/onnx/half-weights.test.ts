import * as assert from "uvu/assert";
import { typeOf } from "../../../src/ir/graph.js";
import { bindShape } from "../../../src/ir/shape.js";
import { type BuildOptions, buildOnnx } from "../../../src/targets/onnx/build.js";
import { onnx } from "../../../src/targets/onnx/generated/onnx.js";
import { initialiseWeights } from "../../../src/weights/initialise.js";
import { writeSafetensors } from "../../../src/weights/safetensors.js";
import { ort } from "../../support/onnx-runtime.js";
import { suite } from "../../support/suite.js";
import { miniShuffleNet } from "./networks.js";

const network = miniShuffleNet();
const { FLOAT, FLOAT16 } = onnx.TensorProto.DataType;

async function build(
  weightsType: "float32" | "float16",
  change: (weights: Map<string, Float32Array>) => void = () => {},
) {
  const weights = new Map(initialiseWeights(network, 3));
  change(weights);
  const tensors = network.slots.map(({ name, value }) => {
    return [name, { shape: bindShape(typeOf(network, value).shape, 1), data: weights.get(name)! }] as const;
  });
  const bytes = Buffer.concat(writeSafetensors(new Map(tensors)));
  const options: BuildOptions = {
    opset: 13,
    level: 1,
    weights: { kind: "file", file: "w.safetensors", bytes },
    weightsType,
    verify: true,
    loadRuntime: async () => ort,
    provenance: { lferVersion: "0", sourceSha256: "0", settings: new Map() },
  };
  const built = await buildOnnx(network, options);
  if (built.kind === "refused") throw new Error(built.diagnostics.map(({ message }) => message).join("\n"));
  const file = Buffer.concat(built.pieces);
  return { built, file, tensors: onnx.ModelProto.decode(file).graph!.initializer! };
}

async function run(file: Uint8Array): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(file);
  const image = Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i * 0.37));
  const answers = await session.run({ image: new ort.Tensor("float32", image, [1, 3, 32, 32]) });
  await session.release();
  return Object.values(answers)[0]!.data as Float32Array;
}

suite("weights as float16", ({ native: test }) => {
  test("filters and matrices are halves, biases are not; the outputs are those of the rounded numbers", async () => {
    const [half, whole] = [await build("float16"), await build("float32")];
    const weights = half.tensors.filter(({ data_type: type }) => type === FLOAT16);
    assert.ok(weights.length > 5 && weights.every(({ dims }) => dims!.length >= 2));
    const others = half.tensors.filter(({ data_type: type, name }) => type === FLOAT && !/^floats?_/.test(name!));
    assert.ok(others.length > 5 && others.every(({ dims }) => dims!.length < 2));

    // The same numbers by hand: with the file's own halves in float32, in place of the other file's weights.
    const model = onnx.ModelProto.decode(whole.file);
    for (const tensor of model.graph!.initializer!) {
      const stored = weights.find(({ name }) => name === `${tensor.name}.float16`);
      if (stored === undefined) continue;
      const bits = stored.raw_data!;
      const view = new DataView(bits.buffer, bits.byteOffset, bits.byteLength);
      const numbers = Float32Array.from({ length: bits.byteLength / 2 }, (_, i) => {
        const [exponent, steps] = [(view.getUint16(2 * i, true) >> 10) & 31, view.getUint16(2 * i, true) & 1023];
        const size = exponent === 0 ? steps * 2 ** -24 : (1 + steps / 1024) * 2 ** (exponent - 15);
        return view.getUint16(2 * i, true) & 0x8000 ? -size : size;
      });
      tensor.raw_data = new Uint8Array(numbers.buffer);
    }
    const wanted = await run(onnx.ModelProto.encode(model).finish());
    assert.equal(await run(half.file), wanted);
    assert.not.equal(wanted, await run(whole.file));
    const { error = 0, tooLarge } = half.built.rounding!;
    assert.ok(error > 1e-6 && error < 1e-2, String(error));
    assert.equal(tooLarge, []);
    assert.is(whole.built.rounding, undefined);
  });

  test("a number beyond its range leaves its tensor in float32, and is told", async () => {
    const { built, tensors } = await build("float16", (weights) => {
      weights.get("output_module.depthwise.weight")?.fill(7e4);
    });
    assert.is(built.rounding!.tooLarge.length, 1);
    const kept = tensors.find(({ name }) => name === built.rounding!.tooLarge[0]);
    assert.is(kept?.data_type, FLOAT);
  });
});
