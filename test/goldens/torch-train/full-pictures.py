"""The pictures of a run: a table of them, how they are read, augmented, drawn, and made into batches."""

import csv
import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageEnhance, ImageOps

from run_folder import json_text, sha256

CLASSES = ("surprise", "happiness", "neutral")
WIDTH, HEIGHT = 16, 16
TEACHER_SIZE = (16, 16)
SEED = 0


class Picture(NamedTuple):
    key: str
    file: str
    label: int
    target: np.ndarray
    person: str
    group: str


def path_below(written):
    """A path below the data's folder, with forward slashes; nothing outside of it is ever read."""
    path = written.replace("\\", "/")
    names = []
    for name in path.split("/"):
        if name == "..":
            if not names:
                return None
            names.pop()
        elif name not in ("", "."):
            names.append(name)
    drive = len(path) > 1 and path[1] == ":"
    return None if path.startswith("/") or drive or "\0" in path or not names else "/".join(names)


def read_manifest(path):
    """The pictures of a table by split: `path,label`, or `path` and a share for each class; `split,person,group`."""
    pictures = {"train": [], "val": [], "test": []}
    seen = set()
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        columns = rows.fieldnames or []
        shares = CLASSES if "label" not in columns else []
        missing = [name for name in ["path", "split", *shares] if name not in columns]
        if missing:
            raise SystemExit(f"{path} has no column {', '.join(missing)}")
        for row in rows:
            where = f"{path}, line {rows.line_num}"
            name = path_below(row["path"] or "")
            if name is None:
                raise SystemExit(f"{where}: the path {row['path']!r} names no file below the folder")
            if row["split"] not in pictures:
                raise SystemExit(f"{where}: the split {row['split']!r} is not train, val or test")
            key = name if name not in seen else f"{name} (line {rows.line_num})"
            seen.add(key)
            label, target = target_of(row, where)
            who = (row.get("person") or "").strip(), (row.get("group") or "").strip()
            pictures[row["split"]].append(Picture(key, name, label, target, *who))
    return pictures


ONE_HOT = np.eye(len(CLASSES), dtype=np.float32)


def target_of(row, where):
    """The class and the training target of a row."""
    if "label" in row:
        if row["label"] not in CLASSES:
            raise SystemExit(f"{where}: {row['label']!r} is none of the classes {', '.join(CLASSES)}")
        label = CLASSES.index(row["label"])
        return label, ONE_HOT[label]
    try:
        shares = np.array([float(row[name]) for name in CLASSES])
    except ValueError:
        shares = np.zeros(1)
    if not (np.all(shares >= 0) and 0 < shares.sum() < math.inf):
        raise SystemExit(f"{where}: its shares are no distribution")
    # Those that lferc wrote are float32 numbers, and stay as they are.
    target = (shares if abs(shares.sum() - 1) < 1e-6 else shares / shares.sum()).astype(np.float32)
    label = int(np.argmax(target))
    return label, ONE_HOT[label] if target[label] == 1 else target


def content_digests(root, pictures):
    """SHA-256 of each picture's file."""

    def digest(picture):
        return sha256(Path(root, picture.file).read_bytes())

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(digest, pictures))


def fingerprint(pictures, digests):
    """Over names, labels, contents and shares of all pictures, as in lferc."""
    lines = []
    for picture, digest in zip(pictures, digests):
        shares = [] if picture.target[picture.label] == 1 else picture.target.tolist()
        lines.append(json_text([picture.key, picture.label, digest, *shares]))
    return sha256(*lines)


def read_distributions(path):
    """A table of `path` and a share for each class, by path; and the digest of its file."""
    with open(path, newline="", encoding="utf-8-sig") as file:
        rows = csv.DictReader(file)
        missing = [name for name in ["path", *CLASSES] if name not in (rows.fieldnames or [])]
        if missing:
            raise SystemExit(f"{path} has no column {', '.join(missing)}")
        table = {}
        for row in rows:
            shares = np.array([float(row[name]) for name in CLASSES])
            table[row["path"]] = (shares / shares.sum()).astype(np.float32)
    return table, sha256(Path(path).read_bytes())


def with_distributions(pictures, table):
    """The pictures with their distribution behind their label's target: 2 C numbers."""
    missing = [picture.key for picture in pictures if picture.key not in table]
    if missing:
        raise SystemExit(f"the table of distributions lacks {len(missing)} pictures: {', '.join(missing[:3])}")
    return [each._replace(target=np.concatenate([each.target, table[each.key]])) for each in pictures]


def with_own_distributions(pictures):
    """The same of pictures whose target is a distribution itself."""
    if all(picture.target.max() == 1 for picture in pictures):
        raise SystemExit("the loss reads distributions: name a table of them by --distributions")
    return [each._replace(target=np.concatenate([each.target, each.target])) for each in pictures]


def decoded(path):
    """A picture as RGB: upright by its EXIF orientation, 16-bit greys by their upper eight bits."""
    with Image.open(path) as image:
        if image.mode.startswith("I;16"):
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        return ImageOps.exif_transpose(image).convert("RGB")


def at_size(image, size=(WIDTH, HEIGHT)):
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)


def prepared(path):
    """At its own size, at most about twice the network's: parts will be cut out."""
    image = decoded(path)
    factor = max(2 * WIDTH / image.width, 2 * HEIGHT / image.height)
    if factor >= 1:
        return image
    size = math.floor(image.width * factor + 0.5), math.floor(image.height * factor + 0.5)
    return image.resize(size, Image.Resampling.BILINEAR)


def generator(*words):
    """Random numbers that depend on these words and the seed alone: a resumed run draws the same again."""
    digest = hashlib.sha256(".".join(map(str, (SEED, *words))).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))


def place_inside(at, size, border):
    """The places of 0..size - 1 whose pixels stand at these: the outermost ones repeated, or mirrored at them."""
    if border == "edge" or size == 1:
        return np.clip(at, 0, size - 1)
    period = 2 * (size - 1)
    at = at % period
    return np.where(at < size, at, period - at)


def window(image, left, top, width, height, border):
    """The part of a picture inside a window, which may reach beyond it."""
    if not isinstance(border, str):
        canvas = Image.new("RGB", (width, height), border)
        canvas.paste(image, (-left, -top))
        return canvas
    rows = place_inside(np.arange(top, top + height), image.height, border)
    columns = place_inside(np.arange(left, left + width), image.width, border)
    return Image.fromarray(np.asarray(image)[rows][:, columns])


def transformed(image, matrix, border):
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
    return larger.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


def horizontal_flip(image, flips):
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if flips else image


def rotated(image, degrees, border):
    """Rotated about its centre, counter-clockwise."""
    angle = -math.radians(degrees % 360)
    cos, sin = round(math.cos(angle), 15), round(math.sin(angle), 15)
    x, y = image.width / 2, image.height / 2
    return transformed(image, (cos, sin, cos * -x + sin * -y + x, -sin, cos, sin * x + cos * -y + y), border)


def draw_move(rng, size, degrees, translate, scale):
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
    return transformed(image, (cos, sin, c, -sin, cos, f), border)


def draw_crop(rng, size, padding, crop=None):
    """Left, top, width and height of a window in the padded picture; without a size, of the picture's own."""
    width, height = crop or size
    left = int(rng.integers(size[0] + 2 * padding - width + 1)) - padding
    top = int(rng.integers(size[1] + 2 * padding - height + 1)) - padding
    return left, top, width, height


def resized(image, size):
    """The shorter side at this size, the other in proportion (up to 1 : 8)."""
    shorter = min(image.size)
    sides = [size if side == shorter else min(8 * size, size * side // shorter) for side in image.size]
    return image if image.size == tuple(sides) else image.resize(sides, Image.Resampling.BILINEAR)


def draw_jitter(rng, **most):
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
    return image


def greyed(image, greys):
    return image.convert("L").convert("RGB") if greys else image


def draw_rectangle(rng, size, p, scale, ratio):
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
    return image


def draw_mixup(rng, alpha, p):
    """The share of each picture itself, and no rectangle; None for an unmixed batch."""
    return (rng.beta(alpha, alpha), None) if rng.random() < p else None


def draw_cut_mix(rng, alpha, p):
    """The share of each picture itself, and the rectangle that is another's: left, top, right, bottom."""
    if rng.random() >= p:
        return None
    return pasted_around(rng.beta(alpha, alpha), int(rng.integers(WIDTH)), int(rng.integers(HEIGHT)))


def pasted_around(share, x, y):
    half = 0.5 * math.sqrt(1 - share)
    wide, high = int(half * WIDTH), int(half * HEIGHT)
    left, right = max(0, x - wide), min(WIDTH, x + wide)
    top, bottom = max(0, y - high), min(HEIGHT, y + high)
    return 1 - (right - left) * (bottom - top) / (WIDTH * HEIGHT), (left, top, right, bottom)


def mixed(images, targets, mix):
    """Each picture with the one before it, and their targets: images [n, H, W, 3], targets [n, C]."""
    share, rectangle = mix
    others = np.roll(images, 1, axis=0)
    if rectangle is None:
        images = (share * images + (1 - share) * others + 0.5).astype(np.uint8)
    else:
        left, top, right, bottom = rectangle
        images = images.copy()
        images[:, top:bottom, left:right] = others[:, top:bottom, left:right]
    return images, (share * targets + (1 - share) * np.roll(targets, 1, axis=0)).astype(np.float32)


def augment(image, rng):
    """A training picture at the network's size."""
    image = rotated(image, rng.uniform(-10, 10), "reflect")
    image = moved(image, draw_move(rng, image.size, 10, (0.1, 0.1), (0.9, 1.1)), "edge")
    image = resized(image, 20)
    image = window(image, *draw_crop(rng, image.size, 2, (WIDTH, HEIGHT)), (128, 102, 77))
    image = jittered(image, draw_jitter(rng, brightness=0.2, contrast=0.2, saturation=0.2, hue=0.1))
    image = greyed(image, rng.random() < 0.2)
    image = erased(image, draw_rectangle(rng, image.size, 0.5, (0.02, 0.33), (0.3, 3.3)), (128, 102, 77))
    image = horizontal_flip(image, rng.random() < 0.5)
    return at_size(image)


def draw_mixes(rng):
    """How a step's batches are mixed, one after another."""
    return [mix for mix in (draw_mixup(rng, 1, 0.5), draw_cut_mix(rng, 1, 0.5),) if mix is not None]


def draws_of_epoch(pictures, epoch):
    """As many (place, repeat) as pictures: each class in proportion to its count to the power 0.

    A class goes through all its pictures, in a new order each time, before one is repeated.
    """
    rng = generator("order", epoch)
    classes = {}
    for place, picture in enumerate(pictures):
        classes.setdefault(picture.label, []).append(place)
    weights = np.cumsum([len(places) ** 0 for places in classes.values()])
    ends = np.floor(len(pictures) * weights / weights[-1] + rng.random()).astype(int)
    ends[-1] = len(pictures)
    drawn = []
    for places, count in zip(classes.values(), np.diff(ends, prepend=0)):
        for repeat in range(-(-count // len(places))):
            drawn += [(int(place), repeat) for place in rng.permutation(places)[: count - repeat * len(places)]]
    return [drawn[place] for place in rng.permutation(len(drawn))]


def parts_of_steps(draws, batch, parts, keeps_last):
    """For each step of an epoch its batch in equal parts, one after another."""
    steps = []
    for at in range(0, len(draws), batch):
        drawn = draws[at : at + batch]
        size = len(drawn) // parts
        if len(drawn) == batch or (keeps_last and size > 0):
            steps.append([drawn[part * size : (part + 1) * size] for part in range(parts)])
    return steps


def at_teacher_size(images):
    """The same pixels for the teacher."""
    return np.stack([np.asarray(at_size(Image.fromarray(image), TEACHER_SIZE)) for image in images])


class TrainingParts(torch.utils.data.Dataset):
    """Parts of an epoch's batches: images [n, H, W, 3] in bytes, targets [n, C], labels [n], images for the teacher."""

    def __init__(self, root, pictures, epoch, parts):
        self.root, self.pictures, self.epoch, self.parts = root, pictures, epoch, parts

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, place):
        step, draws = self.parts[place]
        pictures = [self.pictures[at] for at, _ in draws]
        random = [generator("augment", self.epoch, repeat, self.pictures[at].key) for at, repeat in draws]
        each = [augment(prepared(Path(self.root, one.file)), rng) for one, rng in zip(pictures, random)]
        images = np.stack([np.asarray(image) for image in each])
        targets = np.stack([picture.target for picture in pictures])
        labels = np.array([picture.label for picture in pictures])
        mixes = draw_mixes(generator("mix", self.epoch, step))
        for mix in mixes:
            images, targets = mixed(images, targets, mix)
        if mixes:
            labels = targets[:, : len(CLASSES)].argmax(axis=1)
        return [torch.from_numpy(each) for each in (images, targets, labels, at_teacher_size(images))]


class HeldOutBatches(torch.utils.data.Dataset):
    """Batches of pictures as they are."""

    def __init__(self, root, pictures, places):
        self.root, self.pictures, self.places = root, pictures, places

    def __len__(self):
        return len(self.places)

    def __getitem__(self, place):
        pictures = [self.pictures[at] for at in self.places[place]]
        images = np.stack([np.asarray(at_size(prepared(Path(self.root, one.file)))) for one in pictures])
        targets = np.stack([picture.target for picture in pictures])
        labels = np.array([picture.label for picture in pictures])
        return [torch.from_numpy(each) for each in (images, targets, labels, at_teacher_size(images))]
