// Plants one-line faults in rules, one at a time, and runs the test that must catch each: `node tools/mutants.mjs [PATTERN]`.
// The faults are in test/house/mutants.json. They are planted in a copy of the work tree; the tree itself is not changed.
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [pattern = ""] = process.argv.slice(2);
const wanted = new RegExp(pattern);
const mutants = JSON.parse(readFileSync(join(root, "test/house/mutants.json"), "utf8")).filter(
  ({ rule, file, test }) => wanted.test(rule) || wanted.test(file) || wanted.test(test),
);
if (mutants.length === 0) {
  console.error(`no mutant matches ${pattern}`);
  process.exit(2);
}

const copy = mkdtempSync(join(tmpdir(), "lfer-mutants-"));
process.once("exit", () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
const listed = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
for (const file of listed.stdout.split("\0").filter(Boolean)) cpSync(join(root, file), join(copy, file));
symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));

/** The test's output in the copy's current state. */
function run(test) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["tools/test.mjs", test], {
    cwd: copy,
    encoding: "utf8",
    // Differences of whole batches are printed.
    maxBuffer: 2 ** 28,
  });
  return { isGreen: status === 0, said: `${stdout}${stderr}` };
}

const survivors = [];
const began = performance.now();
/** A test that fails without a fault shows nothing about the fault. */
const isSound = new Map();
for (const [i, { rule, file, before, after, test, title }] of mutants.entries()) {
  if (!isSound.has(test)) isSound.set(test, run(test).isGreen);
  const path = join(copy, file);
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(before, () => after),
  );
  const { isGreen, said } = run(test);
  writeFileSync(path, text);
  const isSeen = !isGreen && said.slice(said.lastIndexOf("  Failed:")).includes(title);
  const verdict = !isSound.get(test)
    ? `RED WITHOUT IT: ${test}`
    : isSeen
      ? "seen"
      : isGreen
        ? "SURVIVES"
        : "SEEN BY ANOTHER TEST";
  if (verdict !== "seen") survivors.push(`${file}: ${rule}: ${verdict}`);
  console.log(`${i + 1}/${mutants.length}  ${verdict}  ${file}: ${rule}`);
}
console.log(
  `${mutants.length - survivors.length} of ${mutants.length} seen in ${Math.round((performance.now() - began) / 1000)} s`,
);
if (survivors.length > 0) console.log(survivors.join("\n"));
process.exit(survivors.length === 0 ? 0 : 1);
