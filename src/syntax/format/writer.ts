import { invariant } from "../../diagnostics/invariant.js";
import { type Line, layOut, type Piece } from "./layout.js";
import { type SourceToken, sourceTokens } from "./source-tokens.js";

/** Writes the tokens of a text in order, each with its comments, as pieces for the layout. */
export class Writer {
  readonly pieces: Piece[] = [];
  readonly #tokens: readonly SourceToken[];
  #at = 0;
  #depth = 0;
  /** Whether the comments before the next token are written. */
  #hasRemarked = false;

  constructor(text: string) {
    this.#tokens = sourceTokens(text);
  }

  /** The next token, or a later one; the empty one at the end. */
  peek(ahead = 0): SourceToken {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as SourceToken;
  }

  /** The token that begins at an offset, or the one `ahead` tokens later. */
  tokenAt(start: number, ahead = 0): SourceToken {
    let at = this.#at;
    while (at < this.#tokens.length - 1 && (this.#tokens[at] as SourceToken).start < start) at++;
    return this.#tokens[Math.min(at + ahead, this.#tokens.length - 1)] as SourceToken;
  }

  isNext(image: string): boolean {
    return this.peek().image === image;
  }

  /** Writes the next token, and then those of `images`, without separators. */
  take(...images: readonly string[]): void {
    for (const image of images.length === 0 ? [this.peek().image] : images) {
      invariant(this.isNext(image), `"${image}" is expected at ${this.peek().start}, not "${this.peek().image}"`);
      this.remarks();
      this.pieces.push({ kind: "text", text: image });
      this.#advance();
    }
  }

  /** Removes a trailing comma, but keeps its comments. */
  dropComma(): void {
    if (!this.isNext(",")) return;
    this.remarks({ isLast: true });
    this.#advance();
  }

  /** Writes text that is not a token, directly after the last one. */
  glue(text: string): void {
    this.pieces.push({ kind: "glue", text });
  }

  space(): void {
    this.pieces.push({ kind: "space" });
  }

  spaces(count: number): void {
    for (let i = 0; i < count; i++) this.space();
  }

  /** A possible line break, which breaks if the source does; `isBroken` overrides this. */
  line(flat: "" | " ", { isBroken = this.peek().startsLine, nest }: { isBroken?: boolean; nest?: number } = {}): void {
    const broken = !isBroken ? "no" : this.isAfterBlank ? "blank" : "yes";
    const line: Line = { kind: "line", depth: this.#depth, flat, broken };
    this.pieces.push(nest === undefined ? line : { ...line, nest });
  }

  /** A line break. */
  end(isBlank = false): void {
    this.pieces.push({ kind: "line", depth: this.#depth, flat: "", broken: isBlank ? "blank" : "yes" });
  }

  /** Whether a blank line precedes the next token and its comments. */
  get isAfterBlank(): boolean {
    const { remarks, isAfterBlank } = this.peek();
    return remarks[0]?.isAfterBlank ?? isAfterBlank;
  }

  /** Writes the comments before the next token, if they belong before something that comes first. */
  remarks({ isLast = /^[)\]}]?$/.test(this.peek().image) } = {}): void {
    const { remarks, isAfterBlank } = this.peek();
    if (this.#hasRemarked || remarks.length === 0) return;
    this.#hasRemarked = true;
    // A blank line before the first one is decided by the piece that ends the line there.
    for (const [i, remark] of remarks.entries()) {
      this.pieces.push({
        kind: "remark",
        isTrailing: false,
        text: remark.text,
        isAfterBlank: i > 0 && remark.isAfterBlank,
      });
    }
    if (isAfterBlank && !isLast) this.pieces.push({ kind: "blank" });
  }

  /** Contents one level deeper: its lines break only where outer ones cannot. */
  group(body: () => void): void {
    this.#depth++;
    body();
    this.#depth--;
  }

  /** A group whose lines begin at its own column. */
  align(body: () => void): void {
    this.pieces.push({ kind: "align" });
    this.group(body);
    this.pieces.push({ kind: "pop" });
  }

  /** A group whose lines are indented further. */
  nest(by: number, body: () => void): void {
    this.pieces.push({ kind: "nest", by });
    this.group(body);
    this.pieces.push({ kind: "pop" });
  }

  /** Ends the indentation that a `line` with `nest` began. */
  pop(): void {
    this.pieces.push({ kind: "pop" });
  }

  /** Writes `body` if it then fits on one line, laid out with the pieces from `start` on; returns whether it does. */
  tryOnOneLine(start: number, widest: number, body: () => void): boolean {
    const [at, from, hasRemarked] = [this.#at, this.pieces.length, this.#hasRemarked];
    body();
    const last = this.pieces.at(-1);
    // A comment after it does not count towards its width.
    const to = last?.kind === "remark" ? -1 : undefined;
    const wanted = layOut(this.pieces.slice(from, to), Number.POSITIVE_INFINITY);
    if (layOut(this.pieces.slice(start, to), widest).endsWith(wanted) && !wanted.trimEnd().includes("\n")) return true;
    this.pieces.length = from;
    [this.#at, this.#hasRemarked] = [at, hasRemarked];
    return false;
  }

  #advance(): void {
    const { trailing } = this.peek();
    // A removed comma may be followed by a comment, too.
    const isTrailing = this.pieces.findLast(({ kind }) => kind !== "pop" && kind !== "blank")?.kind !== "remark";
    if (trailing !== undefined) this.pieces.push({ kind: "remark", text: trailing, isTrailing, isAfterBlank: false });
    this.#at++;
    this.#hasRemarked = false;
  }
}
