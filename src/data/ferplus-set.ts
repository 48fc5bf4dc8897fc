/**
 * FER+: FER2013's pictures with the votes of ten people each. The votes are joined to `fer2013.csv` by the order of rows (the
 * numbers in their names are not row numbers), and cleaned by its authors' rules.
 */
import { isProblem, problem } from "../diagnostics/diagnostic.js";
import { readCsv } from "./csv.js";
import { usagesOf } from "./fer2013-set.js";
import { readFer2013 } from "./fer2013-table.js";
import { type Refused, type Row, type RowSource, refuse } from "./rows.js";

/** The classes in the order of its columns. */
export const ferPlusClasses = [
  "neutral",
  "happiness",
  "surprise",
  "sadness",
  "anger",
  "disgust",
  "fear",
  "contempt",
] as const;

/** Further votes: unknown, and not a face. */
const others = ["unknown", "NF"] as const;

/** The columns of votes, in order. */
export const ferPlusVotes = [...ferPlusClasses, ...others] as const;

export interface FerPlusWishes {
  readonly labels: "distribution" | "majority";
  readonly singleVotes: "drop" | "keep";
}

/** Why a picture has no label. */
type Unlabelled = "unnamed" | "unknown" | "undecided";

export async function ferPlusRows(
  path: string,
  tables: { readonly pixels: string; readonly votes: string },
  wishes: FerPlusWishes,
): Promise<RowSource | Refused> {
  const pictures = await readFer2013(tables.pixels);
  if (isProblem(pictures)) return refuse(pictures);
  const rows: Row[] = [];
  const left: Record<Unlabelled, number> = { unnamed: 0, unknown: 0, undecided: 0 };
  let count = 0;
  let displaced: { readonly line: number; readonly usage: string; readonly otherUsage: string } | undefined;
  const columns = ["Usage", "Image name", ...ferPlusVotes];
  const unread = await readCsv(tables.votes, columns, ({ get, line }) => {
    const index = count++;
    const picture = pictures.rows[index];
    const usage = get("Usage").trim();
    if (picture === undefined) return undefined;
    if (usage !== picture.usage) displaced ??= { line, usage: usage.slice(0, 40), otherUsage: picture.usage };
    const votes = ferPlusVotes.map((name) => get(name).trim());
    const wrong = votes.find((vote) => !/^\d{1,4}$/.test(vote));
    if (wrong !== undefined) return `"${wrong.slice(0, 20)}" is not a number of votes`;
    const cleaned = get("Image name").trim() === "" ? "unnamed" : cleanVotes(votes.map(Number), wishes);
    if (typeof cleaned === "string") left[cleaned]++;
    else rows.push({ key: pictures.keyOf(index), part: picture.part, ...cleaned });
    return undefined;
  });
  if (unread !== undefined) return refuse(unread);
  if (count !== pictures.rows.length) {
    const holes = { path: tables.votes, rows: count, other: tables.pixels, otherRows: pictures.rows.length };
    return refuse(problem("data/rows-do-not-match", holes));
  }
  if (displaced !== undefined) {
    return refuse(problem("data/usages-do-not-match", { path: tables.votes, ...displaced, other: tables.pixels }));
  }
  return {
    path,
    description: `ferplus ${path}`,
    classes: ferPlusClasses,
    isOrdered: true,
    rows,
    given: usagesOf(pictures),
    warnings:
      rows.length === count ? [] : [problem("data/votes-left-out", { path: tables.votes, all: count, ...left })],
    read: pictures.read,
  };
}

/**
 * The label or distribution of the votes, by its authors' rules: single votes are removed as mistakes; if "unknown" or "no
 * face" has the most votes, there is no label; a majority is more than half of the remaining votes.
 */
export function cleanVotes(
  votes: readonly number[],
  { labels, singleVotes }: FerPlusWishes,
): { readonly class: number; readonly shares?: Float32Array } | Exclude<Unlabelled, "unnamed"> {
  const kept = singleVotes === "drop" ? votes.map((vote) => (vote === 1 ? 0 : vote)) : votes;
  const all = kept.reduce((sum, vote) => sum + vote, 0);
  const most = Math.max(...kept);
  const winner = kept.indexOf(most);
  if (all === 0) return "undecided";
  if (winner >= ferPlusClasses.length) return "unknown";
  if (labels === "distribution")
    return { class: winner, shares: Float32Array.from(kept.slice(0, ferPlusClasses.length)) };
  return most > all / 2 ? { class: winner } : "undecided";
}
