import { join } from "node:path";
import type { FaceCut } from "./align/face-cut.js";
import type { Decode } from "./decode.js";
import { type PicturePlace, readPlace } from "./picture-place.js";
import type { RowSource } from "./rows.js";

/** What a key means where it is not the path of a whole picture. */
export interface KeyMeanings {
  fileOf?(key: string): string;
  cutOf?(key: string): FaceCut;
}

/** Pictures that are files below a folder, by their paths there with forward slashes. */
export function filesBelow(
  folder: string,
  decode: Decode,
  { fileOf = (key) => key, cutOf }: KeyMeanings = {},
): Required<Pick<RowSource, "read" | "place">> {
  const place = (key: string): PicturePlace => {
    const path = join(folder, ...fileOf(key).split("/"));
    return cutOf === undefined ? { path } : { path, cut: cutOf(key) };
  };
  return { place, read: (key) => readPlace(place(key), decode) };
}
