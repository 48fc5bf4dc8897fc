/** The thread that makes batches: started by {@link Crew}. */
import { parentPort, workerData } from "node:worker_threads";
import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import { augmenterOf } from "../augment/from-recipe.js";
import { type Decode, loadDecoder } from "../decode.js";
import { type PicturePlace, readPlace } from "../picture-place.js";
import { prepared } from "../prepared-picture.js";
import type { LoaderSetting } from "./batch-order.js";
import { type BatchTools, makeBatch } from "./make-batch.js";
import type { LookedAt, WorkerAnswer, WorkerJob } from "./worker-messages.js";

const port = parentPort;
invariant(port !== null, "this is no thread of its own");
const setting = workerData as LoaderSetting;
const augmenter = augmenterOf(setting.augment, setting.target, setting.seed);
invariant(!isProblem(augmenter), "augmentations that were refused before");

let decoder: Promise<Decode | Problem> | undefined;
const decode = (): Promise<Decode | Problem> => {
  decoder ??= loadDecoder();
  return decoder;
};
const tools: BatchTools = { setting, augmenter, decode };

async function lookAt(place: PicturePlace): Promise<LookedAt> {
  const use = await decode();
  const read = isProblem(use) ? use : await readPlace(place, use);
  return isProblem(read) ? { found: read.diagnose({}) } : { image: prepared(read.image, setting), digest: read.digest };
}

async function answer(job: WorkerJob): Promise<WorkerAnswer> {
  if (job.kind === "batch") return { kind: "batch", made: await makeBatch(job.order, tools) };
  return { kind: "look", looked: await Promise.all(job.places.map(lookAt)) };
}

/** Buffers that are transferred instead of copied: those that nothing else uses. */
function handedOver(given: WorkerAnswer): readonly ArrayBuffer[] {
  const arrays: Uint8Array[] = [];
  if (given.kind === "look") for (const each of given.looked) if ("image" in each) arrays.push(each.image.pixels);
  const numbers = given.kind === "batch" ? given.made.seen.map((each) => each.numbers.buffer) : [];
  // A decoder's buffers may be views of larger ones.
  const whole = arrays.filter(({ buffer, byteLength }) => buffer.byteLength === byteLength).map(({ buffer }) => buffer);
  return [...new Set([...numbers, ...whole])].filter((buffer) => buffer instanceof ArrayBuffer);
}

/** Jobs run one after the other, in order of arrival. */
let last: Promise<void> = Promise.resolve();
port.on("message", (job: WorkerJob) => {
  last = last.then(async () => {
    let given: WorkerAnswer;
    try {
      given = await answer(job);
    } catch (error) {
      const { message, stack } = error instanceof Error ? error : new Error(String(error));
      given = { kind: "bug", message, stack };
    }
    port.postMessage(given, handedOver(given));
  });
});
