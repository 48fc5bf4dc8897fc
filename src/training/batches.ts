/** Makes batches for steps and evaluations from draws of pictures, some batches ahead. */
import type { Augmenter } from "../data/augment/from-recipe.js";
import { largestOfRows } from "../data/augment/mixing.js";
import type { Sample } from "../data/data-set.js";
import { type Decode, loadDecoder } from "../data/decode.js";
import type { Draw, Draws } from "../data/draws.js";
import type { BatchOrder, MadeBatch, Sight, Unreadable } from "../data/loader/batch-order.js";
import type { Crew } from "../data/loader/crew.js";
import { inOrder } from "../data/loader/in-order.js";
import { type BatchTools, makeBatch } from "../data/loader/make-batch.js";
import { isDivisible, makeTogether } from "../data/loader/make-together.js";
import type { PictureStore } from "../data/picture-store.js";
import type { View } from "../data/views.js";
import { isProblem, type Problem, problemOf } from "../diagnostics/diagnostic.js";
import type { Values } from "../engines/engine.js";
import { type Distributions, distributionInput } from "./distributions.js";
import type { LostPictures } from "./lost-pictures.js";
import type { PictureInput } from "./plan.js";
import type { Teacher } from "./teacher.js";

export interface Batch {
  readonly count: number;
  /** By input name: the picture, `data.label`, `data.distribution`, `teacher.X`. */
  readonly inputs: ReadonlyMap<string, Values>;
  /** The pictures of the batch. */
  readonly samples: readonly Sample[];
  /** The class of each picture; for a mixed one, the class with the largest share. */
  readonly labels: readonly number[];
}

export interface BatchSource {
  readonly store: PictureStore;
  readonly picture: PictureInput;
  readonly classCount: number;
  readonly augmenter: Augmenter;
  readonly teacher: Teacher | undefined;
  /** Threads that make batches; without them, batches are made between the steps. */
  readonly crew?: Crew | undefined;
  /** Whether steps use every core, so that making a batch during a step only delays it. */
  readonly stepsUseAllCores?: boolean | undefined;
  /** Receives pictures that can no longer be read; without it, the first one ends the run. */
  readonly lost?: LostPictures | undefined;
  /** Distributions, if a loss reads them. */
  readonly distributions?: Distributions | undefined;
}

/**
 * Whether all threads make a batch together between two steps, and none during a step: the threads of a step wait for the slowest of
 * them, so a step that lacks one core loses more time than the batch takes. Only if all pictures are in memory.
 */
export const makesBetweenSteps = ({ store, crew, stepsUseAllCores }: BatchSource): boolean =>
  crew !== undefined && stepsUseAllCores === true && store.kept.isAll;

/** Milliseconds since the beginning. */
export interface BatchTimes {
  /** Time for reading, decoding and making batches, summed over all threads. */
  readonly read: number;
  readonly make: number;
  /** Time that steps waited for their batch. */
  readonly wait: number;
}

/** The input that every loss may use: the label distribution [N, C]. */
const labelInput = "data.label";

/** Maximum size of the batches that wait for their step; at least one batch waits. */
const waitingBytes = 256 * 2 ** 20;

/** Draws, and their sights: one batch for each sight. */
interface Portion {
  readonly draws: readonly Draw[];
  readonly sights: readonly Sight[];
}

const isTraining = ({ sights }: Portion): boolean => sights.some((sight) => "epoch" in sight);

/** Makes batches in order, a few ahead. A batch's buffers are valid until the next batch is requested. */
export class BatchMaker {
  readonly #source: BatchSource;
  readonly #tools: BatchTools;
  readonly #rooms: Float32Array[] = [];
  /** Such buffers for parts of batches. */
  readonly #partRooms: Float32Array[] = [];
  readonly #times = { read: 0, make: 0, wait: 0 };
  #decoder: Promise<Decode | Problem> | undefined;

  constructor(source: BatchSource) {
    this.#source = source;
    this.#tools = {
      setting: { target: source.picture, keepLarger: source.store.preparation.keepLarger },
      augmenter: source.augmenter,
      decode: () => {
        this.#decoder ??= loadDecoder();
        return this.#decoder;
      },
    };
  }

  get times(): BatchTimes {
    return this.#times;
  }

  /** The draws' pictures with the augmentation of that epoch, in batches of `size`; after a problem, no more batches follow. */
  async *augmented(draws: Draws, size: number, epoch: number): AsyncGenerator<Batch | Problem, void> {
    const portions = (function* () {
      for (let step = 0; step * size < draws.length; step++) {
        yield { draws: draws.slice(step * size, (step + 1) * size), sights: [{ epoch, step }] };
      }
    })();
    for await (const made of this.#batches(portions, size)) {
      const [batch] = isProblem(made) ? [made] : made;
      if (batch !== undefined) yield batch;
    }
  }

  /** The samples' pictures without augmentation, in batches; for each portion, the batches of all views together. */
  viewed(
    samples: readonly Sample[],
    size: number,
    views: readonly View[],
  ): AsyncGenerator<readonly Batch[] | Problem, void> {
    const sights = views.map((view) => ({ view }));
    const portions = (function* () {
      for (let at = 0; at < samples.length; at += size) {
        yield { draws: samples.slice(at, at + size).map((sample) => ({ sample, repeat: 0 })), sights };
      }
    })();
    return this.#batches(portions, size * sights.length);
  }

  /** The batches of the portions; `pictures` is the number in one portion, all sights together. */
  async *#batches(portions: Iterable<Portion>, pictures: number): AsyncGenerator<readonly Batch[] | Problem, void> {
    const making = inOrder(portions, this.#ahead(pictures), async (portion) => {
      return { portion, made: await this.#make(portion) };
    });
    for (;;) {
      const asked = performance.now();
      const next = await making.next();
      this.#times.wait += performance.now() - asked;
      if (next.done === true) return;
      const { portion, made } = next.value;
      const lost = this.#tell(made.unreadable);
      if (lost !== undefined) {
        yield lost;
        return;
      }
      this.#times.read += made.times.read;
      this.#times.make += made.times.make;
      const [none] = made.from.length === 0 ? made.unreadable : [];
      // An evaluation continues with the next pictures. A training step without any picture ends the run: more than some files
      // is missing.
      if (none !== undefined && isTraining(portion)) {
        yield problemOf(none.found);
        return;
      }
      if (none === undefined) yield await this.#taught(portion.draws, made);
      this.#rooms.push(...made.seen.map(({ numbers }) => numbers));
    }
  }

  /** How many batches may wait for their step: two per thread, within the memory limit; none if batches are made between steps. */
  #ahead(pictures: number): number {
    const { crew, picture } = this.#source;
    if (makesBetweenSteps(this.#source)) return 0;
    if (crew === undefined) return 1;
    const bytes = pictures * 3 * picture.width * picture.height * Float32Array.BYTES_PER_ELEMENT;
    return Math.max(1, Math.min(2 * crew.size, Math.floor(waitingBytes / bytes)));
  }

  async #make(portion: Portion): Promise<MadeBatch> {
    const { draws, sights } = portion;
    const { store, teacher, crew } = this.#source;
    const order: BatchOrder = {
      pictures: await Promise.all(
        draws.map(async ({ sample, repeat }) => {
          const picture = store.atHand(sample) ?? (await store.picture(sample));
          const { key, label } = sample;
          return { key, label, repeat, picture: isProblem(picture) ? { found: picture.diagnose({}) } : picture };
        }),
      ),
      sights,
      targets: this.#targetsOf(draws),
      isFilled: isTraining(portion),
      wantsImages: teacher !== undefined,
      rooms: this.#rooms.splice(0, sights.length),
    };
    if (crew !== undefined && makesBetweenSteps(this.#source) && isDivisible(order, this.#tools)) {
      return makeTogether(order, this.#tools, crew, this.#partRooms);
    }
    const made = await crew?.make(order);
    // The work of a lost thread is done here: the same numbers, later.
    return made === undefined || isProblem(made) ? makeBatch(order, this.#tools) : made;
  }

  /** The targets of each picture in one row: its label, then its distribution if a loss reads one. Both are mixed alike. */
  #targetsOf(draws: readonly Draw[]): Float32Array {
    const { classCount, distributions } = this.#source;
    const width = distributions === undefined ? classCount : 2 * classCount;
    const targets = new Float32Array(draws.length * width);
    for (const [i, { sample }] of draws.entries()) {
      targets.set(sample.target, i * width);
      // If the loss of this half reads no distributions, its pictures may have none.
      if (distributions !== undefined) targets.set(distributions.of(sample) ?? sample.target, i * width + classCount);
    }
    return targets;
  }

  /** The inputs of the losses, [N, C] each, from such rows. */
  #targetInputs(targets: Float32Array): ReadonlyMap<string, Values> {
    const { classCount, distributions } = this.#source;
    if (distributions === undefined) return new Map([[labelInput, targets]]);
    const [label, distribution] = [0, classCount].map((from) => {
      const part = new Float32Array(targets.length / 2);
      for (let at = 0; at < part.length; at += classCount) {
        part.set(targets.subarray(2 * at + from, 2 * at + from + classCount), at);
      }
      return part;
    }) as [Values, Values];
    return new Map([
      [labelInput, label],
      [distributionInput, distribution],
    ]);
  }

  /** Reports pictures that can no longer be read; returns a problem if they end the run. */
  #tell(unreadable: readonly Unreadable[]): Problem | undefined {
    const { lost } = this.#source;
    for (const each of unreadable) {
      const end = lost === undefined ? problemOf(each.found) : lost.lose(each);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  /** Adds the teacher's outputs for the same pictures: one call at a time, between the steps. */
  async #taught(draws: readonly Draw[], { from, seen }: MadeBatch): Promise<readonly Batch[]> {
    const { picture, teacher } = this.#source;
    const samples = from.map((i) => (draws[i] as Draw).sample);
    const batches: Batch[] = [];
    for (const { numbers, targets, images, isMixed } of seen) {
      const taught = teacher === undefined ? [] : await teacher.answer(images);
      const asked = this.#targetInputs(targets);
      const inputs = new Map<string, Values>([[picture.name, numbers], ...asked, ...taught]);
      const mixed = asked.get(labelInput) ?? targets;
      const labels = isMixed ? largestOfRows(mixed, samples.length) : samples.map(({ label }) => label);
      batches.push({ count: samples.length, inputs, samples, labels });
    }
    return batches;
  }
}

/** Number of rows of [count, classes], logits or probabilities, whose maximum is at the label. */
export function countCorrect(logits: ArrayLike<number>, labels: readonly number[]): number {
  const classCount = logits.length / labels.length;
  let correct = 0;
  for (const [row, label] of labels.entries()) {
    let best = 0;
    for (let c = 1; c < classCount; c++) {
      if ((logits[row * classCount + c] as number) > (logits[row * classCount + best] as number)) best = c;
    }
    if (best === label) correct++;
  }
  return correct;
}
