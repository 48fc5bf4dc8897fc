import { ownText } from "./text-lines.js";

/** Keys of a table's rows: a row's path, and where that comes again a name of its own for it. */
export class TableKeys {
  readonly #seen = new Set<string>();
  readonly #files = new Map<string, string>();

  /** The key of the row in that line, and its file where that is not the key. */
  take(path: string, line: number): { readonly key: string; readonly file?: string } {
    if (!this.#seen.has(path)) {
      const key = ownText(path);
      this.#seen.add(key);
      return { key };
    }
    // The line is nobody else's; only a file of that very name could be in the way.
    let key = `${path} (line ${line})`;
    while (this.#seen.has(key)) key += "'";
    this.#seen.add(key);
    const file = ownText(path);
    this.#files.set(key, file);
    return { key, file };
  }

  fileOf(key: string): string {
    return this.#files.get(key) ?? key;
  }
}

/** One text for all that are the same: a column of persons has many rows and few texts. */
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
