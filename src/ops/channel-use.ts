import type { Attributes } from "../ir/graph.js";

/**
 * How an op's weights and attributes belong to channels (axis 1 of its tensors), for passes that reorder or pad channels. What happens
 * to the channels of the tensors themselves follows from `spatial` and `pieces`.
 */
export type ChannelUse =
  /** No weight and no attribute depends on the number or the order of the channels. */
  | { readonly kind: "free" }
  /** The channels must stay as they are: an attribute or a rule depends on them in some other way. */
  | { readonly kind: "natural" }
  /**
   * Each channel gives `results` neighbouring channels of the result, and each of those has its own entries along axis 0 of every
   * weight. All weights 0 give 0, whatever the channel has.
   */
  | { readonly kind: "own"; readonly results: number; readonly withChannels: (count: number) => Attributes }
  /**
   * Each channel of the result is a sum over all channels, plus an entry of the bias (input 2): `from` and `to` are the axes of the
   * weight (input 1) for the channels of the input and of the result.
   */
  | {
      readonly kind: "sums";
      readonly from: number;
      readonly to: number;
      readonly withChannels: (count: number) => Attributes;
    }
  /** Channel i of the result is channel `order[i]` of the input. */
  | { readonly kind: "permuted"; readonly order: readonly number[] };

export const freeOfChannels = (): ChannelUse => ({ kind: "free" });

/** For ops that are met in training only, too: no pass that moves channels runs there. */
export const naturalChannels = (): ChannelUse => ({ kind: "natural" });
