/** What a model says of itself: how a picture is made ready for it, and what its answers mean. */
import { viewsOf } from "./lferc/data/views.js";

/** From the metadata of either file: texts in an ONNX file, values in a GraphModel. */
export function factsOf(metadata) {
  const value = (key) => {
    const found = metadata[key];
    if (found === undefined) throw new Error(`The model does not say its ${key}: lferc did not write it.`);
    return found;
  };
  const list = (key) => (typeof value(key) === "string" ? JSON.parse(value(key)) : value(key));
  const only = (key, expected) => {
    if (String(value(key)) !== expected)
      throw new Error(`The model's ${key} is ${value(key)}: this page knows ${expected}.`);
  };
  only("lfer.schema", "1");
  only("lfer.input.color", "RGB");
  const [height, width] = list("lfer.input.size");
  const evaluation = metadata["lfer.evaluation"] ?? "single_view";
  const views = viewsOf[evaluation];
  if (views === undefined) throw new Error(`The model is judged by ${evaluation}, which this page does not know.`);
  return {
    name: value("lfer.model"),
    network: value("lfer.graph.sha256"),
    input: value("lfer.input"),
    output: value("lfer.output"),
    layout: value("lfer.input.layout"),
    labels: list("lfer.labels"),
    mean: list("lfer.input.mean"),
    std: list("lfer.input.std"),
    height,
    width,
    views,
  };
}
