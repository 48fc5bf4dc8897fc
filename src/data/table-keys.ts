import { ownText } from "./text-lines.js";

/** Keys of a table's rows: the row's path, or a unique name for a path that occurs again. */
export class TableKeys {
  readonly #seen = new Set<string>();
  /** The files of keys that are not paths. */
  readonly files: Map<string, string> = new Map();

  /** The key of the row in that line, and its file if that is not the key. */
  take(path: string, line: number): { readonly key: string; readonly file: string | undefined } {
    if (!this.#seen.has(path)) {
      const key = ownText(path);
      this.#seen.add(key);
      return { key, file: undefined };
    }
    // The line number is unique; only a file of that very name could collide.
    let key = `${path} (line ${line})`;
    while (this.#seen.has(key)) key += "'";
    const own = ownText(key);
    this.#seen.add(own);
    const file = ownText(path);
    this.files.set(own, file);
    return { key: own, file };
  }
}

/** Interns equal strings: a column of persons has many rows and few distinct values. */
export class Interned {
  readonly #texts = new Map<string, string>();

  of(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const own = ownText(text);
    this.#texts.set(own, own);
    return own;
  }
}
