import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { measureInTurns } from "../../src/cli/bench-turns.js";
import { timeSteps } from "../../src/deploy/timing.js";
import { inFolder } from "../support/lferc.js";
import { suite } from "../support/suite.js";

/** Takes three turns, as `ownTurn` asks for them, and writes what it does to a log. */
const measurer = `import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
const [, , , file] = process.argv;
const turn = () => new Promise((settle) => { process.once("message", settle); process.send("asks"); });
if (process.env.LFERC_BENCH_TURNS === undefined) throw new Error("not told of turns");
if (file === "broken") process.exit(1);
for (let i = 0; i < 3; i++) {
  await turn();
  appendFileSync(process.argv[5], \`begin \${file}\\n\`);
  await setTimeout(20);
  appendFileSync(process.argv[5], \`end \${file}\\n\`);
}
console.log(JSON.stringify({ results: [{ name: file }] }));
`;

suite("cli: files measured in turns", (test) => {
  test("no two measure at once, each is met in every rotation, one that ends early does not stop the others", () =>
    inFolder({ "measurer.mjs": measurer }, async (cwd) => {
      const log = join(cwd, "log");
      const script = join(cwd, "measurer.mjs");
      const results = await measureInTurns(["a", "broken", "b", "c"], ["--to", log], script);
      assert.equal(
        results.map(({ name }) => name),
        ["a", "b", "c"],
      );
      const rotation = ["a", "b", "c"].flatMap((file) => [`begin ${file}`, `end ${file}`]);
      assert.equal(readFileSync(log, "utf8").trim().split("\n"), [...rotation, ...rotation, ...rotation]);
    }));

  test("a group of runs waits for its turn, and begins with one that is not counted", async () => {
    const heard: string[] = [];
    const turn = async (): Promise<void> => void heard.push("turn");
    const step = async (): Promise<void> => void heard.push("step");
    const times = await timeSteps(step, { steps: 45, warmup: 2, turn });
    assert.is(times.length, 45);
    const groups = heard.join(" ").split(" turn ");
    assert.is(groups[0], "step step");
    assert.equal(
      groups.slice(1).map((group) => group.split(" ").length),
      // 15 groups of 3 runs, each after one more.
      Array.from({ length: 15 }, () => 4),
    );
  });
});
