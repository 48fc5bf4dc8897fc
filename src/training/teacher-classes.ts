/** In which order a frozen network gives its classes, beside the order in which the loss takes them. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { isInOrder, orderOf, sameClasses } from "../ir/class-order.js";
import { typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { frozenText } from "../semantics/recipes/recipe-classes.js";
import type { TeacherPlan } from "./plan.js";

/** How an answer is put into another order. */
export interface AnswerOrder {
  /** Entry i of what the loss takes is entry `order[i]` of the answer. */
  readonly order: readonly number[];
  /** Values of each class, one after another. */
  readonly inner: number;
}

type Labels = readonly string[];

/**
 * By output, for those whose order is another. What the file says of its weights is the truth; else the recipe, else the
 * model; where the loss compares the classes with others, somebody must.
 */
export function teacherOrders(
  plan: TeacherPlan,
  inFile: ReadonlyMap<string, Labels>,
  classes: Labels,
): ReadonlyMap<string, AnswerOrder> | Problem {
  const orders = new Map<string, AnswerOrder>();
  for (const { name, value, labels } of plan.graph.outputs) {
    const order = orderOfOutput(plan, name, { written: labels, inFile: inFile.get(name), classes });
    if (isProblem(order)) return order;
    if (order === undefined || isInOrder(order)) continue;
    orders.set(name, { order, inner: elementCount(typeOf(plan.graph, value).shape.slice(2)) });
  }
  return orders;
}

interface OutputLabels {
  /** In the recipe or the model. */
  readonly written: Labels | undefined;
  readonly inFile: Labels | undefined;
  readonly classes: Labels;
}

function orderOfOutput(
  plan: TeacherPlan,
  output: string,
  { written, inFile, classes }: OutputLabels,
): readonly number[] | undefined | Problem {
  const { weights: file, taken } = plan;
  // Whoever writes the classes of a frozen network speaks of these very weights.
  const isWritten = plan.labels !== undefined && plan.labels === written;
  if (isWritten && inFile !== undefined && !sameClasses(inFile, written)) {
    const [left, right] = [
      { of: "the file", labels: inFile },
      { of: "the recipe", labels: written },
    ];
    return problem("train/teacher-classes-differ", {
      file,
      output: `teacher.${output}`,
      left,
      right,
      frozen: undefined,
    });
  }
  const met = taken.get(output);
  // The loss itself goes from what is written to the student's order; without that it takes the order of what it meets.
  const wanted = met === "data" ? classes : (written ?? met);
  if (wanted === undefined) return undefined;
  const actual = inFile ?? written;
  if (actual === undefined) {
    const frozen = frozenText(plan.written, file, wanted);
    return problem("train/teacher-classes-unknown", { file, output: `teacher.${output}`, frozen });
  }
  const others = [
    ...(written === undefined ? [] : [{ of: "the recipe's teacher", labels: written }]),
    { of: met === "data" || written === undefined ? "the student" : "the recipe's teacher", labels: wanted },
  ];
  const right = others.find(({ labels }) => orderOf(actual, labels) === undefined);
  if (right === undefined) return orderOf(actual, wanted);
  const left = { of: inFile === undefined ? "the recipe's teacher" : "the file", labels: actual };
  const isOpen = inFile === undefined && actual.length === wanted.length;
  const frozen = isOpen ? frozenText(plan.written, file, wanted) : undefined;
  return problem("train/teacher-classes-differ", { file, output: `teacher.${output}`, left, right, frozen });
}
