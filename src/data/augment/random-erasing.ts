import { type Augmentation, drawBelow, drawBetween } from "./augmentation.js";

/** Share of the picture's area, and width over height, as in the paper (Zhong et al. 2017) and torchvision. */
const areas = [0.02, 0.33] as const;
const proportions = [0.3, 3.3] as const;
const tries = 10;

/** With probability `p` paints over a rectangle, in the colour that the network sees as zero: the mean. */
export function randomErasing(p: number, colour: readonly number[]): Augmentation {
  return (image, random) => {
    if (random.uniform() >= p) return image;
    for (let i = 0; i < tries; i++) {
      const area = image.width * image.height * drawBetween(areas[0], areas[1], random);
      const proportion = Math.exp(drawBetween(Math.log(proportions[0]), Math.log(proportions[1]), random));
      const width = Math.round(Math.sqrt(area * proportion));
      const height = Math.round(Math.sqrt(area / proportion));
      if (width < 1 || height < 1 || width >= image.width || height >= image.height) continue;
      const top = drawBelow(image.height - height + 1, random);
      const left = drawBelow(image.width - width + 1, random);
      const pixels = image.pixels.slice();
      for (let row = top; row < top + height; row++) {
        for (let column = left; column < left + width; column++) pixels.set(colour, (row * image.width + column) * 3);
      }
      return { ...image, pixels };
    }
    return image;
  };
}
