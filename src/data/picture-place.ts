import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { cutFace, type FaceCut } from "./align/face-cut.js";
import type { Decode } from "./decode.js";
import { readPictureFile } from "./picture-files.js";
import type { RgbImage } from "./rgb-image.js";

/** The place of a picture, as plain data that can be sent to other threads. */
export interface PicturePlace {
  readonly path: string;
  /** How the face is cut out; undefined for the whole picture. */
  readonly cut?: FaceCut | undefined;
}

/** Reads and decodes the file. */
export async function readPlace(place: PicturePlace, decode: Decode): Promise<ReadPicture | Problem> {
  const bytes = await readPictureFile(place.path);
  return isProblem(bytes) ? bytes : pictureAt(place, bytes, decode);
}

/** Decodes a picture from a file's bytes; its digest covers the bytes and the cut. */
export async function pictureAt(
  { path, cut }: PicturePlace,
  bytes: Uint8Array,
  decode: Decode,
): Promise<ReadPicture | Problem> {
  const image = await decode(bytes, path);
  if (isProblem(image)) return image;
  if (cut === undefined) return { image, digest: sha256([bytes]) };
  const face = await cutFace(image, cut, path);
  return isProblem(face) ? face : { image: face.image, digest: sha256([bytes, face.by]) };
}

/** A picture as read. */
export interface ReadPicture {
  readonly image: RgbImage;
  /** Represents its content in the fingerprint of a data set. */
  readonly digest: string;
}
