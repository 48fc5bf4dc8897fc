import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { type Graph, typeOf } from "../../../ir/graph.js";
import { type Evaluation, usualEvaluation } from "../../../recipe/evaluations.js";
import { labelledOutputs, pictureOf } from "../describe-model.js";
import { type PictureModel, type Preprocessing, type Preprocessor, pictureNames } from "./preprocessing.js";

/** The network with only the output that `predict` reads; or why it classifies no pictures. */
export function classifierOf(graph: Graph): Graph | Problem {
  const refuse = (reason: string): Problem => problem("onnx/no-preprocessing", { model: graph.name, reason });
  const [first] = labelledOutputs(graph);
  const output = graph.outputs.find(({ name }) => name === first?.name);
  if (graph.inputs.length > 1) return refuse(`it has ${graph.inputs.length} inputs`);
  if (pictureOf(graph) === undefined) return refuse("its input is no `picture(...)`");
  if (output === undefined) return refuse("no output has `labels(...)`");
  const { shape } = typeOf(graph, output.value);
  const [batch, classes] = shape;
  if (shape.length !== 2 || typeof batch === "number" || batch?.batch !== 1 || typeof classes !== "number")
    return refuse(`its output ${output.name} is no [N, classes]`);
  return { ...graph, outputs: [output] };
}

/** What the file of such a network does with pictures. */
export function pictureModel(
  graph: Graph,
  evaluation: Evaluation | undefined,
  preprocessor: Preprocessor,
): PictureModel | Problem {
  const picture = pictureOf(graph);
  if (picture === undefined) return problem("onnx/no-preprocessing", { model: graph.name, reason: "no picture" });
  const plan = preprocessor.plan(picture, evaluation ?? usualEvaluation);
  return isProblem(plan) ? plan : { ...plan, picture, names: pictureNames(graph) };
}

/** What the file does, as its metadata lists it. */
export const stepsOf = ({ passes, views }: Preprocessing): readonly string[] => [
  ...(passes.length > 0 ? ["resizing"] : []),
  "normalisation",
  ...(views.length > 1 ? ["mean of views"] : []),
  "probabilities",
];
