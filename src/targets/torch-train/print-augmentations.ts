/** Python: a recipe's augmentations, each as a function of a picture and what was drawn for it. */
import type { ThingOf } from "../../recipe/signatures.js";
import { literal } from "./python-text.js";

type Augmentation = ThingOf<"augmentation">;

export interface AugmentationTarget {
  readonly width: number;
  readonly height: number;
  readonly mean: readonly number[];
}

/** The text of one augmentation: functions that it needs, by name, and its line in `augment` or `draw_mixes`. */
interface Printed {
  readonly functions: readonly (keyof typeof functions)[];
  readonly call: string;
  readonly isOfBatch: boolean;
}

const functions = {
  place_inside: `def place_inside(at, size, border):
    """The places of 0..size - 1 whose pixels stand at these: the outermost ones repeated, or mirrored at them."""
    if border == "edge" or size == 1:
        return np.clip(at, 0, size - 1)
    period = 2 * (size - 1)
    at = at % period
    return np.where(at < size, at, period - at)`,
  window: `def window(image, left, top, width, height, border):
    """The part of a picture inside a window, which may reach beyond it."""
    if not isinstance(border, str):
        canvas = Image.new("RGB", (width, height), border)
        canvas.paste(image, (-left, -top))
        return canvas
    rows = place_inside(np.arange(top, top + height), image.height, border)
    columns = place_inside(np.arange(left, left + width), image.width, border)
    return Image.fromarray(np.asarray(image)[rows][:, columns])`,
  transformed: `def transformed(image, matrix, border):
    """The picture under an affine map of target places to source places, bilinear."""
    a, b, c, d, e, f = matrix
    if not isinstance(border, str):
        return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=border)
    width, height = image.size
    corners = [(x, y) for x in (0, width) for y in (0, height)]
    beyond = [side for x, y in corners for side in (-(a * x + b * y + c), a * x + b * y + c - width)]
    beyond += [side for x, y in corners for side in (-(d * x + e * y + f), d * x + e * y + f - height)]
    margin = math.ceil(max(0, *beyond)) + 2
    larger = window(image, -margin, -margin, width + 2 * margin, height + 2 * margin, border)
    matrix = (a, b, c + margin, d, e, f + margin)
    return larger.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)`,
  horizontal_flip: `def horizontal_flip(image, flips):
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flips else image`,
  rotated: `def rotated(image, degrees, border):
    """Rotated about its centre, counter-clockwise."""
    angle = -math.radians(degrees % 360)
    cos, sin = round(math.cos(angle), 15), round(math.sin(angle), 15)
    x, y = image.width / 2, image.height / 2
    return transformed(image, (cos, sin, cos * -x + sin * -y + x, -sin, cos, sin * x + cos * -y + y), border)`,
  moved: `def draw_move(rng, size, degrees, translate, scale):
    """Degrees, clockwise; whole pixels to the right and down; a factor of the size."""
    right, down = (round(rng.uniform(-share * side, share * side)) for share, side in zip(translate, size))
    return rng.uniform(-degrees, degrees), right, down, rng.uniform(*scale)


def moved(image, drawn, border):
    """Scaled and rotated about its centre, then shifted."""
    degrees, right, down, scale = drawn
    if drawn == (0, 0, 0, 1):
        return image
    angle = math.radians(degrees)
    cos, sin = math.cos(angle) / scale, math.sin(angle) / scale
    x, y = image.width * 0.5, image.height * 0.5
    c = cos * (-x - right) + sin * (-y - down) + x
    f = -sin * (-x - right) + cos * (-y - down) + y
    return transformed(image, (cos, sin, c, -sin, cos, f), border)`,
  draw_crop: `def draw_crop(rng, size, padding, crop=None):
    """Left, top, width and height of a window in the padded picture; without a size, of the picture's own."""
    width, height = crop or size
    left = int(rng.integers(size[0] + 2 * padding - width + 1)) - padding
    top = int(rng.integers(size[1] + 2 * padding - height + 1)) - padding
    return left, top, width, height`,
  resized: `def resized(image, size):
    """The shorter side at this size, the other in proportion (up to 1 : 8)."""
    shorter = min(image.size)
    sides = [size if side == shorter else min(8 * size, size * side // shorter) for side in image.size]
    return image if image.size == tuple(sides) else image.resize(sides, Image.Resampling.BILINEAR)`,
  random_resized_crop: `def draw_part(rng, size, scale, ratio):
    """Left, top, width and height of a part: its area uniform, and the logarithm of its width over height."""
    for _ in range(10):
        area = size[0] * size[1] * rng.uniform(*scale)
        proportion = math.exp(rng.uniform(math.log(ratio[0]), math.log(ratio[1])))
        width, height = round(math.sqrt(area * proportion)), round(math.sqrt(area / proportion))
        if 1 <= width <= size[0] and 1 <= height <= size[1]:
            left, top = rng.integers(size[0] - width + 1), rng.integers(size[1] - height + 1)
            return int(left), int(top), width, height
    proportion = min(ratio[1], max(ratio[0], size[0] / size[1]))
    width = min(size[0], max(1, round(size[1] * proportion)))
    height = min(size[1], max(1, round(size[0] / proportion)))
    return (size[0] - width) // 2, (size[1] - height) // 2, width, height


def part_at_size(image, part):
    left, top, width, height = part
    return image.crop((left, top, left + width, top + height)).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)`,
  color_jitter: `def draw_jitter(rng, **most):
    """Factors of brightness, contrast and saturation, and a share of the circle for the hue, in random order."""
    kinds = [kind for kind, value in most.items() if value > 0]
    changes = []
    for place in rng.permutation(len(kinds)):
        kind, value = kinds[place], most[kinds[place]]
        low, high = (-value, value) if kind == "hue" else (max(0, 1 - value), 1 + value)
        changes.append((kind, rng.uniform(low, high)))
    return changes


def jittered(image, changes):
    enhancers = {
        "brightness": ImageEnhance.Brightness,
        "contrast": ImageEnhance.Contrast,
        "saturation": ImageEnhance.Color,
    }
    for kind, by in changes:
        if kind != "hue":
            image = enhancers[kind](image).enhance(by)
            continue
        hue, saturation, value = image.convert("HSV").split()
        hue = Image.fromarray(((np.asarray(hue).astype(int) + int(by * 255)) % 256).astype(np.uint8))
        image = Image.merge("HSV", (hue, saturation, value)).convert("RGB")
    return image`,
  random_grayscale: `def greyed(image, greys):
    return image.convert("L").convert("RGB") if greys else image`,
  random_erasing: `def draw_rectangle(rng, size, p, scale, ratio):
    """Left, top, width and height of a rectangle inside the picture; None if there is none."""
    if rng.random() >= p:
        return None
    for _ in range(10):
        area = size[0] * size[1] * rng.uniform(*scale)
        proportion = math.exp(rng.uniform(math.log(ratio[0]), math.log(ratio[1])))
        width, height = round(math.sqrt(area / proportion)), round(math.sqrt(area * proportion))
        if 1 <= width < size[0] and 1 <= height < size[1]:
            left, top = rng.integers(size[0] - width + 1), rng.integers(size[1] - height + 1)
            return int(left), int(top), width, height
    return None


def erased(image, rectangle, colour):
    if rectangle is None:
        return image
    left, top, width, height = rectangle
    image = image.copy()
    image.paste(colour, (left, top, left + width, top + height))
    return image`,
  mixup: `def draw_mixup(rng, alpha, p):
    """The share of each picture itself, and no rectangle; None for an unmixed batch."""
    return (rng.beta(alpha, alpha), None) if rng.random() < p else None`,
  cut_mix: `def draw_cut_mix(rng, alpha, p):
    """The share of each picture itself, and the rectangle that is another's: left, top, right, bottom."""
    if rng.random() >= p:
        return None
    return pasted_around(rng.beta(alpha, alpha), int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))


def pasted_around(share, x, y):
    half = 0.5 * math.sqrt(1 - share)
    wide, high = int(half * WIDTH), int(half * HEIGHT)
    left, right = max(0, x - wide), min(WIDTH, x + wide)
    top, bottom = max(0, y - high), min(HEIGHT, y + high)
    return 1 - (right - left) * (bottom - top) / (WIDTH * HEIGHT), (left, top, right, bottom)`,
  mixed: `def mixed(images, targets, mix):
    """Each picture with the one before it, and their targets: images [n, H, W, 3], targets [n, C]."""
    share, rectangle = mix
    others = np.roll(images, 1, axis=0)
    if rectangle is None:
        images = (share * images + (1 - share) * others + 0.5).astype(np.uint8)
    else:
        left, top, right, bottom = rectangle
        images = images.copy()
        images[:, top:bottom, left:right] = others[:, top:bottom, left:right]
    return images, (share * targets + (1 - share) * np.roll(targets, 1, axis=0)).astype(np.float32)`,
} as const satisfies Readonly<Record<string, string>>;

/** The byte per channel that is nearest to zero for the network. */
export const meanColour = ({ mean }: AugmentationTarget): readonly number[] =>
  mean.map((value) => Math.round(Math.min(1, Math.max(0, value)) * 255));

function borderText(border: "black" | "mean" | "edge" | "reflect", target: AugmentationTarget): string {
  switch (border) {
    case "edge":
    case "reflect":
      return literal(border);
    case "mean":
      return literal(meanColour(target));
    case "black":
      return "(0, 0, 0)";
  }
}

const onPicture = (names: readonly (keyof typeof functions)[], value: string): Printed => ({
  functions: names,
  call: `image = ${value}`,
  isOfBatch: false,
});

function printed(thing: Augmentation, target: AugmentationTarget, isResized: boolean): Printed {
  const affine = ["place_inside", "window", "transformed"] as const;
  switch (thing.name) {
    case "horizontal_flip":
      return onPicture(["horizontal_flip"], `horizontal_flip(image, rng.random() < ${literal(thing.fields.p)})`);
    case "rotation": {
      const { degrees, border } = thing.fields;
      const drawn = `rng.uniform(${literal(-degrees)}, ${literal(degrees)})`;
      return onPicture([...affine, "rotated"], `rotated(image, ${drawn}, ${borderText(border, target)})`);
    }
    case "random_affine": {
      const { degrees, translate, scale, border } = thing.fields;
      const drawn = `draw_move(rng, image.size, ${[degrees, translate, scale].map(literal).join(", ")})`;
      return onPicture([...affine, "moved"], `moved(image, ${drawn}, ${borderText(border, target)})`);
    }
    case "random_crop": {
      const { padding, border } = thing.fields;
      const size = isResized ? ", (WIDTH, HEIGHT)" : "";
      const drawn = `*draw_crop(rng, image.size, ${padding}${size})`;
      return onPicture(
        ["place_inside", "window", "draw_crop"],
        `window(image, ${drawn}, ${borderText(border, target)})`,
      );
    }
    case "resize":
      return onPicture(["resized"], `resized(image, ${literal(thing.fields.size)})`);
    case "random_resized_crop": {
      const { scale, ratio } = thing.fields;
      const drawn = `draw_part(rng, image.size, ${literal(scale)}, ${literal(ratio)})`;
      return onPicture(["random_resized_crop"], `part_at_size(image, ${drawn})`);
    }
    case "color_jitter": {
      const most = Object.entries(thing.fields).map(([kind, value]) => `${kind}=${literal(value)}`);
      return onPicture(["color_jitter"], `jittered(image, draw_jitter(rng, ${most.join(", ")}))`);
    }
    case "random_grayscale":
      return onPicture(["random_grayscale"], `greyed(image, rng.random() < ${literal(thing.fields.p)})`);
    case "random_erasing": {
      const { p, scale, ratio } = thing.fields;
      const drawn = `draw_rectangle(rng, image.size, ${[p, scale, ratio].map(literal).join(", ")})`;
      return onPicture(["random_erasing"], `erased(image, ${drawn}, ${literal(meanColour(target))})`);
    }
    case "mixup":
    case "cut_mix": {
      const { alpha, p } = thing.fields;
      const drawn = `draw_${thing.name === "mixup" ? "mixup" : "cut_mix"}(rng, ${literal(alpha)}, ${literal(p)})`;
      return { functions: [thing.name, "mixed"], call: drawn, isOfBatch: true };
    }
  }
}

export interface PrintedAugmentations {
  /** Functions, then `augment`, and `draw_mixes` if batches are mixed. */
  readonly parts: readonly string[];
  readonly mixes: boolean;
  /** Whether parts of pictures are taken, so that larger ones are kept. */
  readonly takesParts: boolean;
  readonly usesEnhance: boolean;
}

/** The functions of these augmentations, each once. */
export function printAugmentations(things: readonly Augmentation[], target: AugmentationTarget): PrintedAugmentations {
  let isResized = false;
  const all = things.map((thing) => {
    const made = printed(thing, target, isResized);
    isResized ||= thing.name === "resize";
    return made;
  });
  const used = new Set(all.flatMap((each) => each.functions));
  const lines = all.filter(({ isOfBatch }) => !isOfBatch).map(({ call }) => `    ${call}\n`);
  const mixers = all.filter(({ isOfBatch }) => isOfBatch).map(({ call }) => call);
  const augment = `def augment(image, rng):
    """A training picture at the network's size."""
${lines.join("")}    return at_size(image)`;
  const draw = `def draw_mixes(rng):
    """How a step's batches are mixed, one after another."""
    return [mix for mix in (${mixers.join(", ")},) if mix is not None]`;
  return {
    parts: [
      ...Object.entries(functions).flatMap(([name, text]) => (used.has(name as keyof typeof functions) ? [text] : [])),
      augment,
      ...(mixers.length > 0 ? [draw] : []),
    ],
    mixes: mixers.length > 0,
    takesParts: isResized || things.some(({ name }) => name === "random_resized_crop"),
    usesEnhance: used.has("color_jitter"),
  };
}
