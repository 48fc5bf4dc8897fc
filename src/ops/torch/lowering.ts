/** The interface of an op's PyTorch lowering: Python expressions made of Python expressions. */
import type { TensorType } from "../../ir/shape.js";

/** The node that is lowered. Its expressions are made by `python.ts`, so that what varies between two nodes can be told. */
export interface TorchSite {
  readonly inputTypes: readonly TensorType[];
  readonly outputTypes: readonly TensorType[];
  /** An input as a tensor; a lone number of the graph becomes one. */
  tensor(index: number): string;
  /** All inputs as tensors. */
  tensors(): readonly string[];
  /** An input as an operand: a lone number stays one where another operand of its kind is a tensor. */
  operand(index: number): string;
  /** Whether the network is in training. */
  readonly training: string;
  /** Fixed numbers as a tensor, or as a lone number. */
  constant(values: readonly number[], shape: readonly number[]): string;
  /** Adds a function beside the class; returns its name. `lines` is its text, which needs `torch` and `F` alone. */
  helper(name: string, lines: readonly string[]): string;
}

/** The result as an expression; of an op with several results, an expression of a sequence. */
export type TorchExpression<A> = (site: TorchSite, attributes: A) => string;

/** An op with weights: a layer of `torch.nn`, whose parameters have the names of the op's slots. */
export interface TorchLayer<A> {
  /** The constructor's call: `nn.Linear(64, 10)`. Its initial weights are those of the op's slots. */
  readonly layer: (inputTypes: readonly TensorType[], attributes: A) => string;
  /** For uses without weights: a plain expression. */
  readonly unweighted?: TorchExpression<A>;
  /** Applies the layer to the first input; left out if that is a plain call. */
  readonly apply?: (layer: string, site: TorchSite, attributes: A) => string;
}

/** An op that no PyTorch module may contain, and the reason. */
export interface NotInTorch {
  readonly notInTorch: string;
}

export type TorchLowering<A> = TorchExpression<A> | TorchLayer<A> | NotInTorch;

/** An op without a PyTorch lowering, and why. */
export function notInTorch(why: string): NotInTorch {
  return { notInTorch: why };
}

/** Of the ops that differentiation makes. */
export const leftToAutograd: NotInTorch = notInTorch("it belongs to a backward pass, which PyTorch's autograd makes");

export const isTorchLayer = <A>(lowering: TorchLowering<A>): lowering is TorchLayer<A> =>
  typeof lowering !== "function" && "layer" in lowering;
