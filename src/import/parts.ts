/** The words that a network is told in: layers, chains of them, and blocks. */
import type { Node, ValueId } from "../ir/graph.js";
import type { Shape, TensorType } from "../ir/shape.js";
import type { LayerWords, Plain, Site } from "./layer-words.js";

/** What an op takes: a tensor that flows in, numbers, or a bare weight. */
export type Operand =
  | { readonly kind: "flow" }
  | { readonly kind: "numbers"; readonly values: readonly number[]; readonly shape: Shape }
  | { readonly kind: "weight"; readonly shape: readonly number[]; readonly slot: ValueId };

/** A value of a block's parameter: a number or the like, or the name of a layer without arguments. */
export type ArgumentValue = Plain | { readonly layer: string };

export type BlockArguments = Readonly<Record<string, ArgumentValue | undefined>>;

export interface BlockParameter {
  readonly name: string;
  readonly type: string;
  readonly default: ArgumentValue | undefined;
}

export interface Block {
  readonly name: string;
  readonly parameters: readonly BlockParameter[];
  /** Its declaration. */
  readonly text: string;
}

export interface OpLayer {
  readonly kind: "op";
  readonly site: Site;
  readonly words: LayerWords;
  readonly operands: readonly Operand[];
  readonly hasWeights: boolean;
  /** Its first weight, if other layers have the same; and its own place among them. */
  readonly shared: { readonly slot: ValueId; readonly place: ValueId } | undefined;
}

/** One block or several of the same, one after the other. */
export interface RunLayer {
  readonly kind: "run";
  readonly block: Block;
  readonly rows: readonly BlockArguments[];
}

export type Layer = OpLayer | RunLayer;

/** A layer in its place. */
export interface Vertex {
  readonly layer: Layer;
  readonly inputs: readonly ValueId[];
  readonly outputs: readonly ValueId[];
  /** Its scopes in the file, from outside. */
  readonly scopes: readonly string[];
}

export type Chain = readonly Item[];

interface InChain {
  /** The scopes in the file of its first layer. */
  readonly scopes: readonly string[];
  /** The number of its layers. */
  readonly size: number;
  /** The tensor that leaves it. */
  readonly to: ValueId;
}

export type Item = InChain & ChainItem;

type ChainItem =
  | { readonly kind: "layer"; readonly layer: Layer }
  /** Branches from one tensor, or from the results of `head`, that `join` takes in this order. */
  | {
      readonly kind: "fork";
      readonly head: Layer | undefined;
      /** For each branch, the result of the head that it begins with. */
      readonly sources: readonly number[];
      readonly branches: readonly Chain[];
      readonly join: Layer;
    }
  /** Layers that are no branches: each takes results of earlier ones. */
  | { readonly kind: "web"; readonly lines: readonly WebLine[] };

export interface WebLine {
  readonly layer: Layer;
  /** Where each flowing operand comes from: -1, the web's input, or a result of an earlier line. */
  readonly from: readonly (readonly [line: number, result: number])[];
  readonly results: number;
}

/** A scope of the file: layers that follow each other in it. */
export interface Part {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly nodes: readonly Node[];
  readonly children: readonly (Part | Node)[];
  readonly height: number;
}

export const isPart = (child: Part | Node): child is Part => "children" in child;

/** Where a block is applied: the tensor that enters and the one that leaves. */
export interface Passage {
  readonly input: ValueId;
  readonly output: ValueId;
  readonly inputType: TensorType;
  readonly outputType: TensorType;
}
