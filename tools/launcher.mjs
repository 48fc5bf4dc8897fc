#!/usr/bin/env node
// Becomes dist/lferc.js. If the package contains code compiled by this exact Node, that is run; otherwise the same sources as modules.
// V8 runs compiled code without checking a checksum or the source: so it must be, byte for byte, the file whose digest is in this
// launcher. Nothing is ever written here.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { ownCommands, programScript, runProgram } from "./program-script.mjs";

/** The cache's file for one Node, its SHA-256, and V8's flags for commands that end soon; tools/build.mjs fills it in. */
const { file, digest, flagsOfShortCommands } = __codeCache;

/** Commands with a larger file among their arguments run for long: for them, the sooner V8 optimizes the better. In bytes. */
const largeFile = 2 ** 18;

function isLarge(argument) {
  try {
    const about = statSync(argument);
    return about.isFile() && about.size > largeFile;
  } catch {
    // The command itself reports what is wrong with the path.
    return false;
  }
}

/**
 * Whether a command line needs nothing outside the script: in a script with V8's cache, Node allows no imports
 * (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING), neither of ONNX Runtime nor of sharp.
 */
function standsAlone([name, ...rest]) {
  if (name !== "build") return ownCommands.includes(name);
  // Pictures are decoded, and ONNX Runtime tells the ranges of tensors.
  return rest.includes("--no-verify") && !rest.some((argument) => argument.startsWith("--quantize"));
}

function compiledCode() {
  if (!standsAlone(process.argv.slice(2))) return undefined;
  if (file !== `lferc-${process.version}-${process.platform}-${process.arch}.cache`) return undefined;
  try {
    const data = readFileSync(new URL(`chunks/${file}`, import.meta.url));
    return createHash("sha256").update(data).digest("hex") === digest ? data : undefined;
  } catch {
    return undefined;
  }
}

function compiledProgram() {
  const data = compiledCode();
  if (data === undefined) return undefined;
  const url = new URL("chunks/lferc.cjs", import.meta.url);
  const script = programScript(url, data);
  // V8 has other flags than the cache: compiling the modules takes less time than compiling the whole script.
  if (script.cachedDataRejected) return undefined;
  // V8 reads each of them when it is about to act. Set earlier, they would differ from the flags of the cache, which V8 then rejects.
  if (!process.argv.slice(2).some(isLarge)) for (const flag of flagsOfShortCommands) setFlagsFromString(flag);
  return runProgram(script, url, (name) => import.meta.resolve(name));
}

const program = compiledProgram() ?? (await import("./chunks/lferc.js"));
await program.main(process.argv.slice(2));
