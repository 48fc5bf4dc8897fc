// `node tools/make-code-cache.mjs PROGRAM CACHE`: runs the commands that should start fast, and keeps the code that V8 compiled for them.
// Functions that none of them calls are not in it, and are compiled when they are called.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { programScript, runProgram } from "./program-script.mjs";

const [program = "", cache = ""] = process.argv.slice(2);
const url = pathToFileURL(program);
const scratch = mkdtempSync(join(tmpdir(), "lferc-compile-"));
// Otherwise V8 drops functions that have not been called for a while.
setFlagsFromString("--no-flush-bytecode");
try {
  const script = programScript(url);
  const { main } = runProgram(script, url, (name) => import.meta.resolve(name));
  const model = "models/lfer_ldl.lfer";
  for (const args of [
    ["stats", model, "--model", "LferLdl"],
    ["check", model],
    ["build", model, "--model", "LferLdl", "--target", "onnx", "--no-verify", "-o", join(scratch, "model.onnx")],
  ]) {
    await main(args);
    if (process.exitCode !== 0) throw new Error(`lferc ${args.join(" ")} ended with ${process.exitCode}`);
  }
  // V8 also compares the flags.
  setFlagsFromString("--flush-bytecode");
  writeFileSync(cache, script.createCachedData());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
