#!/usr/bin/env node
// Becomes dist/lferc.js. Where the package holds what this very Node has compiled, that is run; else the same sources as modules.
// Compiled code is run as it is, and V8 checks neither a sum nor the text it was made of: it must be, byte for byte, what was made
// with this file, whose digest stands in it. Nothing is ever written here.
import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { ownCommands, programScript, runProgram } from "./program-script.mjs";

/** The cache's file for one Node, and its SHA-256; tools/build.mjs fills it in. */
const { file, digest } = __codeCache;

/**
 * How much a function must have run (in bytes of bytecode) before V8 optimizes it: four times as much as by default. Most commands
 * end before optimized code has earned back what compiling it took, a third of their processor time. V8 reads the flag whenever it
 * counts. Set before the script was accepted, it would be another flag than the cache's.
 */
const optimizeAfter = 4 * 67_584;

/** Bytes of a source with which a command runs for long: it is the faster, the sooner V8 optimizes. */
const largeSource = 2 ** 18;

function isLarge(argument) {
  try {
    return argument.endsWith(".lfer") && statSync(argument).size > largeSource;
  } catch {
    // What is wrong with the path is for the command to say.
    return false;
  }
}

/**
 * Whether a command line needs nothing from outside of the script: under V8's cache Node lets a script import nothing any more
 * (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING), neither ONNX Runtime nor sharp.
 */
function standsAlone([name, ...rest]) {
  return ownCommands.includes(name) && (name !== "build" || rest.includes("--no-verify"));
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
  // Other flags of V8: the modules are less to compile than the whole.
  if (script.cachedDataRejected) return undefined;
  if (!process.argv.slice(2).some(isLarge)) setFlagsFromString(`--interrupt-budget=${optimizeAfter}`);
  return runProgram(script, url, (name) => import.meta.resolve(name));
}

const program = compiledProgram() ?? (await import("./chunks/lferc.js"));
await program.main(process.argv.slice(2));
