import { isProblem } from "../../diagnostics/diagnostic.js";
import type { BatchOrder, MadeBatch, SeenBatch } from "./batch-order.js";
import type { Crew } from "./crew.js";
import { type BatchTools, makeBatch } from "./make-batch.js";

/** Places [from, to) of a batch. */
type Part = readonly [from: number, to: number];

function partsOf(count: number, threads: number): readonly Part[] {
  const edges = Array.from({ length: threads + 1 }, (_, i) => Math.round((i * count) / threads));
  return edges.slice(1).flatMap((to, i): Part[] => {
    const from = edges[i] as number;
    return to > from ? [[from, to]] : [];
  });
}

function partOf(order: BatchOrder, [from, to]: Part, rooms: readonly Float32Array[]): BatchOrder {
  const classes = order.targets.length / order.pictures.length;
  const targets = order.targets.slice(from * classes, to * classes);
  return { ...order, pictures: order.pictures.slice(from, to), targets, rooms };
}

/** Whether a batch can be made in parts: nothing in it depends on another picture of it. */
export function isDivisible({ pictures, sights }: BatchOrder, { augmenter }: BatchTools): boolean {
  const isMixed = sights.some((sight) => "epoch" in sight && augmenter.mixes(sight.epoch, sight.step).length > 0);
  return !isMixed && pictures.every(({ picture }) => "pixels" in picture);
}

/**
 * Makes a batch of pictures in memory with all threads at once, the calling one included: the same numbers as {@link makeBatch}.
 * `rooms` are buffers of an earlier batch's parts, which this one reuses; at the end it leaves its own there.
 */
export async function makeTogether(
  order: BatchOrder,
  tools: BatchTools,
  crew: Crew,
  rooms: Float32Array[],
): Promise<MadeBatch> {
  const { width, height } = tools.setting.target;
  const perPicture = 3 * width * height;
  const wholes = order.sights.map((_, i) => {
    const room = order.rooms[i];
    const length = order.pictures.length * perPicture;
    return room?.length === length ? room : new Float32Array(length);
  });
  const [own, ...others] = partsOf(order.pictures.length, crew.size + 1);
  if (own === undefined) return makeBatch(order, tools);
  const begun = others.map(async (part): Promise<MadeBatch> => {
    const made = await crew.make(partOf(order, part, rooms.splice(0, order.sights.length)));
    // If a thread is lost, its part is made here.
    return isProblem(made) ? makeBatch(partOf(order, part, []), tools) : made;
  });
  // This thread writes directly into the whole batch. `rooms` are used from the last one on.
  const ownRooms = wholes.map((whole) => whole.subarray(0, own[1] * perPicture)).reverse();
  const made = [await makeBatch(partOf(order, own, ownRooms), tools), ...(await Promise.all(begun))];
  const seen = order.sights.map((_, sight): SeenBatch => {
    const parts = made.map((each) => each.seen[sight] as SeenBatch);
    const numbers = wholes[sight] as Float32Array;
    const targets = new Float32Array(order.targets.length);
    let [at, row] = [0, 0];
    for (const part of parts) {
      if (part.numbers.buffer !== numbers.buffer) {
        numbers.set(part.numbers, at);
        rooms.push(part.numbers);
      }
      targets.set(part.targets, row);
      at += part.numbers.length;
      row += part.targets.length;
    }
    return { numbers, targets, isMixed: false, images: parts.flatMap(({ images }) => images) };
  });
  const slowest = (time: "read" | "make"): number => Math.max(...made.map(({ times }) => times[time]));
  return {
    from: order.pictures.map((_, i) => i),
    unreadable: [],
    seen,
    times: { read: slowest("read"), make: slowest("make") },
  };
}
