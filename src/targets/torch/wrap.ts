/** Lines of Python that fit. */

const width = 110;

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

interface Bracket {
  readonly from: number;
  readonly to: number;
}

/** The outermost brackets of a text, outside of strings. */
function brackets(text: string): readonly Bracket[] {
  const found: Bracket[] = [];
  let [depth, from, quote] = [0, 0, ""];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string;
    if (quote !== "") {
      if (letter === quote) quote = "";
    } else if (letter === '"') quote = letter;
    else if (letter in closing) {
      if (depth === 0) from = i;
      depth++;
    } else if (letter === ")" || letter === "]" || letter === "}") {
      depth--;
      if (depth === 0) found.push({ from, to: i });
    }
  }
  return found;
}

/** The items of a text, by its commas outside of brackets and strings. */
export function itemsOf(text: string): readonly string[] {
  const inner = brackets(text);
  const items: string[] = [];
  let [start, quote] = [0, ""];
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] as string;
    if (quote !== "") {
      if (letter === quote) quote = "";
      continue;
    }
    if (letter === '"') quote = letter;
    else if (letter === "," && !inner.some(({ from, to }) => from < i && i < to)) {
      items.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  return last === "" ? items : [...items, last];
}

/** As many items on each line as fit. */
function packed(items: readonly string[], indent: string): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    if (line !== "" && indent.length + line.length + item.length + 3 > width) {
      lines.push(`${indent}${line}`);
      line = "";
    }
    line = line === "" ? `${item},` : `${line} ${item},`;
  }
  return line === "" ? lines : [...lines, `${indent}${line}`];
}

/** Brackets whose only content is another bracket with a name are broken as one: `f(g({` and `}))`. */
function hugged(text: string, { from, to }: Bracket): readonly [from: number, to: number] {
  const inside = text.slice(from + 1, to);
  const [only, ...more] = brackets(inside);
  if (
    only === undefined ||
    more.length > 0 ||
    only.to !== inside.length - 1 ||
    !/^[\w.]*$/.test(inside.slice(0, only.from))
  )
    return [from + 1, to];
  return hugged(text, { from: from + 1 + only.from, to: from + 1 + only.to });
}

/**
 * A statement in lines that fit, broken in its last bracket as Black does it: its content on a line of its own, or each item on
 * one. Lists of numbers are packed.
 */
export function wrapped(text: string, indent: string): readonly string[] {
  const whole = `${indent}${text}`;
  const found = brackets(text).filter(({ from, to }) => to - from > 2);
  const longest = found.toSorted((a, b) => b.to - b.from - (a.to - a.from))[0];
  if (whole.length <= width || longest === undefined) return [whole];
  const [from, to] = hugged(text, longest);
  const inside = text.slice(from, to);
  const [head, tail] = [text.slice(0, from), text.slice(to)];
  const items = itemsOf(inside);
  const deeper = `${indent}    `;
  const isComprehension = items.length === 1 && /\bfor\b/.test(inside);
  if (items.every((item) => /^[-\d.e]+$|^"[^"]*"$/.test(item)))
    return [`${indent}${head}`, ...packed(items, deeper), ...wrapped(tail, indent)];
  const onOne = `${deeper}${inside}`;
  const body =
    onOne.length <= width && !/^[\w]+$/.test(head) && !inside.endsWith(",")
      ? [onOne]
      : items.flatMap((item) => {
          const lines = wrapped(item, deeper);
          const last = lines.at(-1) as string;
          return isComprehension || items.length === 1 ? lines : [...lines.slice(0, -1), `${last},`];
        });
  return [`${indent}${head}`, ...body, ...wrapped(tail, indent)];
}
