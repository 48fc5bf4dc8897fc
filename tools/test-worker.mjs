// Runs the test files below test/ whose names arrive as messages; prints the results of each file's suites after a NUL on stdout.
import { fileURLToPath } from "node:url";

// As uvu's own runner does: suites are queued while a file is imported, and run on request.
globalThis.UVU_DEFER = 1;
globalThis.UVU_QUEUE = [];
await import("uvu");

let isRunning = false;
process.on("exit", () => {
  // The event loop is empty but a test still waits: its promise will never be resolved.
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
    // As uvu's headings: FAIL, the suite, the title in quotes.
    for (const [, name] of errors.matchAll(/^ *FAIL +(.*)$/gm)) sums.failed.push(name.replace(/\s+/g, " "));
  }
  return sums;
}

process.on("message", async (file) => {
  isRunning = true;
  // The channel must not keep an idle process alive.
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
