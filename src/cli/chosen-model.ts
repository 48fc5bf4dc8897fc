import { oneLine } from "../diagnostics/display-text.js";
import { selectableNames } from "../semantics/models/selectable-names.js";
import type { CompiledPath } from "./compile-file.js";
import type { Session } from "./session.js";

const mostNamed = 6;

/** Says which model of a file was taken, if it has others and none was named. */
export function talkOfChoice(session: Session, { sources, path }: CompiledPath, taken: string): void {
  const others = selectableNames(sources).models.filter((name) => name !== taken);
  if (others.length === 0) return;
  const more = others.length > mostNamed ? ` and ${others.length - mostNamed} more` : "";
  const named = others.slice(0, mostNamed).join(", ");
  session.talk(`${oneLine(path)}: its model ${taken}; --model takes another: ${named}${more}\n`);
}
