/** The inputs and outputs of a file around its network. */
import { type Graph, typeOf } from "../../../ir/graph.js";
import type { Dim, TensorType } from "../../../ir/shape.js";
import type { PictureModel, PictureSize } from "./preprocessing.js";

/** The type of the file's input: pictures as decoders give them. */
const pictureType = ({ height, width }: PictureSize): TensorType => ({
  dtype: "uint8",
  shape: [{ batch: 1 }, height, width, 3],
});

const probabilitiesType = (classes: Dim): TensorType => ({
  dtype: "float32",
  shape: [{ batch: 1 }, classes],
});

interface Port {
  readonly name: string;
  readonly type: TensorType;
}

/** The inputs and outputs of a graph. */
export const interfaceOf = (graph: Graph): { readonly inputs: readonly Port[]; readonly outputs: readonly Port[] } => ({
  inputs: graph.inputs.map(({ name, value }) => ({ name, type: typeOf(graph, value) })),
  outputs: graph.outputs.map(({ name, value }) => ({ name, type: typeOf(graph, value) })),
});

/** Those of the file around a network that takes pictures. */
export function pictureInterface(graph: Graph, { size, names }: PictureModel): ReturnType<typeof interfaceOf> {
  const [output] = interfaceOf(graph).outputs;
  return {
    inputs: [{ name: names.input, type: pictureType(size) }],
    outputs: [{ name: names.output, type: probabilitiesType(output?.type.shape[1] ?? 1) }],
  };
}

/** The network as a part of the file: with the names of its ends there, and all views of a picture in the batch. */
export function insidePictures(graph: Graph, { names, views }: PictureModel): Graph {
  const inFile = (dim: Dim): Dim => (typeof dim === "number" ? dim : { batch: dim.batch * views.length });
  return {
    ...graph,
    types: graph.types.map(({ dtype, shape }) => ({ dtype, shape: shape.map(inFile) })),
    inputs: graph.inputs.map((input) => ({ ...input, name: names.networkInput })),
    outputs: graph.outputs.map((output) => ({ ...output, name: names.networkOutput })),
  };
}
