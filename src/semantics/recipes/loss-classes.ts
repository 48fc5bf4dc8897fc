/**
 * Which classes the entries of values in a recipe's loss belong to. A value may have classes along one axis. They are followed
 * through the ops; where two values meet, their classes must be the same. Positions are never compared.
 */
import { sameClasses } from "../../ir/class-order.js";
import { type Graph, type Node, typeOf, typesOf, type ValueId } from "../../ir/graph.js";
import type { Dim, Shape } from "../../ir/shape.js";
import type { Pieces } from "../../ops/contracts.js";
import { findOp } from "../../ops/registry.js";
import { alignedAxis, isElementwise, keptAxis } from "./class-axes.js";

/** The origin of the classes. */
export type Classes =
  /** Named explicitly. */
  | Named
  /** The data's, if the student has no labels: in the order of the folders. */
  | { readonly kind: "data" }
  /** A frozen network's without names; its weight file may contain them. */
  | { readonly kind: "frozen"; readonly outputs: readonly string[] }
  /** A further output of the student without labels: it has the classes that it meets first. */
  | { readonly kind: "open"; readonly output: string };

/** The order in which the loss takes an output of the frozen network. */
export type TakenOrder = readonly string[] | "data";

/** Reasons why classes do not match. */
export type ClassClash =
  | { readonly kind: "differ"; readonly left: NamedClasses; readonly right: NamedClasses }
  /** An output of the student has labels, but its first one, whose classes are the data's, has none. */
  | { readonly kind: "student-unnamed"; readonly named: NamedClasses }
  /** A list of numbers per class, or a slice of the classes, if their order is that of the folders. */
  | { readonly kind: "list-unnamed" };

export interface NamedClasses {
  /** `student.logits` */
  readonly of: string;
  readonly labels: readonly string[];
}

interface Named extends NamedClasses {
  readonly kind: "named";
}

export interface LossClasses {
  readonly clashes: readonly ClassClash[];
  /** For each `teacher.X`: the classes that the output is combined with. */
  readonly taken: ReadonlyMap<string, TakenOrder>;
}

/** Facts about a value. */
interface Known {
  /** Undefined if it has no classes. */
  readonly classes?: Classes;
  /** The axis of the classes; "somewhere" after an op has mixed the axes. */
  readonly axis?: number | "somewhere";
  /** It is computed from literal numbers only, and not all of them are equal. */
  readonly isList?: boolean;
}

/** Part of a list of names of which nothing is known. */
const unnamed = "(no name)";

/** The student's classes, which define the order of a list of numbers. */
export interface OwnClasses {
  readonly classes: Classes;
  readonly count: number;
}

/** Follows the classes of the inputs through the loss. */
export function lossClasses(
  loss: Graph,
  inputs: ReadonlyMap<string, Classes>,
  own: OwnClasses | undefined,
): LossClasses {
  const found = new ClassFlow(loss, own);
  for (const { name, value } of loss.inputs) {
    const classes = inputs.get(name);
    if (classes !== undefined && typeOf(loss, value).shape.length > 1) found.set(value, { classes, axis: 1 });
  }
  for (const node of loss.nodes) found.follow(node);
  return found;
}

class ClassFlow implements LossClasses {
  readonly clashes: ClassClash[] = [];
  readonly taken = new Map<string, TakenOrder>();
  readonly #graph: Graph;
  readonly #own: OwnClasses | undefined;
  readonly #known = new Map<ValueId, Known>();
  /** The classes that open outputs have met. */
  readonly #learnt = new Map<string, Classes>();

  constructor(graph: Graph, own: OwnClasses | undefined) {
    this.#graph = graph;
    this.#own = own;
  }

  set(value: ValueId, known: Known): void {
    this.#known.set(value, known);
  }

  follow(node: Node): void {
    const inputs = node.inputs.map((value) => this.#known.get(value) ?? {});
    for (const [i, value] of node.outputs.entries()) {
      const known = this.#result(node, i, inputs);
      // A scalar has no classes.
      if (typeOf(this.#graph, value).shape.length > 0) this.set(value, known);
    }
  }

  #result(node: Node, at: number, inputs: readonly Known[]): Known {
    const type = typeOf(this.#graph, node.outputs[at] as ValueId);
    const types = typesOf(this.#graph, node.inputs);
    const [output, shapes] = [type.shape, types.map(({ shape }) => shape)];
    const [first = {}] = inputs;
    const pieces = findOp(node.op)?.pieces(node.attributes) ?? { kind: "none" };
    switch (pieces.kind) {
      case "numbers":
        return { isList: pieces.values.some((value) => value !== pieces.values[0]) };
      case "cut":
        return this.#part(pieces, at, first, shapes[0] ?? []);
      case "joined":
        if (inputs.some(({ axis }) => axis === pieces.axis)) return joinedAlong(pieces.axis, inputs, shapes);
        if (inputs.every(isNumbers)) return { isList: true };
        return this.#met(inputs);
      case "product":
        return this.#product(inputs, shapes, output);
      case "none":
        break;
    }
    const [only] = types;
    if (only !== undefined && types.length === 1) return moved(first, keptAxis(node, first.axis, only, type));
    if (isElementwise(shapes, output)) return this.#elementwise(inputs, shapes, output);
    return { ...this.#met(inputs), ...(inputs.some(({ classes }) => classes) ? { axis: "somewhere" as const } : {}) };
  }

  /** Elementwise values: a list of numbers combined with classes belongs to the student's classes. */
  #elementwise(inputs: readonly Known[], shapes: readonly Shape[], output: Shape): Known {
    const aligned = inputs.map((known, i) => moved(known, alignedAxis(known.axis, shapes[i] ?? [], output)));
    const met = this.#met(aligned);
    const { axis, classes } = met;
    if (classes === undefined) return met;
    for (const [i, { isList }] of aligned.entries()) {
      const size = typeof axis === "number" ? shapes[i]?.at(axis - output.length) : this.#own?.count;
      if (isList === true && size !== undefined && size !== 1) this.#meetList(classes, size);
    }
    return met;
  }

  /** A list with as many numbers as the student has classes belongs to them; a frozen network's features may have another size. */
  #meetList(met: Classes, size: Dim): void {
    const own = this.#own;
    const classes = this.#settled(met);
    const isOwn = own !== undefined && size === own.count;
    if (classes.kind === "data" || (classes.kind !== "named" && isOwn && own.classes.kind === "data")) {
      this.clashes.push({ kind: "list-unnamed" });
    } else if (classes.kind !== "named" && isOwn) this.#join(classes, own.classes);
  }

  /** The classes of an open output, if they are determined. */
  #settled(classes: Classes): Classes {
    const learnt = classes.kind === "open" ? this.#learnt.get(classes.output) : undefined;
    return learnt === undefined ? classes : this.#settled(learnt);
  }

  /** The classes of all of them, which must be the same. */
  #met(inputs: readonly Known[]): Known {
    const withClasses = inputs.filter(({ classes }) => classes !== undefined);
    const [first, ...others] = withClasses;
    if (first === undefined) return inputs.every(isNumbers) ? { isList: inputs.some(({ isList }) => isList) } : {};
    const axis = others.every((other) => other.axis === first.axis) ? first.axis : "somewhere";
    const classes = others.reduce((met, other) => this.#join(met, other.classes as Classes), first.classes as Classes);
    return { classes, ...(axis === undefined ? {} : { axis }) };
  }

  #join(left: Classes, right: Classes): Classes {
    const [a, b] = [this.#settled(left), this.#settled(right)];
    if (a.kind === "open") return this.#learn(a.output, b);
    if (b.kind === "open") return this.#learn(b.output, a);
    if (a.kind === "frozen" && b.kind === "frozen") {
      return { kind: "frozen", outputs: [...new Set([...a.outputs, ...b.outputs])] };
    }
    if (a.kind === "frozen") return this.#take(a.outputs, b);
    if (b.kind === "frozen") return this.#take(b.outputs, a);
    if (a.kind === "data") return b.kind === "data" ? a : this.#meetData(b);
    if (b.kind === "data") return this.#meetData(a);
    if (!sameClasses(a.labels, b.labels)) {
      this.clashes.push({ kind: "differ", left: a, right: b });
    }
    return a;
  }

  #learn(output: string, met: Classes): Classes {
    if (met.kind !== "open" || met.output !== output) this.#learnt.set(output, met);
    return met;
  }

  #take(outputs: readonly string[], met: Classes): Classes {
    const order = met.kind === "named" ? met.labels : "data";
    for (const output of outputs) {
      const earlier = this.taken.get(output);
      if (earlier === undefined) this.taken.set(output, order);
      else if (earlier !== "data" && order !== "data" && !sameClasses(earlier, order)) {
        this.clashes.push({
          kind: "differ",
          left: { of: output, labels: earlier },
          right: { of: output, labels: order },
        });
      }
    }
    return met;
  }

  /** A frozen network's classes are permuted to the folders' order once it is known; the student's own outputs cannot be. */
  #meetData(named: Named): Classes {
    if (named.of.startsWith("teacher.")) return this.#take([named.of], { kind: "data" });
    this.clashes.push({ kind: "student-unnamed", named });
    return named;
  }

  /** A slice of classes by position: it refers to the student's order. */
  #part({ axis, ranges }: Extract<Pieces, { kind: "cut" }>, at: number, whole: Known, shape: Shape): Known {
    const { classes } = whole;
    if (classes === undefined || axis !== whole.axis) return whole;
    if (classes.kind !== "named") {
      this.#meetList(classes, shape[axis] as Dim);
      return whole;
    }
    return { ...whole, classes: { ...classes, labels: classes.labels.slice(...(ranges[at] ?? [0, 0])) } };
  }

  /** The reduced axis must have the same classes on both sides; it is removed. */
  #product([a = {}, b = {}]: readonly Known[], shapes: readonly Shape[], output: Shape): Known {
    const [left = [], right = []] = shapes;
    const summed = [a.axis === left.length - 1, b.axis === right.length - 2];
    if (summed[0] && summed[1]) this.#met([a, { ...b, axis: a.axis as number }]);
    else if (summed[0] && b.isList) this.#meetList(a.classes as Classes, left.at(-1) as Dim);
    else if (summed[1] && a.isList) this.#meetList(b.classes as Classes, right.at(-2) as Dim);
    const stays = [
      ...(summed[0] ? [] : [moved(a, alignedAxis(a.axis, left, output))]),
      ...(summed[1] ? [] : [moved(b, alignedAxis(b.axis, right, output))]),
    ].filter(({ classes }) => classes !== undefined);
    const [first] = stays;
    if (first === undefined) return isNumbers(a) && isNumbers(b) ? { isList: true } : {};
    return stays.length === 1 ? first : { ...first, axis: "somewhere" };
  }
}

const isNumbers = ({ classes, isList }: Known): boolean => classes === undefined && isList !== undefined;

/** The same classes on another axis; none if the axis is removed. */
function moved(known: Known, axis: Known["axis"]): Known {
  if (known.classes === undefined) return known;
  return axis === undefined ? {} : { classes: known.classes, axis };
}

/** Concatenated classes. */
function joinedAlong(axis: number, inputs: readonly Known[], shapes: readonly Shape[]): Known {
  const named = inputs.flatMap(({ classes }) => (classes?.kind === "named" ? [classes] : []));
  const [first] = named;
  if (first === undefined) return inputs.find(({ classes }) => classes !== undefined) ?? {};
  const labels = inputs.flatMap(({ classes }, i) => {
    const size = shapes[i]?.[axis];
    return classes?.kind === "named" ? classes.labels : new Array<string>(Number(size)).fill(unnamed);
  });
  return { classes: { ...first, labels }, axis };
}
