import type { onnx } from "../generated/onnx.js";

type AttributeProto = onnx.AttributeProto.$Properties;

/** AttributeProto.AttributeType, as far as our ops need it. */
const types = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7 } as const;

const typeNames: Readonly<Record<number, string>> = {
  1: "a float",
  2: "an int",
  3: "a string",
  4: "a tensor",
  5: "a graph",
  6: "floats",
  7: "ints",
  8: "strings",
  9: "tensors",
  10: "graphs",
};

const utf8 = new TextDecoder();

/**
 * The attributes of one node. Reads are recorded: an attribute that is set but was never read may change what the node
 * computes, so the node is rejected (`fault`).
 */
export class NodeAttributes {
  readonly #given: readonly AttributeProto[];
  readonly #all: ReadonlyMap<string, AttributeProto>;
  readonly #asked = new Set<string>();
  readonly #isDouble: boolean;
  #fault: string | undefined;

  constructor(attributes: readonly AttributeProto[]) {
    this.#given = attributes;
    this.#all = new Map(attributes.map((each) => [each.name ?? "", each]));
    const twice = attributes.find((each) => this.#all.get(each.name ?? "") !== each);
    this.#isDouble = twice !== undefined;
    if (twice !== undefined) this.#fault = `its attribute "${twice.name}" appears twice`;
  }

  /** Reads an attribute without recording it, for matching patterns. An invalid one counts as absent. */
  peek(name: string, type: keyof typeof types): AttributeProto | undefined {
    const attribute = this.#all.get(name);
    const isReadable = attribute === undefined || [0, types[type]].includes(attribute.type ?? 0);
    return isReadable && !this.#isDouble ? attribute : undefined;
  }

  /** The same attributes, with no recorded reads. */
  again(): NodeAttributes {
    return new NodeAttributes(this.#given);
  }

  get names(): readonly string[] {
    return [...this.#all.keys()];
  }

  #ask(name: string, type: keyof typeof types): AttributeProto | undefined {
    this.#asked.add(name);
    const attribute = this.#all.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.ref_attr_name) this.#fault ??= `its attribute "${name}" stands for one of a function`;
    // Files from before IR version 3 may omit the type.
    const given = attribute.type ?? 0;
    if (given === 0 || given === types[type]) return attribute;
    this.#fault ??= `its attribute "${name}" is ${typeNames[given] ?? `of type ${given}`}, not ${typeNames[types[type]]}`;
    return undefined;
  }

  int(name: string, unlessTold: number): number {
    const attribute = this.#ask(name, "int");
    return attribute === undefined ? unlessTold : Number(attribute.i ?? 0);
  }

  ints(name: string): readonly number[] | undefined {
    return this.#ask(name, "ints")?.ints?.map(Number);
  }

  float(name: string, unlessTold: number): number {
    const attribute = this.#ask(name, "float");
    return attribute === undefined ? unlessTold : (attribute.f ?? 0);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#ask(name, "floats")?.floats ?? undefined;
  }

  text(name: string, unlessTold: string): string {
    const bytes = this.#ask(name, "text")?.s;
    return bytes ? utf8.decode(bytes) : unlessTold;
  }

  tensor(name: string): onnx.TensorProto.$Properties | undefined {
    return this.#ask(name, "tensor")?.t ?? undefined;
  }

  /** Ignores attributes that change neither a shape nor the layer; the caller's comment says why. */
  pass(...names: readonly string[]): void {
    for (const name of names) this.#asked.add(name);
  }

  /** Why the node is rejected: an attribute of another type, a duplicate, or one that was never read. */
  get fault(): string | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const unread = this.names.find((name) => !this.#asked.has(name));
    return unread === undefined ? undefined : `lferc does not read its attribute "${unread}"`;
  }
}
