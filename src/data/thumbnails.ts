/** Small copies of pictures for a page. */
import { isAbsolute, resolve, sep } from "node:path";
import { isProblem } from "../diagnostics/diagnostic.js";
import type { Decode } from "./decode.js";
import { faceExpressions, generateFace } from "./generated-faces.js";
import { isDamagedName, readPictureFile } from "./picture-files.js";
import { encodePng } from "./png.js";
import { resizeBilinear } from "./resize-picture.js";
import type { RgbImage } from "./rgb-image.js";

/** The longer side, in pixels. */
const side = 96;

/** Total size of a page's thumbnails as embedded: some thirty of them. */
const bytesAtMost = 1_200_000;

/** The picture with a key, wherever it is. */
export type FindPicture = (key: string) => Promise<RgbImage | undefined>;

/** Keys are paths below a folder. They come from a run's files, so a key that leaves the folder is rejected. */
export const picturesBelow =
  (folder: string, decode: Decode): FindPicture =>
  async (key) => {
    const path = resolve(folder, key);
    const home = resolve(folder);
    const isBelow = path.startsWith(home.endsWith(sep) ? home : `${home}${sep}`);
    if (key === "" || key.includes("\0") || isAbsolute(key) || isDamagedName(key) || !isBelow) return undefined;
    const bytes = await readPictureFile(path);
    if (isProblem(bytes)) return undefined;
    const image = await decode(bytes, path);
    return isProblem(image) ? undefined : image;
  };

/** Keys of drawn faces: `happiness/101`. */
export const drawnFaces: FindPicture = async (key) => {
  const [, name, number] = /^([a-z]+)\/(\d{1,9})$/.exec(key) ?? [];
  const expression = faceExpressions.find((each) => each === name);
  return expression === undefined ? undefined : generateFace(expression, Number(number), side);
};

/** Data URIs by key, as many as fit on a page; unavailable ones are missing. */
export async function thumbnailsOf(keys: readonly string[], find: FindPicture): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  let bytes = 0;
  for (const key of keys) {
    const image = await find(key);
    if (image === undefined) continue;
    const uri = `data:image/png;base64,${Buffer.from(encodePng(small(image))).toString("base64")}`;
    bytes += uri.length;
    if (bytes > bytesAtMost) break;
    found.set(key, uri);
  }
  return found;
}

function small(image: RgbImage): RgbImage {
  const scale = side / Math.max(image.width, image.height);
  if (scale >= 1) return image;
  const sized = (length: number): number => Math.max(1, Math.round(length * scale));
  return resizeBilinear(image, sized(image.width), sized(image.height));
}
