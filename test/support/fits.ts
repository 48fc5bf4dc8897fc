import * as assert from "uvu/assert";
import { textWidth } from "../../src/diagnostics/text-width.js";

/** Commands, in backticks or to the end of their line: they are there to be copied. */
const commands =
  /`(?:lferc|np[mx]|node|curl|git|pip|cp|cd) [^`]*`|(?<=^|[ $])(?:lferc|np[mx]|node|curl|git|pip|cp|cd) .*$/g;

/** The room beside a long word that margins and labels may take. */
const besideIt = 30;

/** Whether a line is wider than the terminal only because a path, a name or a command in it cannot be broken. */
const isUnbreakable = (line: string, width: number): boolean =>
  (line.match(commands) ?? []).some((command) => command.length > width - besideIt) ||
  line.split(" ").some((word) => textWidth(word) > width - besideIt);

/** No line of a text is wider than its terminal, unless nothing in it could be broken. */
export function assertFits(text: string, width: number): void {
  const wide = text.split("\n").filter((line) => textWidth(line) > width && !isUnbreakable(line, width));
  assert.equal(wide, [], `on ${width} columns`);
}
