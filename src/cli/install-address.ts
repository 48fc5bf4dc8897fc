import { existsSync, statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { type Problem, problem } from "../diagnostics/diagnostic.js";

/** Where lferc is installed from, as an argument for npm; a tarball of the repository by its path from the root. */
export interface InstallAddress {
  readonly text: string;
  /** For a tarball of the repository: its full path on this machine. */
  readonly file?: string;
  /** Whether it names no commit: its contents may change. */
  readonly moves: boolean;
}

// None of these characters is special to a shell inside quotes, to YAML or to GitHub's expressions.
const host = String.raw`[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?`;
const path = String.raw`(?:/[\w.~%+@=-]+)+`;
const commit = String.raw`(?<commit>#[A-Za-z0-9][\w./-]*)?`;

const tarball = new RegExp(String.raw`^https://${host}${path}\.(?:tgz|tar\.gz)$`);
const repositories = [
  new RegExp(String.raw`^git\+https://${host}${path}${commit}$`),
  new RegExp(String.raw`^git\+ssh://(?:[A-Za-z0-9][\w.-]*@)?${host}${path}${commit}$`),
  new RegExp(String.raw`^github:[A-Za-z0-9][\w.-]*/[A-Za-z0-9_.-]+${commit}$`),
];

/** In UTF-16 units; addresses are far shorter. */
const longest = 1000;

// A path that is too long or inaccessible counts as missing; `statSync` would throw.
const isFile = (file: string): boolean => existsSync(file) && statSync(file).isFile();

/** A tarball that a workflow finds in its repository with root `top`. */
function tarballOfRepository(text: string, cwd: string, top: string): InstallAddress | string {
  const file = resolve(cwd, text);
  const place = relative(top, file).replaceAll("\\", "/");
  if (!/^[\w.@+-][\w./@+-]*\.tgz$/.test(place)) return "letters, digits and ./@+_- are what its path may have";
  if (place.startsWith("../")) return "it lies outside of the repository, where the workflow does not find it";
  return isFile(file) ? { text: `./${place}`, file, moves: false } : "there is no such file";
}

function addressOf(text: string, cwd: string, top: string): InstallAddress | string {
  if (text.length > longest) return `it has ${text.length} signs`;
  if (tarball.test(text)) return { text, moves: false };
  for (const repository of repositories) {
    const found = repository.exec(text);
    if (found !== null) return { text, moves: !/^#[0-9a-f]{40}$/.test(found.groups?.commit ?? "") };
  }
  if (/^[\w+-]+:/.test(text)) return "that is none of the forms which it may have";
  if (text.endsWith(".tgz")) return tarballOfRepository(text, cwd, top);
  return "a bare name is whose who registers it";
}

/** Parses `--from`, relative to `cwd`, for a workflow of the repository at `top`. */
export function readInstallAddress(text: string, cwd: string, top: string): InstallAddress | Problem {
  const found = addressOf(text, cwd, top);
  return typeof found === "string" ? problem("tool/bad-address", { address: text, reason: found }) : found;
}
