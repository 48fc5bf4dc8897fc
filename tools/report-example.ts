/**
 * Trains examples/faces.lfer on drawn faces and keeps the parts of the run that docs/report.md shows: node --import tsx
 * tools/report-example.ts. Needs chromium for the page's picture. Not part of `npm run gen`: the last bits of weights differ between
 * machines, and so may a figure.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import { Chromium, findChromium } from "./chromium.js";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = join(root, "docs/report");
const program = findChromium();
if (program === undefined) throw new Error("no chromium: apt-get install chromium-headless-shell");
const folder = mkdtempSync(join(tmpdir(), "lfer-example-"));
const run = join(folder, "run");
try {
  const line = [
    "train",
    "examples/faces.lfer",
    "--recipe",
    "Faces",
    "--data",
    "generated",
    "--epochs",
    "6",
    "--out",
    run,
  ];
  const trained = spawnSync(process.execPath, ["--import", "tsx", "src/cli/bin.ts", ...line], {
    cwd: root,
    stdio: "inherit",
  });
  if (trained.status !== 0) throw new Error("the training failed");
  mkdirSync(out, { recursive: true });
  for (const name of ["curves.svg", "confusion.svg"]) copyFileSync(join(run, name), join(out, name));
  const browser = new Chromium(program, join(folder, "profile"));
  for (const scheme of ["light", "dark"] as const) {
    const size = { width: 1120, height: 1500 };
    const { picture } = await browser.look(pathToFileURL(join(run, "report.html")).href, { ...size, scheme }, "0");
    const { width = size.width } = await sharp(picture).metadata();
    const shown = sharp(picture).extract({ left: 0, top: 0, width, height: size.height }).resize(840);
    await shown.png({ palette: true, colours: 64, compressionLevel: 9 }).toFile(join(out, `page-${scheme}.png`));
  }
  await browser.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
