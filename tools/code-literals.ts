/** A string literal of a TypeScript text and the code around it, without comments, and with white space as a single space. */
export interface CodeLiteral {
  readonly value: string;
  readonly line: number;
  readonly before: string;
  readonly after: string;
}

/** Comments, strings, templates without their holes, and regular expressions where a value may begin. */
const token =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`|(?<=[(,=:[!&|?{};+\n]\s*|return\s+)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/g;

/** The text without its comments; line numbers are kept. */
export const withoutComments = (text: string): string =>
  text.replace(token, (found) => (/^\/[/*]/.test(found) ? found.replace(/[^\n]/g, "") : found));

/** The quoted strings of a text. Templates are left out. */
export function literalsOf(text: string): readonly CodeLiteral[] {
  const code = withoutComments(text);
  const around = (part: string): string => part.replace(/\s+/g, " ");
  return [...code.matchAll(token)].flatMap((match) => {
    const [found] = match;
    if (!/^["']/.test(found)) return [];
    const end = match.index + found.length;
    return [
      {
        value: found.slice(1, -1),
        line: code.slice(0, match.index).split("\n").length,
        before: around(code.slice(Math.max(0, match.index - 120), match.index)),
        after: around(code.slice(end, end + 40)),
      },
    ];
  });
}
