/**
 * Channels need not be stored in the order of the source. If P permutes the channels of a map, then for a convolution with weight W
 *
 *   W x = (W P^-1) (P x)        P (W x) = (P W) x
 *
 * and whatever goes channel by channel is the same in any order. So splits, concatenations and shuffles of channels only say which
 * columns and rows of the next and the last weight belong together: the shuffles are gone, the rows of a convolution are written as one
 * tensor for each reader, and what a unit passes on is never copied. A channel of zero weights may be added anywhere: every sum over
 * channels has a zero column for it. Channels are padded to the runtime's block in this way where that is cheaper (channels/padding.ts).
 *
 * How channels are followed: channels/strands.ts. What becomes one tensor: channels/pieces.ts. An op that needs its channels in order,
 * and an output, gets them cut out and joined.
 */

import { choosePadding } from "./channels/padding.js";
import { planPieces } from "./channels/pieces.js";
import { followChannels } from "./channels/strands.js";
import { LaidOutGraph } from "./channels/write.js";
import { GraphRewriter } from "./graph-rewriter.js";
import type { Pass } from "./weighted-graph.js";

/** Channels that a runtime's blocked layout stores side by side: 8 with AVX2 and NEON, 16 with AVX-512. */
export type Block = 8 | 16;

export const layOutChannels = (block: Block): Pass => ({
  name: "lay-out-channels",
  run(model) {
    const flow = followChannels(model.graph);
    const nodeOf = new Map(
      model.graph.nodes.flatMap(({ outputs }, at) => outputs.map((value) => [value, at] as const)),
    );
    const plan = planPieces(flow, nodeOf, block);
    const reading = { flow, plan, nodeOf };
    const sizes = choosePadding(reading, block);
    return new LaidOutGraph(new GraphRewriter(model), model.graph, reading, sizes).write();
  },
});
