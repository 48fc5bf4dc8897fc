/**
 * Extracts a person or group from a picture's name: `{person}_*`. Matching takes time proportional to name times pattern, for
 * any pattern.
 */
import { type Problem, problem } from "../diagnostics/diagnostic.js";

/** Returns the part matched by the braces; undefined if the path does not match. */
export type NamePattern = (path: string) => string | undefined;

/** A step through a name; `some` and `digits` may repeat, one character at a time. */
type Step =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "one" | "some" | "digit" | "digits" | "opens" | "closes" };

const steps = (...kinds: readonly Exclude<Step["kind"], "text">[]): readonly Step[] => kinds.map((kind) => ({ kind }));

const patternLimit = 200;

/**
 * `*` matches any number of characters, `#` one or more digits, `{person}` (or `{group}`) the wanted part: at least one
 * character, as few as possible. A pattern is matched against as many path segments, from the end, as it has: `{person}_*`
 * against the name, `{person}/*` against the folder and any name in it.
 */
export function namePattern(written: string, what: "person" | "group"): NamePattern | Problem {
  const wanted = `{${what}}`;
  const segments = written.split("/").map((segment) => stepsOf(segment, wanted));
  const all = segments.flat();
  const captures = all.filter(({ kind }) => kind === "opens").length;
  const hasBraces = all.some((step) => step.kind === "text" && /[{}]/.test(step.text));
  const isTooLong = written.length > patternLimit;
  if (captures !== 1 || hasBraces || isTooLong || segments.some((segment) => segment.length === 0)) {
    return problem("data/bad-name-pattern", { written, what });
  }
  return (path) => {
    const names = path.split("/").slice(-segments.length);
    if (names.length < segments.length) return undefined;
    let found: string | undefined;
    for (const [i, segment] of segments.entries()) {
      const matched = match(segment, names[i] as string);
      if (matched === undefined) return undefined;
      found ??= matched.captured;
    }
    return found;
  };
}

function stepsOf(segment: string, wanted: string): readonly Step[] {
  return segment.split(wanted).flatMap((text, i): readonly Step[] => [
    ...(i === 0 ? [] : steps("opens", "one", "some", "closes")),
    ...text.split(/([*#])/).flatMap((piece): readonly Step[] => {
      if (piece === "*") return steps("some");
      if (piece === "#") return steps("digit", "digits");
      return piece === "" ? [] : [{ kind: "text", text: piece }];
    }),
  ]);
}

/** Longer names are rejected: file systems allow 255. */
const nameLimit = 1024;

/** Tries the shortest match first. Failed states are recorded, so that none is tried twice. */
function match(segment: readonly Step[], name: string): { readonly captured: string | undefined } | undefined {
  if (name.length > nameLimit) return undefined;
  const dead = new Set<number>();
  let start = 0;
  let end: number | undefined;
  const isDigit = (at: number): boolean => at < name.length && /[0-9]/.test(name[at] as string);
  const from = (step: number, at: number): boolean => {
    const current = segment[step];
    if (current === undefined) return at === name.length;
    const state = step * (nameLimit + 1) + at;
    if (dead.has(state) || !go(current, step, at)) {
      dead.add(state);
      return false;
    }
    if (current.kind === "opens") start = at;
    if (current.kind === "closes") end = at;
    return true;
  };
  const go = (current: Step, step: number, at: number): boolean => {
    switch (current.kind) {
      case "text":
        return name.startsWith(current.text, at) && from(step + 1, at + current.text.length);
      case "one":
        return at < name.length && from(step + 1, at + 1);
      case "some":
        return from(step + 1, at) || (at < name.length && from(step, at + 1));
      case "digit":
        return isDigit(at) && from(step + 1, at + 1);
      case "digits":
        return from(step + 1, at) || (isDigit(at) && from(step, at + 1));
      case "opens":
      case "closes":
        return from(step + 1, at);
    }
  };
  if (!from(0, 0)) return undefined;
  return { captured: end === undefined ? undefined : name.slice(start, end) };
}
