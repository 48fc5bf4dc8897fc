import { endOf } from "../classify.js";
import { scan } from "../scan.js";

/** A `//` or `///` comment on a line of its own. */
export interface Remark {
  readonly text: string;
  /** Whether it follows a blank line. */
  readonly isAfterBlank: boolean;
}

/** A token with what the tree lacks: the comments and line breaks around it. */
export interface SourceToken {
  readonly image: string;
  readonly start: number;
  /** Comments on their own lines before it, in order. */
  readonly remarks: readonly Remark[];
  /** The comment at the end of its line. */
  readonly trailing: string | undefined;
  /** Whether it is the first on its line. */
  readonly startsLine: boolean;
  /** Whether it directly follows a blank line. */
  readonly isAfterBlank: boolean;
  /** Distance to the previous token, if that is on the same line. */
  readonly gap: number;
}

const countBreaks = (text: string, from: number, to: number): number =>
  text.slice(from, to).match(/\r\n|\r|\n/g)?.length ?? 0;

/** The tokens of a text with their comments; the last one is empty and represents the end. */
export function sourceTokens(text: string): readonly SourceToken[] {
  const { tokens, docs, comments } = scan(text);
  const remarks = [...docs.map((doc) => ({ start: doc.startOffset, end: endOf(doc) })), ...comments];
  remarks.sort((a, b) => a.start - b.start);
  const found: SourceToken[] = [];
  let nextRemark = 0;
  let end = 0;
  for (const token of [...tokens, undefined]) {
    const start = token?.startOffset ?? text.length;
    const own: Remark[] = [];
    let startsLine = false;
    for (let remark = remarks[nextRemark]; remark !== undefined && remark.start < start; remark = remarks[nextRemark]) {
      const breaks = countBreaks(text, end, remark.start);
      const last = found.at(-1);
      const words = text.slice(remark.start, remark.end).trimEnd();
      if (breaks === 0 && last !== undefined && own.length === 0)
        found[found.length - 1] = { ...last, trailing: words };
      else own.push({ text: words, isAfterBlank: breaks > 1 });
      end = remark.end;
      startsLine = true;
      nextRemark++;
    }
    const breaks = countBreaks(text, end, start);
    found.push({
      image: token?.image ?? "",
      start,
      remarks: own,
      trailing: undefined,
      startsLine: startsLine || breaks > 0,
      isAfterBlank: breaks > 1,
      gap: start - end,
    });
    if (token !== undefined) end = endOf(token);
  }
  return found;
}
