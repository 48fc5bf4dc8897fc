/** Small pieces of Python text. */

/** A number, a text, a truth value, or a list of such, as a Python literal; lists are tuples. */
export function literal(value: unknown): string {
  if (Array.isArray(value))
    return value.length === 1 ? `(${literal(value[0])},)` : `(${value.map(literal).join(", ")})`;
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === undefined || value === null) return "None";
  if (typeof value === "number") return numberText(value);
  return textLiteral(String(value));
}

const numberText = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return "math.inf";
  return String(value);
};

/** A text in double quotes: JSON's escapes are Python's, and what is not ASCII stays readable. */
export const textLiteral = (text: string): string => JSON.stringify(text).replaceAll("\u2028", "\\u2028");

/** Most columns of a line. */
const lineWidth = 120;

/** `name = value`, with a tuple of many items on several lines. */
export function assignment(name: string, value: unknown): string {
  const line = `${name} = ${literal(value)}`;
  if (line.length <= lineWidth || !Array.isArray(value)) return line;
  return `${name} = (\n${filled(value.map(literal))}\n)`;
}

/** Items with commas, as many in a line as fit. */
function filled(items: readonly string[]): string {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    const longer = line === "" ? `    ${item},` : `${line} ${item},`;
    if (longer.length > lineWidth && line !== "") {
      lines.push(line);
      line = `    ${item},`;
    } else line = longer;
  }
  return [...lines, line].join("\n");
}

/** Texts of a module, two empty lines between them. */
export const module = (parts: readonly string[]): string => `${parts.map((part) => part.trim()).join("\n\n\n")}\n`;

/** The lines, each this many levels deep. */
export const indented = (text: string, levels: number): string =>
  text
    .split("\n")
    .map((line) => (line === "" ? line : "    ".repeat(levels) + line))
    .join("\n");
