/** Reads every picture of a data set once: its size, its digest, or why it cannot be read. */
import { isProblem, type Problem } from "../../diagnostics/diagnostic.js";
import { invariant } from "../../diagnostics/invariant.js";
import type { RgbImage } from "../rgb-image.js";
import type { LyingPicture, LyingSet } from "./as-it-lies.js";

export interface GoodPicture extends LyingPicture {
  readonly kind: "good";
  /** SHA-256 of the file, or of the pixels if they are in a table. */
  readonly digest: string;
  readonly format: string;
  /** After EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly isGrey: boolean;
}

export interface BadPicture extends LyingPicture {
  readonly kind: "bad";
  /** Undefined if its bytes cannot be read. */
  readonly digest: string | undefined;
  readonly problem: Problem;
}

export type SeenPicture = GoodPicture | BadPicture;

export interface Looking {
  onProgress(done: number): void;
  readonly isStopped: () => boolean;
  /** Receives each decoded picture before its pixels are freed. */
  onPixels(picture: LyingPicture, image: RgbImage): void;
}

/** Pictures read and decoded concurrently: sharp has threads of its own, and memory is limited. */
const atATime = 4;

/** All pictures in order; if the user stops it, the rest is missing. */
export async function inspect(set: LyingSet, looking: Looking): Promise<readonly SeenPicture[]> {
  const { pictures } = set;
  const seen: SeenPicture[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < pictures.length && !looking.isStopped()) {
      const at = next++;
      seen[at] = await inspectOne(set, pictures[at] as LyingPicture, looking);
      looking.onProgress(++done);
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  return seen.filter((each) => each !== undefined);
}

async function inspectOne(set: LyingSet, picture: LyingPicture, { onPixels }: Looking): Promise<SeenPicture> {
  const { digest, format, image } = await set.look(picture);
  if (isProblem(image)) return { ...picture, kind: "bad", digest, problem: image };
  invariant(digest !== undefined, "a picture of no bytes");
  onPixels(picture, image);
  return { ...picture, kind: "good", digest, format, width: image.width, height: image.height, isGrey: isGrey(image) };
}

function isGrey({ pixels }: RgbImage): boolean {
  for (let at = 0; at < pixels.length; at += 3) {
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2]) return false;
  }
  return true;
}
