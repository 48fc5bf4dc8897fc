/** What one lowering passes to another, each keyed by the value that it belongs to. */
import type { Node, ValueId } from "../../../ir/graph.js";
import type { RowBuffer } from "./buffer.js";

/** What a folded norm (`folded-norm.ts`) keeps: vectors in the order of its map; no means if the map is normalised. */
export interface FoldedInput {
  readonly y: ValueId;
  readonly weight: ValueId;
  readonly map: RowBuffer;
  readonly k: string;
  readonly inverse: string;
  readonly means: string | undefined;
}

/** A batch norm as LayerNormalization of rows: the inverse deviation as a column, and the number of cells per row. */
export interface NormByRows {
  readonly variance: ValueId;
  readonly weight: ValueId;
  readonly inverse: string;
  readonly order: readonly number[];
  readonly cells: number;
}

/** What the gradient of a norm before a pool (`pooled-norm.ts`) needs, in the order of the norm's rows. */
export interface PooledNormResults {
  readonly means: string;
  readonly inverse: string;
  readonly k: string;
  readonly rowMaxima: string;
  readonly pooled: string;
}

/** A tensor in the file, by the value that it belongs to. */
type Names = Map<ValueId, string>;

export class Shared {
  /** Nodes whose results another lowering already computed. */
  readonly absorbed = new Set<Node>();

  /** Norms that are not computed, by their results: the scale and bias that their rows stand for. */
  readonly folded = new Map<ValueId, { readonly scale: string; readonly level: string }>();
  /** The same by the norms' inputs, with what the gradient needs. */
  readonly foldedInputs = new Map<ValueId, FoldedInput>();
  /** The products of the gradient and the rows of such a result, and the order of those rows. */
  readonly foldedProducts = new Map<ValueId, { readonly name: string; readonly rows: readonly number[] }>();
  /** By a convolution's result: the constant that a folded norm before it left out. */
  readonly offsets: Names = new Map();

  /** By a norm's variance: the inverse deviation. */
  readonly inverseDeviations: Names = new Map();
  /** By a norm's mean: the mean of the rows without the offset. */
  readonly ownMeans: Names = new Map();

  /** Batch norms by rows whose gradients are not prepared yet. */
  readonly normsByRows: NormByRows[] = [];
  /** By such a norm's variance: its input, normalised. */
  readonly normals: Names = new Map();
  /** By such a norm's variance: k as a filter, and -k / M, in every lane. */
  readonly waysBack = new Map<ValueId, { readonly k: string; readonly perCell: string }>();
  /** A norm's scale or bias in every lane. */
  readonly lanes: Names = new Map();

  /** By a pool's result: the maxima of its windows' rows. */
  readonly rowMaxima: Names = new Map();
  /** By the result of a convolution before a norm before a pool: 1 or -1 for each row. */
  readonly signs: Names = new Map();
  /** By the same. */
  readonly pooledNorms = new Map<ValueId, PooledNormResults>();
}
