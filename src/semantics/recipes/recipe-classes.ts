/** Reports about classes of a recipe that do not match. */
import type { Span } from "../../diagnostics/span.js";
import { writeString } from "../../syntax/literals.js";
import type { Reporter } from "../reporter.js";
import type { ClassClash, NamedClasses } from "./loss-classes.js";
import type { RecipeNetwork } from "./recipe-networks.js";

/** `frozen(Model(...), weights: "file", labels: [...])`: the text that names the classes of a frozen network. */
export function frozenText(model: string, weights: string, labels: readonly string[]): string {
  return `frozen(${model}, weights: ${writeString(weights)}, labels: [${labels.map(writeString).join(", ")}])`;
}

interface ClashPlace {
  readonly loss: Span;
  readonly student: RecipeNetwork | undefined;
  readonly teacher: RecipeNetwork | undefined;
}

/** Points at the frozen network if labels should be written there; otherwise at the loss. */
export function reportClash(reporter: Reporter, clash: ClassClash, { loss, teacher }: ClashPlace): void {
  const whole = [{ message: "they meet in this loss", span: loss }];
  switch (clash.kind) {
    case "differ": {
      const { left, right } = clash;
      const isOfTeacher = ({ of }: NamedClasses): boolean => of.startsWith("teacher.");
      const other = isOfTeacher(left) ? right : left;
      const fits = left.labels.length === right.labels.length && isOfTeacher(left) !== isOfTeacher(right);
      const { written, weights } = teacher ?? {};
      const frozen =
        fits && written !== undefined && weights !== undefined ? frozenText(written, weights, other.labels) : undefined;
      const at = isOfTeacher(left) || isOfTeacher(right) ? teacher?.span : undefined;
      reporter.report("recipe/classes-differ", { left, right, frozen }, at ?? loss, at === undefined ? [] : whole);
      return;
    }
    case "student-unnamed":
      reporter.report("recipe/student-without-labels", { named: clash.named }, loss);
      return;
    case "list-unnamed":
      reporter.report("recipe/list-without-labels", {}, loss);
  }
}
