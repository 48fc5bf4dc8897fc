/** ONNX's SpaceToDepth and DepthToSpace: cells of a map to channels and back, by cutting axes apart, turning and joining them. */
import { isProblem } from "../diagnostics/diagnostic.js";
import type { OnnxReader } from "./onnx-node.js";
import { only } from "./read-nodes.js";
import { toSignedSizes } from "./signed-sizes.js";

export const blockNodes: OnnxReader<{ shape: readonly number[] }> = {
  nodeTypes: ["SpaceToDepth", "DepthToSpace"],
  read: (site) => {
    const x = site.tensor(0);
    if (isProblem(x)) return x;
    const [batch, channels, height, width] = site.typeOf(x).shape;
    const block = site.attributes.int("blocksize", 0);
    const isToDepth = site.opType === "SpaceToDepth";
    const mode = site.attributes.text("mode", "DCR");
    const sizes = [channels, height, width].map(Number);
    const [c = 0, h = 0, w = 0] = sizes;
    const fits = isToDepth ? h % block === 0 && w % block === 0 : c % (block * block) === 0;
    if (batch === undefined || !sizes.every(Number.isSafeInteger) || block < 1 || !fits)
      return site.refuse(`blocks of ${block} by ${block} cells do not fit its map`);
    if (!["DCR", "CRD"].includes(mode)) return site.refuse(`its order is "${mode}", which lferc does not know`);
    const fewer = c / block ** 2;
    const [apart, permutation, whole] = isToDepth
      ? [
          [c, h / block, block, w / block, block],
          mode === "CRD" ? [0, 1, 3, 5, 2, 4] : [0, 3, 5, 1, 2, 4],
          [c * block ** 2, h / block, w / block],
        ]
      : mode === "CRD"
        ? [
            [fewer, block, block, h, w],
            [0, 1, 4, 2, 5, 3],
            [fewer, h * block, w * block],
          ]
        : [
            [block, block, fewer, h, w],
            [0, 3, 4, 1, 5, 2],
            [fewer, h * block, w * block],
          ];
    const cut = site.make([x], { shape: toSignedSizes([batch, ...apart]) });
    if (isProblem(cut)) return cut;
    const turned = site.one("transpose", cut, { permutation });
    return only(site.one("reshape", [turned], { shape: toSignedSizes([batch, ...whole]) }));
  },
};
