import { startCrew } from "../../src/data/loader/crew.js";
import { encodePng } from "../../src/data/png.js";
import { problem } from "../../src/diagnostics/diagnostic.js";
import { lostPictures } from "../../src/training/lost-pictures.js";
import { formulaPicture } from "../data/formula-picture.js";
import { reportedCodes } from "../support/in-process.js";
import { inFolder } from "../support/lferc.js";
import { smallSource } from "../training/small-course.js";

/** Pictures, all different, except that the first held-out one is also a training picture. */
const twins = Object.fromEntries(
  ["surprise", "happy", "neutral"].flatMap((name, label) =>
    Array.from({ length: 8 }, (_, i) => {
      const at = i === 6 ? 0 : i;
      return [`d/${i < 6 ? "train" : "val"}/${name}/${i}.png`, encodePng(formulaPicture(8 + label, 8 + at))] as const;
    }),
  ),
);
const half = Object.fromEntries(
  Object.entries(twins).map(([path, bytes], i) => [path, i % 8 < 2 ? bytes.subarray(0, 40) : bytes] as const),
);

const onFiles = (pictures: Readonly<Record<string, Uint8Array>>) => (): Promise<readonly string[]> =>
  inFolder({ "m.lfer": smallSource({ run: "batch: 4, epochs: 1" }), ...pictures }, (cwd) =>
    reportedCodes(["train", "m.lfer", "--recipe", "Try", "--threads", "1", "--data", "d"], cwd),
  );

/** Provokes each diagnostic of pictures on their way to a step. */
export const loaderScenarios: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  "data/too-many-broken": onFiles(half),
  "data/same-pictures": onFiles(twins),
  "data/picture-lost": async () => {
    const codes: string[] = [];
    const lost = lostPictures({ data: "faces", pictures: 100, share: 0.05, broken: 0 }, ({ code }) => codes.push(code));
    lost.lose({ key: "a.png", found: problem("data/missing-picture", { path: "a.png" }).diagnose({}) });
    return codes;
  },
  "data/loader-lost": async () => {
    const target = { width: 8, height: 8, mean: [0, 0, 0], std: [1, 1, 1] };
    const program = new URL("data:text/javascript,process.exit(3)");
    const code = new Promise<string>((resolve) => {
      const crew = startCrew({ augment: [], target, keepLarger: false, seed: 0 }, 1, {
        onLost: (lost) => resolve(lost.code),
        program,
      });
      // A pending request keeps the process alive.
      void crew.look([{ path: "a.png" }]);
    });
    return [await code];
  },
};
