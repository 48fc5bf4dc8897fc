import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc, { type Arbitrary } from "fast-check";
import { root } from "../support/lferc.js";

/** Every `.lfer` file that we ship, by its path in the repository; models are where a host finds their imports. */
export function shippedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const folder of ["models", "examples", "src/std"]) {
    const place = join(root, folder);
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place, { recursive: true, encoding: "utf8" }).sort()) {
      if (name.endsWith(".lfer")) files.set(`${folder}/${name}`, readFileSync(join(place, name), "utf8"));
    }
  }
  return files;
}

const token = /\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|[A-Za-z_]\w*|\d[\w.]*|->|\.\.|[<>=!]=|\*\*|\s+|[\s\S]/g;

/** Numbers to replace others with. */
const numbers = ["0", "-1", "1", "2", "3", "1.5", "29", "1e308", "9007199254740991", "100_000", "1G", "50%", "12ms"];

/** Words to replace others with. */
const words = ["N", "training", "if", "share", "relu", "conv", "repeat", "grid", "image", "x", '"a"', "true", "[1..9]"];

type Edit = (tokens: string[], at: number, other: number) => void;

const swap: Edit = (tokens, at, other) => {
  [tokens[at], tokens[other]] = [tokens[other] as string, tokens[at] as string];
};
const edits: Arbitrary<Edit> = fc.oneof(
  fc.constant<Edit>((tokens, at) => tokens.splice(at, 1)),
  fc.constant<Edit>((tokens, at) => tokens.splice(at, 0, tokens[at] as string)),
  fc.constant(swap),
  fc.constant<Edit>((tokens, at, other) => tokens.splice(at, 0, tokens[other] as string)),
  fc.constantFrom(...numbers).map(
    (number): Edit =>
      (tokens, at) => {
        const next = tokens.findIndex((text, i) => i >= at && /^\d/.test(text));
        if (next >= 0) tokens[next] = number;
      },
  ),
  fc.constantFrom(...words).map(
    (word): Edit =>
      (tokens, at) => {
        const next = tokens.findIndex((text, i) => i >= at && /^\w/.test(text));
        if (next >= 0) tokens[next] = word;
      },
  ),
);

/** The text with up to four of its tokens deleted, doubled, swapped, moved or replaced. */
export function mutationsOf(text: string): Arbitrary<string> {
  const tokens = text.match(token) ?? [];
  const index = fc.nat({ max: Math.max(0, tokens.length - 1) });
  return fc.array(fc.tuple(edits, index, index), { minLength: 1, maxLength: 4 }).map((changes) => {
    const changed = [...tokens];
    for (const [edit, at, other] of changes) edit(changed, at % changed.length, other % changed.length);
    return changed.join("");
  });
}
