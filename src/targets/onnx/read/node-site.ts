import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import type { GraphBuilder } from "../../../ir/builder.js";
import type { Attributes, SlotRole, ValueId } from "../../../ir/graph.js";
import type { Dim, TensorType } from "../../../ir/shape.js";
import { verifyNode } from "../../../ir/verify.js";
import { findOp, type LayerOpName } from "../../../ops/registry.js";
import type { NameScope } from "../names.js";
import type { NodeAttributes } from "./node-attributes.js";
import { countOf, type FixedOperand, mostAxes, type Operand } from "./operand.js";
import { pathOf } from "./paths.js";

/** A node of the file, or several that are one layer (fused-nodes.ts). */
export interface FileNode {
  readonly opType: string;
  readonly name: string;
  /** Where it stands in the network, with slashes between scopes. */
  readonly place: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: NodeAttributes;
}

/** How a node of the file becomes nodes of the graph: its results, or why it cannot be counted. */
export type NodeReader = (site: NodeSite) => readonly ValueId[] | Problem;

/** The graph in the making and what the readers of its nodes share. */
export interface ReadingState {
  /** The file, for messages. */
  readonly path: string;
  readonly opset: number;
  readonly builder: GraphBuilder;
  readonly paths: NameScope;
  /** Slots by initializer and shape, and constants, each made when first read. */
  readonly slots: Map<string, ValueId>;
  readonly constants: Map<FixedOperand, ValueId>;
  readonly slotNames: NameScope;
}

/** One node being read: its inputs and attributes, and what may be made of them. What a reader does not ask for, it does not know. */
export class NodeSite {
  readonly node: FileNode;
  readonly #inputs: readonly (Operand | undefined)[];
  readonly #asked = new Set<number>();
  readonly #state: ReadingState;
  #isNamed = false;

  constructor(state: ReadingState, node: FileNode, inputs: readonly (Operand | undefined)[]) {
    this.#state = state;
    this.node = node;
    this.#inputs = inputs;
  }

  get opset(): number {
    return this.#state.opset;
  }

  /** That this node cannot be counted, and why. */
  refuse(reason: string): Problem {
    const { name, opType, outputs } = this.node;
    return problem("onnx/unreadable-node", {
      path: this.#state.path,
      node: name === "" ? (outputs[0] ?? "") : name,
      opType,
      reason,
    });
  }

  /** Why the node is more than its reader took it for: an attribute or an input that nobody looked at. */
  get fault(): string | undefined {
    const unread = this.#inputs.findIndex((input, index) => input !== undefined && !this.#asked.has(index));
    return this.node.attributes.fault ?? (unread === -1 ? undefined : `lferc does not read its input ${unread}`);
  }

  get attributes(): NodeAttributes {
    return this.node.attributes;
  }

  /** How many inputs are given or left out before the last one that is given. */
  get inputCount(): number {
    return this.#inputs.findLastIndex((input) => input !== undefined) + 1;
  }

  /** An input; undefined where it is left out. */
  input(index: number): Operand | undefined {
    this.#asked.add(index);
    return this.#inputs[index];
  }

  has(index: number): boolean {
    return this.input(index) !== undefined;
  }

  /** The numbers of an input; undefined where it is left out. */
  numbers(index: number): readonly Dim[] | Problem | undefined {
    const input = this.input(index);
    if (input === undefined) return undefined;
    if (input.kind === "tensor") return this.refuse(`input ${index} is computed from the picture, not fixed`);
    return input.numbers ?? this.refuse(`the values of its input "${input.name ?? index}" are not in the file`);
  }

  /** The same, where none of them may hang on the batch. */
  plainNumbers(index: number): readonly number[] | Problem | undefined {
    const numbers = this.numbers(index);
    if (numbers === undefined || isProblem(numbers)) return numbers;
    const plain = numbers.filter((each) => typeof each === "number");
    return plain.length === numbers.length ? plain : this.refuse(`input ${index} depends on the batch`);
  }

  typeOf(value: ValueId): TensorType {
    return this.#state.builder.typeOf(value);
  }

  /** An input as a value of the graph; what stands in the file becomes a constant, or a weight. */
  tensor(index: number): ValueId | Problem {
    const input = this.input(index);
    if (input === undefined) return this.refuse(`input ${index} is missing`);
    if (input.kind === "tensor") return input.value;
    if (input.isTrained && countOf(input.dims) > 1) return this.#slot(input, "parameter", input.dims);
    return this.#constant(input);
  }

  /** All inputs as values of the graph. */
  tensors(): readonly ValueId[] | Problem {
    const values: ValueId[] = [];
    for (let index = 0; index < this.inputCount; index++) {
      const value = this.tensor(index);
      if (isProblem(value)) return value;
      values.push(value);
    }
    return values;
  }

  /** An input as a weight of this shape (its own unless told); undefined where it is no such thing. */
  weight(index: number, role: SlotRole = "parameter", dims?: readonly number[]): ValueId | Problem {
    const input = this.input(index);
    if (input === undefined) return this.refuse(`input ${index} is missing`);
    if (input.kind === "tensor") return this.refuse(`its weight, input ${index}, is computed, not fixed`);
    return this.#slot(input, role, dims ?? input.dims);
  }

  /** A fixed input; undefined where it is computed or missing. */
  fixed(index: number): FixedOperand | undefined {
    const input = this.input(index);
    return input?.kind === "fixed" ? input : undefined;
  }

  #slot(input: FixedOperand, role: SlotRole, shape: readonly number[]): ValueId | Problem {
    const { builder, slots, slotNames } = this.#state;
    if (input.dtype !== "float32") return this.refuse(`its weight is ${input.dtype}; lferc counts float32 networks`);
    if (countOf(shape) !== countOf(input.dims)) return this.refuse("a weight does not have the expected size");
    const wanted = input.name ?? `${this.node.name}.constant`;
    const key = JSON.stringify([input.name ?? this.node.outputs[0], shape]);
    const known = slots.get(key);
    if (known !== undefined) return known;
    const name = slotNames.take(wanted);
    const initializer = { kind: "constant", value: 0 } as const;
    const value = builder.slot({ name, role, initializer }, { dtype: "float32", shape });
    slots.set(key, value);
    return value;
  }

  #constant(input: FixedOperand): ValueId | Problem {
    const { numbers, dims } = input;
    // A constant too long to read is no weight that training made.
    if (numbers === undefined) return this.#slot(input, "statistic", dims);
    const values = numbers.filter((each) => typeof each === "number");
    if (values.length < numbers.length) return this.refuse("it computes with the size of the batch");
    const known = this.#state.constants.get(input);
    if (known !== undefined) return known;
    const value = this.#node("constant", [], { shape: dims, values }, `${this.#path()}.constant`);
    if (isProblem(value)) return value;
    const [made] = value as readonly [ValueId];
    this.#state.constants.set(input, made);
    return made;
  }

  #path(): string {
    return pathOf(this.node.place);
  }

  /** Applies an op of ours; its results, or what is wrong with it. The first one takes the node's own path. */
  apply(op: LayerOpName, inputs: readonly ValueId[], attributes: Attributes = {}): readonly ValueId[] | Problem {
    const path = this.#isNamed ? `${this.#path()}.${op}` : this.#path();
    this.#isNamed = true;
    return this.#node(op, inputs, attributes, path);
  }

  /** Applies an op that has one result to what may be a problem already. */
  one(op: LayerOpName, inputs: readonly (ValueId | Problem)[], attributes: Attributes = {}): ValueId | Problem {
    const wrong = inputs.find(isProblem);
    if (wrong !== undefined) return wrong;
    const results = this.apply(op, inputs as readonly ValueId[], attributes);
    return isProblem(results) ? results : (results[0] as ValueId);
  }

  #node(op: LayerOpName, inputs: readonly ValueId[], attributes: Attributes, wanted: string) {
    const { builder, paths } = this.#state;
    const definition = findOp(op);
    const node = { op, attributes, inputs, path: paths.take(wanted) };
    // The op's rules rely on attributes that are what they should be, and the file may hold anything.
    const count = definition?.results === "many" ? 1 : (definition?.results.length ?? 1);
    const [fault] = verifyNode({ ...node, outputs: new Array<number>(count).fill(0) }, definition, []);
    if (fault !== undefined) return this.refuse(fault.problem.diagnose({}).message);
    const types = definition?.inferTypes(
      inputs.map((value) => builder.typeOf(value)),
      attributes,
    );
    if (types === undefined) return this.refuse(`the op ${op} is unknown`);
    if (isProblem(types)) return this.refuse(types.diagnose({}).message);
    if (types.some(({ shape }) => shape.length > mostAxes))
      return this.refuse(`its result has more than ${mostAxes} axes`);
    return builder.node(node, types);
  }
}

/** What is the only result of a reader. */
export function only(value: ValueId | Problem): readonly ValueId[] | Problem {
  return isProblem(value) ? value : [value];
}
