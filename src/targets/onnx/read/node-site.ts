import { isProblem, type Problem, problem } from "../../../diagnostics/diagnostic.js";
import { invariant } from "../../../diagnostics/invariant.js";
import type { GraphBuilder } from "../../../ir/builder.js";
import type { Attributes, SlotRole, ValueId } from "../../../ir/graph.js";
import { type Dim, type Shape, sameDim, type TensorType } from "../../../ir/shape.js";
import { verifyNode } from "../../../ir/verify.js";
import { countOf } from "../../../ops/expand.js";
import { type FixedOperand, mostAxes, type OnnxReadSite, type Operand, type Reading } from "../../../ops/onnx-node.js";
import { findOp } from "../../../ops/registry.js";
import type { NameScope } from "../names.js";
import type { NodeAttributes } from "./node-attributes.js";
import { dimsOf, mostNumbersOf } from "./operand.js";
import { pathOf } from "./paths.js";

/** A node of the file, or several that form one layer (fused-nodes.ts). */
export interface FileNode {
  readonly opType: string;
  readonly name: string;
  /** Its place in the network, with slashes between scopes. */
  readonly place: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: NodeAttributes;
}

/** The initializer that a weight comes from: its axes in this order, if any, then perhaps the two axes of the weight's shape swapped. */
export interface WeightOrigin {
  /** Undefined if the file computes it. */
  readonly initializer: string | undefined;
  readonly permutation: readonly number[] | undefined;
  readonly isTurned: boolean;
}

/** The graph under construction and the state shared by its nodes' readers. */
export interface ReadingState {
  /** The file, for messages. */
  readonly path: string;
  readonly opset: number;
  readonly builder: GraphBuilder;
  /** The network's inputs. */
  readonly inputs: readonly ValueId[];
  readonly paths: NameScope;
  /** Slots by initializer, and again in each shape, and constants, each created on first use. */
  readonly slots: Map<string, ValueId>;
  readonly constants: Map<FixedOperand, ValueId>;
  readonly slotNames: NameScope;
  /** Receives the origin of each slot. */
  readonly origins: Map<string, WeightOrigin> | undefined;
}

/** Whether a name is that of a parameter in a module, as PyTorch's exporters keep them: other single numbers are constants of formulas. */
const isParameterName = (name = ""): boolean => /^\w+(\.\w+)+$/.test(name);

/** A problem: a node cannot be counted, with the reason. */
export function refuseNode({ name, opType, outputs }: FileNode, { path }: ReadingState, reason: string): Problem {
  return problem("onnx/unreadable-node", { path, node: name === "" ? (outputs[0] ?? "") : name, opType, reason });
}

/** One node as seen by the op that reads it: its inputs and attributes, and functions to build its replacement. */
export class NodeSite implements OnnxReadSite<Attributes> {
  readonly attributes: NodeAttributes;
  readonly #node: FileNode;
  readonly #inputs: readonly (Operand | undefined)[];
  readonly #asked = new Set<number>();
  readonly #state: ReadingState;
  /** The op that reads the node. */
  readonly #own: string;
  #isNamed = false;

  /** No reads are recorded yet, whoever examined the node before. */
  constructor(state: ReadingState, node: FileNode, inputs: readonly (Operand | undefined)[], own: string) {
    this.attributes = node.attributes.again();
    this.#state = state;
    this.#node = node;
    this.#inputs = inputs;
    this.#own = own;
  }

  get opset(): number {
    return this.#state.opset;
  }

  get opType(): string {
    return this.#node.opType;
  }

  get outputCount(): number {
    return this.#node.outputs.length;
  }

  refuse(reason: string): Problem {
    return refuseNode(this.#node, this.#state, reason);
  }

  /** Why the node is rejected: an attribute or an input that was never read. */
  get fault(): string | undefined {
    const unread = this.#inputs.findIndex((input, index) => input !== undefined && !this.#asked.has(index));
    return this.attributes.fault ?? (unread === -1 ? undefined : `lferc does not read its input ${unread}`);
  }

  get inputCount(): number {
    return this.#inputs.findLastIndex((input) => input !== undefined) + 1;
  }

  input(index: number): Operand | undefined {
    this.#asked.add(index);
    return this.#inputs[index];
  }

  has(index: number): boolean {
    return this.input(index) !== undefined;
  }

  shapeOf(index: number): Shape {
    const input = this.input(index);
    return input === undefined ? [] : dimsOf(input);
  }

  isSame(index: number, other: number): boolean {
    const [a, b] = [index, other].map((each) => (this.has(each) ? this.#node.inputs[each] : undefined));
    return a !== undefined && a === b;
  }

  numbers(index: number): readonly Dim[] | Problem | undefined {
    const input = this.input(index);
    if (input === undefined) return undefined;
    if (input.kind === "tensor") return this.refuse(`its input ${index} is not fixed in the file`);
    if (input.numbers !== undefined) return input.numbers;
    const [name, count] = [input.name ?? index, countOf(input.dims)];
    return this.refuse(
      count > mostNumbersOf(input.dtype)
        ? `its input "${name}" has ${count} numbers, of which lferc reads at most ${mostNumbersOf(input.dtype)}`
        : `the values of its input "${name}" are not in the file`,
    );
  }

  plainNumbers(index: number): readonly number[] | Problem | undefined {
    const numbers = this.numbers(index);
    if (numbers === undefined || isProblem(numbers)) return numbers;
    const plain = numbers.filter((each) => typeof each === "number");
    return plain.length === numbers.length ? plain : this.refuse(`input ${index} depends on the batch`);
  }

  typeOf(value: ValueId): TensorType {
    return this.#state.builder.typeOf(value);
  }

  tensor(index: number): ValueId | Problem {
    const input = this.input(index);
    if (input === undefined) return this.refuse(`input ${index} is missing`);
    if (input.kind === "tensor") return input.value;
    if (input.isTrained && (countOf(input.dims) > 1 || isParameterName(input.name)))
      return this.#slot(input, "parameter", input.dims);
    return this.#constant(input);
  }

  tensors(): readonly ValueId[] | Problem {
    const values: ValueId[] = [];
    for (let index = 0; index < this.inputCount; index++) {
      const value = this.tensor(index);
      if (isProblem(value)) return value;
      values.push(value);
    }
    return values;
  }

  weight(
    index: number,
    role: SlotRole = "parameter",
    dims?: readonly number[],
    isTurned: boolean = false,
  ): ValueId | Problem {
    const input = this.input(index);
    if (input === undefined) return this.refuse(`input ${index} is missing`);
    if (input.kind === "tensor") return this.refuse(`its weight, input ${index}, is not fixed in the file`);
    return this.#slot(input, role, dims ?? input.dims, isTurned);
  }

  sample(): ValueId | Problem {
    const { builder } = this.#state;
    const found = this.#state.inputs.find((value) => sameDim(builder.typeOf(value).shape[0] ?? 1, { batch: 1 }));
    if (found === undefined) return this.refuse("it depends on the batch, which no input has");
    return builder.typeOf(found).shape.reduce<ValueId | Problem>((value, size, axis) => {
      return axis === 0 || size === 1 ? value : this.one("slice", [value], { axis, from: 0, to: 1 });
    }, found);
  }

  fixed(index: number): FixedOperand | undefined {
    const input = this.input(index);
    return input?.kind === "fixed" ? input : undefined;
  }

  #slot(input: FixedOperand, role: SlotRole, shape: readonly number[], isTurned: boolean = false): ValueId | Problem {
    const { slots } = this.#state;
    if (input.dtype !== "float32") return this.refuse(`its weight is ${input.dtype}; lferc counts float32 networks`);
    if (countOf(shape) !== countOf(input.dims)) return this.refuse("a weight does not have the expected size");
    const wanted = input.name ?? `${this.#node.name}.constant`;
    const weight = input.name ?? `output ${this.#node.outputs[0]}`;
    const key = JSON.stringify([weight, shape]);
    const known = slots.get(key);
    if (known !== undefined) return known;
    const first = slots.get(weight);
    // A weight that several layers take, each in a shape of its own, is one weight.
    const value =
      first === undefined
        ? this.#newSlot(wanted, input.isKept ? "statistic" : role, shape, {
            initializer: input.name,
            permutation: input.permutation,
            isTurned,
          })
        : this.#inShape(first, shape);
    if (isProblem(value)) return value;
    if (first === undefined) slots.set(weight, value);
    slots.set(key, value);
    return value;
  }

  #newSlot(wanted: string, role: SlotRole, shape: readonly number[], origin: WeightOrigin): ValueId {
    const name = this.#state.slotNames.take(wanted);
    this.#state.origins?.set(name, origin);
    return this.#state.builder.slot(
      { name, role, initializer: { kind: "constant", value: 0 } },
      { dtype: "float32", shape },
    );
  }

  #inShape(value: ValueId, shape: readonly number[]): ValueId | Problem {
    const made = this.#append("reshape", [value], { shape }, `${this.#path()}.reshape`);
    return isProblem(made) ? made : (made[0] as ValueId);
  }

  #constant(input: FixedOperand): ValueId | Problem {
    const { numbers, dims } = input;
    // A constant that is too long to read is not a trained weight.
    if (numbers === undefined) return this.#slot(input, "statistic", dims);
    if (numbers.length === 0) return this.refuse("it takes an empty constant, which lferc does not count");
    if (input.dtype === "bool") return this.refuse("it takes constant truth values, which lferc does not count");
    const values = numbers.filter((each) => typeof each === "number");
    if (values.length < numbers.length) return this.refuse("it computes with the size of the batch");
    const known = this.#state.constants.get(input);
    if (known !== undefined) return known;
    const value = this.#append("constant", [], { shape: dims, values }, `${this.#path()}.constant`);
    if (isProblem(value)) return value;
    const [made] = value as readonly [ValueId];
    this.#state.constants.set(input, made);
    return made;
  }

  #path(): string {
    return pathOf(this.#node.place);
  }

  make(inputs: readonly (ValueId | Problem)[], attributes: Attributes): Reading {
    return this.#apply(this.#own, inputs, attributes);
  }

  one(op: string, inputs: readonly (ValueId | Problem)[], attributes: Attributes = {}): ValueId | Problem {
    const results = this.#apply(op, inputs, attributes);
    return isProblem(results) ? results : (results[0] as ValueId);
  }

  /** Applies an op to inputs that may be problems. The first one takes the node's own path. */
  #apply(op: string, inputs: readonly (ValueId | Problem)[], attributes: Attributes): Reading {
    const wrong = inputs.find(isProblem);
    if (wrong !== undefined) return wrong;
    const path = this.#isNamed ? `${this.#path()}.${op}` : this.#path();
    this.#isNamed = true;
    return this.#append(op, inputs as readonly ValueId[], attributes, path);
  }

  #append(op: string, inputs: readonly ValueId[], attributes: Attributes, wanted: string): Reading {
    const { builder, paths } = this.#state;
    const definition = findOp(op);
    invariant(definition !== undefined, `${this.#own} reads nodes as the op ${op}, which is none`);
    const node = { op, attributes, inputs, path: paths.take(wanted) };
    // The op's functions rely on valid attributes, and the file may contain anything.
    const count = definition.results === "many" ? 1 : definition.results.length;
    const [fault] = verifyNode({ ...node, outputs: new Array<number>(count).fill(0) }, definition, []);
    if (fault !== undefined) return this.refuse(fault.problem.diagnose({}).message);
    const types = definition.inferTypes(
      inputs.map((value) => builder.typeOf(value)),
      attributes,
    );
    if (isProblem(types)) return this.refuse(types.diagnose({}).message);
    if (types.some(({ shape }) => shape.length > mostAxes))
      return this.refuse(`its result has more than ${mostAxes} axes`);
    return builder.node(node, types);
  }
}
