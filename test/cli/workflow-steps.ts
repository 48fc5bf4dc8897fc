import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { lfercPath } from "../support/lferc.js";

/** A step of a workflow or an action, as GitHub reads it. */
export interface ReadStep {
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly shell?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: boolean;
}

interface ReadFile {
  readonly jobs?: Readonly<Record<string, { readonly steps: readonly ReadStep[] }>>;
  readonly runs?: { readonly steps: readonly ReadStep[] };
}

/** The steps of a workflow's only job, or of an action. */
export function readSteps(yaml: string): readonly ReadStep[] {
  const { jobs = {}, runs } = parse(yaml) as ReadFile;
  return runs?.steps ?? Object.values(jobs).flatMap(({ steps }) => steps);
}

/** The scripts of the steps, in order, as a shell receives them. */
export const stepsOf = (yaml: string): readonly string[] => readSteps(yaml).flatMap(({ run }) => run ?? []);

/** The script of the step of this name. */
export function scriptOf(yaml: string, name: string): string {
  const script = readSteps(yaml).find((step) => step.name === name)?.run;
  assert.ok(script !== undefined, `no step ${name}`);
  return script;
}

/** A folder for the path with an `lferc` that is the built one, and a `gh` that keeps comments in `comments/`. */
export function runnerTools(folder: string): string {
  const bin = join(folder, "bin");
  for (const each of [bin, join(folder, "comments")]) mkdirSync(each, { recursive: true });
  const programs = {
    lferc: `exec "${process.execPath}" "${lfercPath()}" "$@"`,
    // As `gh api`: lists comments by a filter of jq, whose answer is the number of our comment; writes and changes them.
    gh: `echo "$@" >> "${folder}/gh.log"
[ "$1" = api ] || exit 9
case "$*" in
  *--jq*) cd "${folder}/comments" && grep -l '^<!-- lferc -->' -- * 2>/dev/null; exit 0 ;;
esac
for word in "$@"; do
  case "$word" in body=@*) file=\${word#body=@} ;; */issues/comments/*) number=\${word##*/} ;; esac
done
cp "$file" "${folder}/comments/\${number:-17}"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

/** Git in a folder, as somebody. */
export function git(cwd: string, ...args: readonly string[]): void {
  const identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"];
  const ran = spawnSync("git", [...identity, ...args], { cwd, encoding: "utf8" });
  assert.is(ran.status, 0, ran.stderr);
}
