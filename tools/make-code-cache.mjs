// `node tools/make-code-cache.mjs PROGRAM CACHE`: runs the commands that should start fast and keeps what V8 has compiled for them.
// What no command has called is not in it, and is compiled when it is called.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { setFlagsFromString } from "node:v8";
import { programScript, runProgram } from "./program-script.mjs";

const [program = "", cache = ""] = process.argv.slice(2);
const url = pathToFileURL(program);
const scratch = mkdtempSync(join(tmpdir(), "lferc-compile-"));
// Else V8 forgets functions that have not been called for a while.
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
  // The flags are part of what V8 compares.
  setFlagsFromString("--flush-bytecode");
  writeFileSync(cache, script.createCachedData());
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
