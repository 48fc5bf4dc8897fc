/** A small data set of each layout, in folders named after them, for trying recipes. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { encodePng } from "../../src/data/png.js";
import { formulaPicture } from "../data/formula-picture.js";

const png = (width: number): Uint8Array => encodePng(formulaPicture(width, 9));

/** RAF-DB's numbers of happiness, sadness, neutral. */
const numbers = [4, 5, 7];
const names = ["happiness", "sadness", "neutral"];
const each = <T>(count: number, make: (i: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, i) => make(i));

const rafLine = (i: number): string => `train_${i % 4}_${i}.jpg ${numbers[i % 3]}\n`;
const raf = {
  "raf/EmoLabel/list_patition_label.txt": `${each(12, rafLine).join("")}${numbers.map((number, i) => `test_${i}.jpg ${number}\n`).join("")}`,
  "raf/EmoLabel/other.txt": each(9, rafLine).join(""),
  "raf/EmoLabel/held.txt": each(3, rafLine).join(""),
  ...Object.fromEntries(
    [...each(12, (i) => `train_${i % 4}_${i}`), ...each(3, (i) => `test_${i}`)].flatMap((name, i) => [
      [`raf/Image/aligned/${name}_aligned.jpg`, png(8 + i)],
      [`raf/Image/original/${name}.jpg`, png(30 + i)],
    ]),
  ),
};

/** AffectNet's numbers of the same. */
const expressions = [1, 2, 0];
const points = each(136, (i) => (i % 2 === 0 ? 2 + ((i * 13) % 9) : 1 + ((i * 7) % 6))).join(";");
const affectRow = (i: number): string => `${i % 4}_${i}.jpg,1,1,5,5,${points},${expressions[i % 3]},0,0\n`;
const affectHeader =
  "subDirectory_filePath,face_x,face_y,face_width,face_height,facial_landmarks,expression,valence,arousal\n";
const affect = {
  "affect/training.csv": affectHeader + each(12, affectRow).join(""),
  ...Object.fromEntries(each(12, (i) => [`affect/Manually_Annotated_Images/${i % 4}_${i}.jpg`, png(12 + i)])),
};

const pixels = (from: number): string => each(48 * 48, (i) => (i + from) % 256).join(" ");
const usage = "Training";
const ferRow = (i: number): string => `${[3, 4, 6][i % 3]},${pixels(i)},${usage}\n`;
const ferTable = (count: number): string => `emotion,pixels,Usage\n${each(count, ferRow).join("")}`;
const votes = ["1,5,1,3,0,0,0,0,0,0", "3,0,0,6,0,0,0,0,1,0", "8,0,0,2,0,0,0,0,0,0"];
const fer = {
  "fer/fer2013.csv": ferTable(12),
  "fer/other.csv": ferTable(9),
  "fer/fer2013new.csv": `Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n${each(12, (i) => `${usage},fer${i}.png,${votes[i % 3]}\n`).join("")}`,
};

const folder = Object.fromEntries(each(12, (i) => [`faces/${names[i % 3]}/${i % 4}_${i}.png`, png(8 + i)]));

const table = {
  "faces/labels.csv": `path,label,other\n${each(12, (i) => `${names[i % 3]}/${i % 4}_${i}.png,${names[i % 3]},${names[(i + 1) % 3]}\n`).join("")}`,
  "faces/more.csv": `path,happiness,sadness,neutral\n${each(12, (i) => `${names[i % 3]}/${i % 4}_${i}.png,0.5,0.25,${i}\n`).join("")}`,
};

/** Writes them all into a folder that is removed when the process ends. */
export function layoutsOnDisk(): string {
  const place = realpathSync(mkdtempSync(join(tmpdir(), "lfer-layouts-")));
  process.once("exit", () => rmSync(place, { recursive: true, force: true }));
  for (const [path, content] of Object.entries({ ...raf, ...affect, ...fer, ...folder, ...table })) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), content);
  }
  return place;
}
