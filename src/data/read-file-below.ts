import { join } from "node:path";
import { isProblem, type Problem } from "../diagnostics/diagnostic.js";
import { sha256 } from "../digest.js";
import type { ReadPicture } from "./data-set.js";
import type { Decode } from "./decode.js";
import { readPictureFile } from "./picture-files.js";

/** The picture in the file that a key (or a name in a table) means: a path below the folder, with forward slashes. */
export async function readFileBelow(folder: string, path: string, decode: Decode): Promise<ReadPicture | Problem> {
  const file = join(folder, ...path.split("/"));
  const bytes = await readPictureFile(file);
  if (isProblem(bytes)) return bytes;
  const image = await decode(bytes, file);
  return isProblem(image) ? image : { image, digest: sha256([bytes]) };
}
