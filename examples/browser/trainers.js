/**
 * One training step on two engines, behind one form: step({ image, target, rate }) gives { loss, logits }, weights() the network's
 * weights by name.
 */
import { metadataOf } from "./onnx-file.js";
import { loadOnnxRuntime, loadTensorFlow } from "./runtimes.js";

/** The ONNX file of `--target onnx-train`: the state goes in and comes out again. It begins with zeros (docs/training-onnx.md). */
export async function onnxTrainer(file, provider) {
  const ort = await loadOnnxRuntime(provider);
  const options = { executionProviders: [provider] };
  if (provider === "webgpu") {
    // The state stays on the graphics card from step to step.
    const { parameters, statistics, optimizer } = JSON.parse(metadataOf(file)["lfer.state"]);
    const names = ["started", ...parameters, ...statistics, ...optimizer];
    options.preferredOutputLocation = Object.fromEntries(names.map((name) => [`next.${name}`, "gpu-buffer"]));
  }
  const session = await ort.InferenceSession.create(file, options);
  const inputs = new Map(session.inputMetadata.map((input) => [input.name, input.shape]));
  const zeros = (shape) => new Float32Array(shape.reduce((product, size) => product * size, 1));
  let state = Object.fromEntries(
    [...inputs]
      .filter(([name]) => name.startsWith("state."))
      .map(([name, shape]) => [name, new ort.Tensor("float32", zeros(shape), shape)]),
  );
  return {
    async step({ image, target, rate }) {
      const results = await session.run({
        image: new ort.Tensor("float32", image, inputs.get("image")),
        "data.label": new ort.Tensor("float32", target, inputs.get("data.label")),
        learning_rate: new ort.Tensor("float32", [rate], []),
        ...state,
      });
      for (const tensor of Object.values(state)) tensor.dispose();
      state = Object.fromEntries(Object.keys(state).map((name) => [name, results[name.replace("state.", "next.")]]));
      return { loss: results.loss.data[0], logits: Float32Array.from(results.logits.data) };
    },
    async weights() {
      const read = Object.entries(state).map(async ([name, tensor]) => [
        name.replace("state.", ""),
        await tensor.getData(),
      ]);
      return Object.fromEntries(await Promise.all(read));
    },
    dispose() {
      for (const tensor of Object.values(state)) tensor.dispose();
      return session.release();
    },
  };
}

/** The module of `--target tfjs-train`. */
export async function tfjsTrainer(module, backend) {
  const tf = await loadTensorFlow(backend);
  const { step, dispose } = module.createStep(tf);
  let state = module.initialState(tf);
  return {
    async step({ image, target, rate }) {
      const made = step(state, { image, "data.label": target, learning_rate: rate });
      state = made.state;
      const [loss, logits] = await Promise.all([made.outputs.loss.data(), made.outputs.logits.data()]);
      tf.dispose(made.outputs);
      return { loss: loss[0], logits };
    },
    weights: () => module.readState(state),
    dispose() {
      tf.dispose(state);
      dispose();
    },
  };
}
