/** One model on two engines, behind one form: { facts, logits(planes), dispose() }, for one picture at a time. */
import { normalise } from "./lferc/data/normalise.js";
import { shownBy } from "./lferc/data/views.js";
import { classProbabilities } from "./lferc/deploy/class-probabilities.js";
import { factsOf } from "./model-facts.js";
import { metadataOf } from "./onnx-file.js";
import { fetchFile, loadOnnxRuntime, loadTensorFlow } from "./runtimes.js";

function expectLayout({ layout }, expected) {
  if (layout !== expected) throw new Error(`The model takes pictures as ${layout}, not as ${expected}.`);
}

export async function onnxClassifier(path, provider) {
  const [ort, file] = await Promise.all([loadOnnxRuntime(provider), fetchFile(path)]);
  const facts = factsOf(metadataOf(file));
  expectLayout(facts, "NCHW");
  const session = await ort.InferenceSession.create(file, { executionProviders: [provider] });
  return {
    facts,
    async logits(planes) {
      const picture = new ort.Tensor("float32", planes, [1, 3, facts.height, facts.width]);
      const { [facts.output]: output } = await session.run({ [facts.input]: picture });
      return Float32Array.from(output.data);
    },
    dispose: () => session.release(),
  };
}

export async function tfjsClassifier(path, backend) {
  const tf = await loadTensorFlow(backend);
  // Fetched by itself too, for a clear word when it is missing.
  await fetchFile(path);
  const model = await tf.loadGraphModel(path);
  const facts = factsOf(model.metadata);
  expectLayout(facts, "NHWC");
  const { height, width } = facts;
  return {
    facts,
    async logits(planes) {
      const output = tf.tidy(() => model.predict(tf.tensor(planes, [1, 3, height, width]).transpose([0, 2, 3, 1])));
      const logits = await output.data();
      output.dispose();
      return logits;
    },
    dispose: () => model.dispose(),
  };
}

/** The probabilities of a picture of the model's size, by the views by which the model was judged. */
export async function classify({ facts, logits }, picture) {
  const views = [];
  for (const view of facts.views) views.push(await logits(normalise(shownBy(view, picture), facts)));
  return classProbabilities(views, facts.labels.length);
}
