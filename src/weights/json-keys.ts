/** A duplicate key of an object in a JSON text, and the offset of the second one. */
export interface DuplicateKey {
  readonly key: string;
  readonly at: number;
}

/** The first duplicate key in an object; `text` must be valid JSON. `JSON.parse` silently keeps the last one. */
export function findDuplicateKey(text: string): DuplicateKey | undefined {
  // One set of keys per open object, undefined for an open array.
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === "{") open.push(new Set());
    else if (character === "[") open.push(undefined);
    else if (character === "}" || character === "]") open.pop();
    else if (character === '"') {
      const start = at;
      at++;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      const keys = open.at(-1);
      if (keys === undefined || !isKey(text, at + 1)) continue;
      const key = JSON.parse(text.slice(start, at + 1)) as string;
      if (keys.has(key)) return { key, at: start };
      keys.add(key);
    }
  }
  return undefined;
}

/** Whether a colon follows, after whitespace: a string before a colon is a key. */
function isKey(text: string, at: number): boolean {
  let next = at;
  while (" \t\n\r".includes(text[next] ?? "x")) next++;
  return text[next] === ":";
}
