// Runs the test files whose names come as messages, below test/; says what each file's suites gave behind a NUL, on stdout.
import { fileURLToPath } from "node:url";

// uvu's own runner does the same: suites queue themselves up while a file is imported, and run when they are asked to.
globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];
await import("uvu");

let isRunning = false;
process.on("exit", () => {
  // Nothing is left to do, and a test still waits: its promise will never be kept.
  if (!isRunning) return;
  process.exitCode = 1;
  console.error("Exiting early before testing is finished.");
});

async function runFile(file) {
  const suites = [];
  globalThis.UVU_INDEX = 0;
  globalThis.UVU_QUEUE[0] = suites;
  await import(new URL(`../test/${file}`, import.meta.url).href);
  const sums = { total: 0, passed: 0, skipped: 0, failed: [] };
  if (suites.length === 0) throw new Error(`${file} has no suite`);
  for (const suite of suites) {
    const [errors, passed, skipped, total] = await suite();
    sums.passed += passed;
    sums.skipped += skipped;
    sums.total += total;
    if (typeof errors !== "string") continue;
    process.stdout.write(`\n${errors}\n`);
    // As uvu heads each of them: FAIL, the suite, the title in quotes.
    for (const [, name] of errors.matchAll(/^ *FAIL +(.*)$/gm)) sums.failed.push(name.replace(/\s+/g, " "));
  }
  return sums;
}

process.on("message", async (file) => {
  isRunning = true;
  // The channel must not keep a process alive in which nothing happens any more.
  process.channel.unref();
  try {
    const sums = await runFile(file);
    isRunning = false;
    process.channel.ref();
    process.stdout.write(`\0${JSON.stringify(sums)}\n`);
  } catch (error) {
    console.error(`${fileURLToPath(new URL(`../test/${file}`, import.meta.url))}: ${error?.stack ?? error}`);
    process.exit(1);
  }
});
