import { isProblem } from "../diagnostics/diagnostic.js";
import { invariant } from "../diagnostics/invariant.js";
import type { Span } from "../diagnostics/span.js";
import type { Attributes, Graph, Node, ValueId } from "../ir/graph.js";
import type { TensorType } from "../ir/shape.js";
import type { GradientBuilder } from "../ops/contracts.js";
import { findOp } from "../ops/registry.js";

/** Appends nodes to those of a graph; its values keep their numbers. */
export class AppendingBuilder implements GradientBuilder {
  readonly nodesMade: Node[] = [];
  readonly types: TensorType[];
  readonly #paths: Set<string>;
  readonly #numbers = new Map<number, ValueId>();
  readonly #ordinals = new Map<string, number>();
  #place: { readonly path: string; readonly span: Span | undefined } = { path: "gradient", span: undefined };

  constructor(graph: Graph) {
    this.types = [...graph.types];
    this.#paths = new Set(graph.nodes.map(({ path }) => path));
  }

  /** Sets the part of the network for the next nodes: it is in their paths. */
  enter(path: string, span?: Span): void {
    this.#place = { path, span };
  }

  typeOf(value: ValueId): TensorType {
    const type = this.types[value];
    invariant(type !== undefined, `value ${value} is not made yet`);
    return type;
  }

  node(op: string, inputs: readonly ValueId[], attributes: Attributes = {}): ValueId {
    return this.nodes(op, inputs, attributes)[0] as ValueId;
  }

  nodes(opName: string, inputs: readonly ValueId[], given: Attributes = {}): readonly ValueId[] {
    const op = findOp(opName);
    invariant(op !== undefined, `a gradient rule asks for the unknown op ${opName}`);
    // The op's own attributes, in its order: a rule may pass more than the op has.
    const attributes = Object.fromEntries(Object.keys(op.attributes).map((key) => [key, given[key] as never]));
    const types = op.inferTypes(
      inputs.map((value) => this.typeOf(value)),
      attributes,
    );
    const { path, span } = this.#place;
    if (isProblem(types)) {
      const { code, message } = types.diagnose({});
      invariant(false, `${opName} for ${path} does not fit: ${code}: ${message}`, span);
    }
    const outputs = types.map((type) => this.types.push(type) - 1);
    this.nodesMade.push({ op: opName, attributes, inputs, outputs, path: this.#freshPath(`${path}.${opName}`), span });
    return outputs;
  }

  number(value: number): ValueId {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    const made = this.node("constant", [], { shape: [], values: [value] });
    this.#numbers.set(value, made);
    return made;
  }

  /** Linear in the nodes: ordinals continue from the last one of that name. */
  #freshPath(wanted: string): string {
    let ordinal = this.#ordinals.get(wanted) ?? 0;
    let path: string;
    do {
      ordinal++;
      path = ordinal === 1 ? wanted : `${wanted}_${ordinal}`;
    } while (this.#paths.has(path));
    this.#ordinals.set(wanted, ordinal);
    this.#paths.add(path);
    return path;
  }
}
