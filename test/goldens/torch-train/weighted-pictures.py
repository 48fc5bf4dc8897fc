"""The pictures of a run: a table of them, how they are read, augmented, drawn, and made into batches."""

import csv
import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ImageOps

from run_folder import json_text, sha256

CLASSES = ("surprise", "happiness", "neutral")
WIDTH, HEIGHT = 16, 16
SEED = 4


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


def draw_part(rng, size, scale, ratio):
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
    return image.crop((left, top, left + width, top + height)).resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)


def augment(image, rng):
    """A training picture at the network's size."""
    image = part_at_size(image, draw_part(rng, image.size, (0.5, 1), (0.75, 1.3333333333333333)))
    return at_size(image)


def draws_of_epoch(pictures, epoch):
    """As many (place, repeat) as pictures: each class in proportion to its count to the power 0.5.

    A class goes through all its pictures, in a new order each time, before one is repeated.
    """
    rng = generator("order", epoch)
    classes = {}
    for place, picture in enumerate(pictures):
        classes.setdefault(picture.label, []).append(place)
    weights = np.cumsum([len(places) ** 0.5 for places in classes.values()])
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


class TrainingParts(torch.utils.data.Dataset):
    """Parts of an epoch's batches: images [n, H, W, 3] in bytes, targets [n, C], labels [n]."""

    def __init__(self, root, pictures, epoch, parts):
        self.root, self.pictures, self.epoch, self.parts = root, pictures, epoch, parts

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, place):
        _, draws = self.parts[place]
        pictures = [self.pictures[at] for at, _ in draws]
        random = [generator("augment", self.epoch, repeat, self.pictures[at].key) for at, repeat in draws]
        each = [augment(prepared(Path(self.root, one.file)), rng) for one, rng in zip(pictures, random)]
        images = np.stack([np.asarray(image) for image in each])
        targets = np.stack([picture.target for picture in pictures])
        labels = np.array([picture.label for picture in pictures])
        return [torch.from_numpy(each) for each in (images, targets, labels)]


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
        return [torch.from_numpy(each) for each in (images, targets, labels)]
