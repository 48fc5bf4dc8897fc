/**
 * Tries random networks one after another: `node --import tsx test/fuzz/run.ts --seeds 0..5000`, for at most `--minutes 10`; trains each
 * `--every 10`th for a step. Failures are shrunk and printed with the line that reproduces them.
 */
import { parseArgs } from "node:util";
import { type Kind, tryNetwork } from "./try-network.js";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "0..1000" },
    minutes: { type: "string", default: "1000" },
    every: { type: "string", default: "10" },
  },
});
const [from = 0, to = from + 1] = values.seeds.split("..").map(Number);
const [minutes, every] = [Number(values.minutes), Number(values.every)];
if (![from, to, minutes, every].every((n) => n >= 0)) throw new Error("--seeds A..B --minutes M --every K");

const begin = performance.now();
let [tried, trained, rough, failed] = [0, 0, 0, 0];
for (let seed = from; seed < to && performance.now() - begin < minutes * 60_000; seed++) {
  const kinds: readonly Kind[] = every > 0 && seed % every === 0 ? ["computes", "trains"] : ["computes"];
  for (const kind of kinds) {
    const found = await tryNetwork(seed, kind);
    if (kind === "trains") trained++;
    if (found === "rough") rough++;
    if (typeof found === "string") continue;
    failed++;
    console.log(`seed ${seed} ${kind}: ${found.wrong}\n${found.text}`);
    console.log(
      `again: node --import tsx test/fuzz/run.ts --seeds ${seed}..${seed + 1} --every ${kind === "trains" ? 1 : 0}\n`,
    );
  }
  tried++;
}
const seconds = ((performance.now() - begin) / 1000).toFixed(0);
const what = `${tried} networks, ${trained} of them trained for a step, in ${seconds} s`;
console.log(`${what}: ${failed} failed, ${rough} too sensitive to rounding to be compared`);
process.exit(failed === 0 ? 0 : 1);
