/** Reads ONNX's Expand: nothing where the sizes are those of the tensor, else copies of it side by side. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, sameDim } from "../ir/shape.js";
import type { OnnxReader } from "./onnx-node.js";
import { only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";

/** The most copies along an axis: a file may ask for any number. */
const mostCopies = 64;

export const expandingNodes: OnnxReader<Readonly<Record<never, never>>> = {
  nodeTypes: ["Expand"],
  read: (site) => {
    const [x, target] = [site.tensor(0), site.numbers(1)];
    if (isProblem(x)) return x;
    if (target === undefined || isProblem(target)) return target ?? site.refuse("it has no target");
    const { shape } = site.typeOf(x);
    const rank = Math.max(shape.length, target.length);
    const own = Array.from({ length: rank }, (_, axis): Dim => shape[axis - rank + shape.length] ?? 1);
    const wanted = Array.from({ length: rank }, (_, axis): Dim => target[axis - rank + target.length] ?? 1);
    const repeated = wanted.flatMap((size, axis) => (size === 1 || sameDim(size, own[axis] ?? 1) ? [] : [axis]));
    if (repeated.length === 0 && rank === shape.length) return site.make([x], {});
    let result: ValueId | Problem = rank === shape.length ? x : site.one("reshape", [x], { shape: toSignedSizes(own) });
    for (const axis of repeated) {
      const copies = wanted[axis];
      if (typeof copies !== "number")
        return site.refuse("it repeats a tensor for each sample of an open batch, which lferc does not count");
      if (own[axis] !== 1) return site.refuse(`it makes ${copies} of ${String(own[axis])} along axis ${axis}`);
      if (copies > mostCopies)
        return site.refuse(`it repeats a tensor ${copies} times, of which lferc counts at most ${mostCopies}`);
      const same: readonly (ValueId | Problem)[] = new Array<ValueId | Problem>(copies).fill(result);
      result = site.one("concat", same, { axis });
    }
    return only(result);
  },
};
