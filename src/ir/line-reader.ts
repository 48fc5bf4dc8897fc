import { type Diagnostic, diagnose } from "../diagnostics/diagnostic.js";

/** A word, a JSON string, a number, a value `%7`, or a sign. */
const token =
  /\s*(?:([A-Za-z_][A-Za-z0-9_.]*)|("(?:[^"\\]|\\.)*")|(-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf))|%(\d+)|(->|\S))/uy;

interface Token {
  readonly kind: "word" | "string" | "number" | "value" | "sign" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A line in an unexpected form. Thrown and caught within the parser of graph texts, one line at a time. */
export class UnreadableLine extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "UnreadableLine";
    this.diagnostic = diagnostic;
  }
}

/** Reads one line of a graph's text from left to right; anything unexpected throws {@link UnreadableLine}. */
export class LineReader {
  readonly #file: string;
  readonly #line: string;
  readonly #offset: number;
  #next: Token;

  constructor(file: string, line: string, offset: number) {
    this.#file = file;
    this.#line = line;
    this.#offset = offset;
    this.#next = this.#scan(0);
  }

  #scan(from: number): Token {
    token.lastIndex = from;
    const match = token.exec(this.#line);
    if (match === null)
      return { kind: "end", text: "the end of the line", start: this.#line.length, end: this.#line.length };
    const [whole, word, string, number, value, sign] = match;
    const text = word ?? string ?? number ?? value ?? sign ?? "";
    const kind =
      word !== undefined
        ? "word"
        : string !== undefined
          ? "string"
          : number !== undefined
            ? "number"
            : value !== undefined
              ? "value"
              : "sign";
    const end = from + whole.length;
    return { kind, text, start: end - whole.trimStart().length, end };
  }

  #advance(): Token {
    const taken = this.#next;
    this.#next = this.#scan(taken.end);
    return taken;
  }

  fail(expected: string): never {
    const { kind, text, start, end } = this.#next;
    const found = kind === "end" ? text : `"${text.length > 40 ? `${text.slice(0, 40)}...` : text}"`;
    const span = { file: this.#file, start: this.#offset + start, end: this.#offset + Math.max(end, start) };
    throw new UnreadableLine(diagnose("graph/unreadable-line", { expected, found }, { span }));
  }

  /** Consumes this word or sign if it is next. */
  accept(text: string): boolean {
    const { kind } = this.#next;
    if ((kind !== "word" && kind !== "sign") || this.#next.text !== text) return false;
    this.#advance();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) this.fail(`"${text}"`);
  }

  atEnd(): boolean {
    return this.#next.kind === "end";
  }

  expectEnd(): void {
    if (!this.atEnd()) this.fail("the end of the line");
  }

  atValue(): boolean {
    return this.#next.kind === "value";
  }

  /** A plain word or a JSON string. */
  name(what: string): string {
    if (this.#next.kind === "word") return this.#advance().text;
    return this.string(what);
  }

  string(what: string): string {
    if (this.#next.kind !== "string") return this.fail(what);
    const text = parseString(this.#next.text);
    if (text === undefined) return this.fail(what);
    this.#advance();
    return text;
  }

  /** One of these words. */
  word<W extends string>(what: string, words: readonly W[]): W {
    const found = this.#next.kind === "word" ? words.find((word) => word === this.#next.text) : undefined;
    if (found === undefined) return this.fail(what);
    this.#advance();
    return found;
  }

  /** A number, or undefined if something else follows. */
  tryNumber(): number | undefined {
    const { kind, text } = this.#next;
    if (kind === "word" && (text === "inf" || text === "nan")) {
      this.#advance();
      return text === "inf" ? Number.POSITIVE_INFINITY : Number.NaN;
    }
    if (kind !== "number") return undefined;
    this.#advance();
    return text === "-inf" ? Number.NEGATIVE_INFINITY : Number(text);
  }

  number(what: string): number {
    return this.tryNumber() ?? this.fail(what);
  }

  value(): number {
    if (this.#next.kind !== "value" || this.#next.text.length > 15) return this.fail("a value such as %0");
    return Number(this.#advance().text);
  }

  /** `open`, items separated by commas, `close`. */
  list<T>(open: string, close: string, item: () => T): T[] {
    this.expect(open);
    return this.restOfList(close, item);
  }

  /** A list whose opening sign has been read. */
  restOfList<T>(close: string, item: () => T): T[] {
    const items: T[] = [];
    if (this.accept(close)) return items;
    do items.push(item());
    while (this.accept(","));
    this.expect(close);
    return items;
  }
}

/** Parses a quoted JSON string; undefined if it is invalid. */
function parseString(quoted: string): string | undefined {
  try {
    return JSON.parse(quoted) as string;
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
