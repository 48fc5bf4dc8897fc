// What of the command line is one script of V8's: what dist/lferc.js runs, and what tools/make-code-cache.mjs runs to have it compiled.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants, Script } from "node:vm";

/** What a bundle of CommonJS lacks of a module's scope; tools/build.mjs puts these names in the place of `import.meta`. */
export const parameters = ["require", "module", "exports", "__url", "__resolve"];

/** The commands in it: those that can do their work with nothing from outside of it. */
export const ownCommands = ["stats", "check", "build"];

/** The script of the bundle at `url`; `cachedData` is looked at by V8, and left alone where its version or its flags are others. */
export function programScript(url, cachedData) {
  return new Script(readFileSync(url, "latin1"), {
    filename: url.href,
    cachedData,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
}

/** Runs the bundle, and gives what it exports. */
export function runProgram(script, url, resolve) {
  const module = { exports: {} };
  const run = script.runInThisContext();
  run(createRequire(url), module, module.exports, url.href, resolve);
  return module.exports;
}
