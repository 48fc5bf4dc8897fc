import { borderPaddingOp } from "./border-padding.js";
/** PyTorch's ReplicationPad2d. */
export const replicationPad = borderPaddingOp({
  name: "replication_pad",
  doc: "A map continued by its border cells.",
  mode: "edge",
  torchMode: "replicate",
  cellAt: (place, size) => Math.min(size - 1, Math.max(0, place)),
  most: () => Number.POSITIVE_INFINITY,
});
