import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../formats/digest.js";
import { cutFace, type FaceCut } from "./align/face-cut.js";
import type { Decode } from "./decode.js";
import { readPictureFile } from "./picture-files.js";
import type { RgbImage } from "./rgb-image.js";

/** Where a picture lies, as plain data: it goes to other threads. */
export interface PicturePlace {
  readonly path: string;
  /** How a face is cut out of it; undefined where the whole picture is meant. */
  readonly cut?: FaceCut | undefined;
}

/** Reads the file and decodes it. */
export async function readPlace(place: PicturePlace, decode: Decode): Promise<ReadPicture | Problem> {
  const bytes = await readPictureFile(place.path);
  return isProblem(bytes) ? bytes : pictureAt(place, bytes, decode);
}

/** The picture of a file's bytes; what stands for its content is the digest of these, and of the cut. */
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

/** A picture as it was found. */
export interface ReadPicture {
  readonly image: RgbImage;
  /** What stands for its content in the fingerprint of a data set. */
  readonly digest: string;
}
