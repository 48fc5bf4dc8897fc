/** The order in which a frozen network returns its classes, compared with the order in which the loss takes them. */
import { isProblem, type Problem, problem } from "../diagnostics/diagnostic.js";
import { isInOrder, orderOf, sameClasses } from "../ir/class-order.js";
import { typeOf } from "../ir/graph.js";
import { elementCount } from "../ir/shape.js";
import { frozenText } from "../semantics/recipes/recipe-classes.js";
import type { TeacherPlan } from "./plan.js";

/** A permutation of outputs. */
export interface AnswerOrder {
  /** Entry i of the loss' input is entry `order[i]` of the teacher's output. */
  readonly order: readonly number[];
  /** Values per class, contiguous. */
  readonly inner: number;
}

type Labels = readonly string[];

/**
 * By output, for outputs whose order differs. The labels in the weight file are authoritative; else the recipe's, else the
 * model's. If the loss combines the classes with others, one of them must exist.
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
  /** From the recipe or the model. */
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
  // The classes of a frozen network in the recipe describe these weights.
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
  // The loss itself permutes written labels to the student's order; without any it takes the order of the classes that they are
  // combined with.
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
