/** Lines of context around a change. */
const context = 3;
/** With more edits, the whole text is shown as changed. */
const mostEdits = 600;

/** A run of lines in one text only, or in both. */
interface Edit {
  readonly kind: "same" | "removed" | "added";
  readonly line: string;
}

/** The shortest edit script from `before` to `after` (Myers, "An O(ND) difference algorithm and its variations", 1986). */
function editsBetween(before: readonly string[], after: readonly string[]): readonly Edit[] {
  const frontiers: Map<number, number>[] = [];
  const frontier = new Map([[1, 0]]);
  const reach = (k: number): number => frontier.get(k) ?? -1;
  const isDown = (k: number, d: number): boolean => k === -d || (k !== d && reach(k - 1) < reach(k + 1));
  for (let d = 0; d <= mostEdits; d++) {
    frontiers.push(new Map(frontier));
    for (let k = -d; k <= d; k += 2) {
      let x = isDown(k, d) ? reach(k + 1) : reach(k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x++;
      frontier.set(k, x);
      if (x >= before.length && x - k >= after.length) return backtrack(before, after, frontiers);
    }
  }
  return [...before.map((line) => edit("removed", line)), ...after.map((line) => edit("added", line))];
}

const edit = (kind: Edit["kind"], line: string): Edit => ({ kind, line });

function backtrack(
  before: readonly string[],
  after: readonly string[],
  frontiers: readonly ReadonlyMap<number, number>[],
): readonly Edit[] {
  const edits: Edit[] = [];
  let [x, y] = [before.length, after.length];
  for (let d = frontiers.length - 1; d >= 0; d--) {
    const reach = (k: number): number => frontiers[d]?.get(k) ?? -1;
    const k = x - y;
    const from = k === -d || (k !== d && reach(k - 1) < reach(k + 1)) ? k + 1 : k - 1;
    const [fromX, fromY] = [reach(from), reach(from) - from];
    while (x > fromX && y > fromY && x > 0 && y > 0) {
      edits.push(edit("same", before[--x] ?? ""));
      y--;
    }
    if (d === 0) break;
    edits.push(x === fromX ? edit("added", after[--y] ?? "") : edit("removed", before[--x] ?? ""));
  }
  return edits.reverse();
}

/** Lines with their line breaks, so that a last line without one differs from one with it. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

const marks = { same: " ", removed: "-", added: "+" } as const;

function lineText({ kind, line }: Edit): string {
  return marks[kind] + (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`);
}

/** `12,3`: first line and number of lines of a hunk; an empty one names the line before it. */
const range = (start: number, count: number): string => `${count === 0 ? start : start + 1},${count}`;

/** The difference of two texts as printed by `diff -u` and git; empty if there is none. */
export function unifiedDiff(name: string, before: string, after: string): string {
  if (before === after) return "";
  const edits = editsBetween(linesOf(before), linesOf(after));
  const changes = [...edits.keys()].filter((i) => edits[i]?.kind !== "same");
  let text = `--- a/${name}\n+++ b/${name}\n`;
  let [oldLine, newLine, done] = [0, 0, 0];
  const skipTo = (end: number): void => {
    for (; done < end; done++) {
      const { kind } = edits[done] as Edit;
      if (kind !== "added") oldLine++;
      if (kind !== "removed") newLine++;
    }
  };
  for (let i = 0; i < changes.length; ) {
    const from = Math.max(0, (changes[i] as number) - context);
    // Changes with adjoining contexts become one hunk.
    while (i + 1 < changes.length && (changes[i + 1] as number) - (changes[i] as number) <= 2 * context + 1) i++;
    const to = Math.min(edits.length, (changes[i++] as number) + context + 1);
    skipTo(from);
    const hunk = edits.slice(from, to);
    const oldCount = hunk.filter(({ kind }) => kind !== "added").length;
    const newCount = hunk.filter(({ kind }) => kind !== "removed").length;
    text += `@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@\n${hunk.map(lineText).join("")}`;
  }
  return text;
}
