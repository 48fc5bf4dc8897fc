// The part of the command line that is one V8 script: dist/lferc.js runs it, and tools/make-code-cache.mjs runs it to compile it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

/** The names that a CommonJS bundle lacks of a module's scope; tools/build.mjs replaces `import.meta` by them. */
export const parameters = ["require", "module", "exports", "__url", "__resolve"];

/** The commands in it: those that need nothing outside of it. */
export const ownCommands = ["stats", "check", "build"];

/** The script of the bundle at `url`; V8 rejects `cachedData` of another version or with other flags. */
export function programScript(url, cachedData) {
  return new Script(readFileSync(url, "latin1"), {
    filename: url.href,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** Runs the bundle and returns its exports. */
export function runProgram(script, url, resolve) {
  const module = { exports: {} };
  const run = script.runInThisContext();
  run(createRequire(url), module, module.exports, url.href, resolve);
  return module.exports;
}
