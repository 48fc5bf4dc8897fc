import { join } from "node:path";
import type { FaceCut } from "./align/face-cut.js";
import type { Decode } from "./decode.js";
import { type PicturePlace, readPlace } from "./picture-place.js";
import type { RowSource } from "./rows.js";

/** The meaning of keys that are not paths of whole pictures. */
export interface KeyMeanings {
  /** The files of keys that are not paths. */
  readonly files?: ReadonlyMap<string, string>;
  cutOf?(key: string): FaceCut;
}

/** Pictures that are files below a folder, by relative path with forward slashes. */
export function filesBelow(
  folder: string,
  decode: Decode,
  { files, cutOf }: KeyMeanings = {},
): Required<Pick<RowSource, "read" | "place">> {
  const place = (key: string): PicturePlace => {
    const path = join(folder, ...(files?.get(key) ?? key).split("/"));
    return cutOf === undefined ? { path } : { path, cut: cutOf(key) };
  };
  return { place, read: (key) => readPlace(place(key), decode) };
}
