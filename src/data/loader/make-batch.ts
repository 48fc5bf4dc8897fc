/** Makes a batch from its order: the same code in every thread, so the same numbers. */
import { isProblem, type Problem, problemOf } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { Augmenter } from "../augment/from-recipe.js";
import { mixImages, mixRows } from "../augment/mixing.js";
import type { Decode } from "../decode.js";
import { normaliseInto } from "../normalise.js";
import { readPlace } from "../picture-place.js";
import { prepared } from "../prepared-picture.js";
import type { RgbImage } from "../rgb-image.js";
import { shownBy } from "../views.js";
import type { BatchOrder, LoaderSetting, MadeBatch, PictureOrder, Sight, Unreadable } from "./batch-order.js";

export interface BatchTools {
  readonly setting: Pick<LoaderSetting, "target" | "keepLarger">;
  readonly augmenter: Augmenter;
  /** Called only if a picture is in a file. */
  decode(): Promise<Decode | Problem>;
}

/** The batch; without pictures if none can be read. */
export async function makeBatch(order: BatchOrder, tools: BatchTools): Promise<MadeBatch> {
  const begun = performance.now();
  const found = await Promise.all(order.pictures.map((picture) => imageOf(picture, tools)));
  const read = performance.now();
  const unreadable: Unreadable[] = [];
  const readable: number[] = [];
  for (const [i, image] of found.entries()) {
    if (isProblem(image)) unreadable.push({ key: order.pictures[i]?.key ?? "", found: image.diagnose({}) });
    else readable.push(i);
  }
  const from = order.isFilled && readable.length > 0 ? found.map((_, i) => fillerOf(i, readable)) : readable;
  const rooms = [...order.rooms];
  const seen = order.sights.map((sight) => {
    const { augmenter } = tools;
    const mixes = "epoch" in sight ? augmenter.mixes(sight.epoch, sight.step) : [];
    const images = mixImages(
      from.map((i) => see(order.pictures[i], found[i], sight, augmenter)),
      mixes,
    );
    const targets = targetsOf(order, from);
    mixRows(targets, images.length, mixes);
    const { target } = tools.setting;
    const numbers = roomFor(images.length * 3 * target.width * target.height, rooms);
    for (const [i, image] of images.entries()) normaliseInto(numbers, i, image, target);
    return { numbers, targets, isMixed: mixes.length > 0, images: order.wantsImages ? images : [] };
  });
  return { from, unreadable, seen, times: { read: read - begun, make: performance.now() - read } };
}

function roomFor(length: number, rooms: Float32Array[]): Float32Array {
  const room = rooms.pop();
  return room?.length === length ? room : new Float32Array(length);
}

/** The position itself if its picture can be read, else the next readable one. */
function fillerOf(place: number, readable: readonly number[]): number {
  return readable.find((i) => i >= place) ?? (readable[0] as number);
}

async function imageOf({ picture }: PictureOrder, { decode, setting }: BatchTools): Promise<RgbImage | Problem> {
  if ("pixels" in picture) return picture;
  if ("found" in picture) return problemOf(picture.found);
  const decoder = await decode();
  if (isProblem(decoder)) return decoder;
  const read = await readPlace(picture, decoder);
  return isProblem(read) ? read : prepared(read.image, setting);
}

function see(
  picture: PictureOrder | undefined,
  image: RgbImage | Problem | undefined,
  sight: Sight,
  augmenter: Augmenter,
): RgbImage {
  invariant(picture !== undefined && image !== undefined && !isProblem(image), "a readable picture is not there");
  if ("view" in sight) return shownBy(sight.view, augmenter.plain(image));
  const { key, label, repeat } = picture;
  return augmenter.augment(image, { sample: { key, label, target: noTarget }, repeat }, sight.epoch);
}

/** Augmentations depend on a sample's key only; targets belong to the batch. */
const noTarget = new Float32Array();

function targetsOf({ targets, pictures }: BatchOrder, from: readonly number[]): Float32Array {
  const classCount = targets.length / pictures.length;
  const own = new Float32Array(from.length * classCount);
  for (const [place, i] of from.entries()) {
    own.set(targets.subarray(i * classCount, (i + 1) * classCount), place * classCount);
  }
  return own;
}
