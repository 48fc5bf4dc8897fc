/** Reads ONNX's Expand: nothing where the sizes are those of the tensor, else copies of it side by side. */
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import type { ValueId } from "../ir/graph.js";
import { type Dim, sameDim } from "../ir/shape.js";
import type { OnnxReader, OnnxReadSite } from "./onnx-node.js";
import { only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";

/** The most tensors that are joined at once. */
const mostJoined = 64;

/** `count` copies side by side along an axis of size 1: many are copies of copies, as a file may ask for any number. */
function copied(site: OnnxReadSite<never>, x: ValueId | Problem, count: number, axis: number): ValueId | Problem {
  if (count === 1) return x;
  const same = (value: ValueId | Problem, times: number) => new Array<ValueId | Problem>(times).fill(value);
  if (count <= mostJoined) return site.one("concat", same(x, count), { axis });
  const each = Math.floor(count / mostJoined);
  const parts = same(copied(site, x, each, axis), mostJoined);
  const rest = count - each * mostJoined;
  return site.one("concat", rest === 0 ? parts : [...parts, copied(site, x, rest, axis)], { axis });
}

/** The tensor for each sample of an open batch: both branches of the `where` are the tensor, so it only repeats it. */
function perSample(
  site: OnnxReadSite<never>,
  x: ValueId | Problem,
  rank: number,
  axis: number,
  copies: Dim,
): ValueId | Problem {
  if (axis !== 0 || !sameDim(copies, { batch: 1 }))
    return site.refuse("it repeats a tensor for other than each sample");
  const sample = site.sample();
  if (isProblem(sample)) return sample;
  const shape = Array.from({ length: rank }, (_, at): Dim => (at === 0 ? { batch: 1 } : 1));
  const each = site.one("reshape", [sample], { shape: toSignedSizes(shape) });
  return site.one("where", [site.one("equal", [each, each]), x, x]);
}

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
      const copies = wanted[axis] ?? 1;
      if (typeof copies !== "number") {
        result = perSample(site, result, rank, axis, copies);
        continue;
      }
      if (own[axis] !== 1 || !Number.isSafeInteger(copies) || copies < 1)
        return site.refuse(`it makes ${copies} of ${String(own[axis])} along axis ${axis}`);
      result = copied(site, result, copies, axis);
    }
    return only(result);
  },
};
