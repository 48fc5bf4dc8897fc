/**
 * Compares an epoch over JPEGs with the same steps on a batch in memory: LFER-LDL at 112 pixels, batch 32, flips, rotation, shifts
 * and jitter, over a folder in RAF-DB's layout. Both alternate, a stretch of steps each:
 *   node --import tsx bench/epoch.ts DIR [--list list_five.txt] [--validation list_five_validation.txt] [--size 112]
 *     [--batch 32] [--threads 2] [--crew N] [--stretch 30] [--rounds 4] [--beside] [--augment "[horizontal_flip(0.5)]"]
 * It runs as a bundle, like lferc: TypeScript that is compiled at run time has slower inner loops.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = join(root, ".cache/bench-epoch");

await build({
  absWorkingDir: root,
  outdir,
  entryPoints: { "epoch-run": "bench/epoch-run.ts", "picture-worker": "src/data/loader/worker.ts" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["onnxruntime-node", "sharp"],
  banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  logLevel: "warning",
});
const args = [join(outdir, "epoch-run.js"), "--models", join(root, "models"), ...process.argv.slice(2)];
spawn(process.execPath, args, { stdio: "inherit" }).on("exit", (code) => process.exit(code ?? 1));
