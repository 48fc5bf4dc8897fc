import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../digest.js";
import type { ReadPicture } from "./data-set.js";
import type { Decode } from "./decode.js";
import { readPictureFile } from "./picture-files.js";

/** Where a picture lies, as plain data: it goes to other threads. */
export interface PicturePlace {
  readonly path: string;
}

/** Reads the file and decodes it; what stands for its content is the digest of its bytes. */
export async function readPlace({ path }: PicturePlace, decode: Decode): Promise<ReadPicture | Problem> {
  const bytes = await readPictureFile(path);
  if (isProblem(bytes)) return bytes;
  const image = await decode(bytes, path);
  return isProblem(image) ? image : { image, digest: sha256([bytes]) };
}
