/** The loops of docs/tfjs-train.md, exactly as printed there, with a small recipe and batches by a formula. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildStepModule } from "../../../src/training/step-module.js";
import { root } from "../../support/lferc.js";
import { plainRecipe, recipeText } from "../../training/small-recipe.js";

/** The page's code block in this language. */
export function docBlock(language: "js" | "html"): string {
  const page = readFileSync(join(root, "docs/tfjs-train.md"), "utf8");
  const [, text] = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/tfjs-train.md has no ${language}`);
  return text;
}

/** Four batches of six pictures, whose labels depend on their brightness. */
export const batchesModule = `const size = 3 * 12 * 12;
export const batches = [0, 1, 2, 3].map((at) => ({
  image: Float32Array.from({ length: 6 * size }, (_, i) => Math.sin(i * 12.9898 + at) * 0.5 + ((Math.floor(i / size) + at) % 3) - 1),
  "data.label": Float32Array.from({ length: 18 }, (_, i) => ((Math.floor(i / 3) + at) % 3 === i % 3 ? 1 : 0)),
}));
`;

/** The module of the small recipe, without verification. */
export async function stepModule(): Promise<string> {
  const built = await buildStepModule(await plainRecipe(recipeText()), {
    weights: { kind: "seed", seed: 3 },
    seed: 3,
    verify: false,
    loadTfjs: () => Promise.resolve(undefined),
    provenance: { lferVersion: "0", sourceSha256: "ab", settings: new Map() },
  });
  if (built.kind === "refused") throw new Error(built.diagnostics.map(({ message }) => message).join("\n"));
  return built.text;
}

/** Runs the loop for Node in a folder where `@tensorflow/tfjs-node` is this package; returns the printed losses. */
export async function runNodeLoop(folder: string, tfjsPackage: string): Promise<readonly number[]> {
  const link = join(folder, "node_modules/@tensorflow/tfjs-node");
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(tfjsPackage, link);
  writeFileSync(join(folder, "step.mjs"), await stepModule());
  writeFileSync(join(folder, "batches.mjs"), batchesModule);
  writeFileSync(join(folder, "loop.mjs"), docBlock("js"));
  // As the page says of Node 23 and later.
  writeFileSync(
    join(folder, "gone.cjs"),
    'Object.assign(require("node:util"), { isArray: Array.isArray, isNullOrUndefined: (value) => value == null });',
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--require", "./gone.cjs", "loop.mjs"], {
    cwd: folder,
    encoding: "utf8",
    // uvu sets FORCE_COLOR.
    env: { ...process.env, FORCE_COLOR: "0", TF_CPP_MIN_LOG_LEVEL: "2" },
  });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split("\n")
    .map((line) => Number(line.split(" ")[1]));
}
