/** A file with preprocessing inside is counted as its network: what is between the two values that its metadata names. */
import type { onnx } from "../generated/onnx.js";
import { insideKey, networkKeys } from "../metadata.js";

type GraphProto = onnx.GraphProto.$Properties;
type ValueInfoProto = onnx.ValueInfoProto.$Properties;

/** The network of such a file, the graph itself of any other, or what is wrong. */
export function networkInside(graph: GraphProto, props: ReadonlyMap<string, string>): GraphProto | string {
  if (!props.has(insideKey)) return graph;
  const [first, last] = [props.get(networkKeys.input) ?? "", props.get(networkKeys.output) ?? ""];
  const infos = new Map((graph.value_info ?? []).map((info) => [info.name ?? "", info]));
  const [input, output] = [infos.get(first), infos.get(last)];
  if (input === undefined || output === undefined)
    return `its metadata names "${(input === undefined ? first : last).slice(0, 60)}" as an end of its network, and it has no such value`;
  const wanted = new Set([last]);
  const nodes = (graph.node ?? []).toReversed().filter((node) => {
    if (!(node.output ?? []).some((name) => name !== first && wanted.has(name))) return false;
    for (const name of node.input ?? []) wanted.add(name);
    return true;
  });
  return {
    ...graph,
    node: nodes.reverse(),
    input: [oneView(input)],
    output: [output],
    initializer: (graph.initializer ?? []).filter(({ name }) => wanted.has(name ?? "")),
  };
}

/** With the batch of the network itself: the file's has all views of each picture. */
function oneView(info: ValueInfoProto): ValueInfoProto {
  const tensor = info.type?.tensor_type;
  const [, ...sizes] = tensor?.shape?.dim ?? [];
  return { ...info, type: { tensor_type: { ...tensor, shape: { dim: [{ dim_param: "N" }, ...sizes] } } } };
}
