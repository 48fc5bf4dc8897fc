/** Python: `pictures.py`, from a table of pictures to batches. */
import type { ThingOf } from "../../recipe/signatures.js";
import { type AugmentationTarget, printAugmentations } from "./print-augmentations.js";
import { printSampling } from "./print-sampling.js";
import { assignment, literal, module } from "./python-text.js";

export interface PicturesFacts {
  readonly classes: readonly string[];
  readonly target: AugmentationTarget & { readonly std: readonly number[] };
  readonly seed: number;
  readonly sampler: "shuffled" | { readonly power: number };
  readonly augment: readonly ThingOf<"augmentation">[];
  /** Whether a loss reads distributions beside the labels. */
  readonly readsDistributions: boolean;
  /** The size of the teacher's pictures, if there is a teacher. */
  readonly teacher: { readonly width: number; readonly height: number } | undefined;
}

const head = (
  usesEnhance: boolean,
): string => `"""The pictures of a run: a table of them, how they are read, augmented, drawn, and made into batches."""

import csv
import hashlib
import math
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image, ${usesEnhance ? "ImageEnhance, " : ""}ImageOps

from run_folder import json_text, sha256`;

const reading = `class Picture(NamedTuple):
    key: str
    file: str
    label: int
    target: np.ndarray
    person: str
    group: str


def path_below(written):
    """A path below the data's folder, with forward slashes; nothing outside of it is ever read."""
    path = written.replace("\\\\", "/")
    names = []
    for name in path.split("/"):
        if name == "..":
            if not names:
                return None
            names.pop()
        elif name not in ("", "."):
            names.append(name)
    drive = len(path) > 1 and path[1] == ":"
    return None if path.startswith("/") or drive or "\\0" in path or not names else "/".join(names)


def read_manifest(path):
    """The pictures of a table by split: \`path,label\`, or \`path\` and a share for each class; \`split,person,group\`."""
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
    return sha256(*lines)`;

const distributions = `def read_distributions(path):
    """A table of \`path\` and a share for each class, by path; and the digest of its file."""
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
    return [each._replace(target=np.concatenate([each.target, each.target])) for each in pictures]`;

const decoding = (takesParts: boolean): string => `def decoded(path):
    """A picture as RGB: upright by its EXIF orientation, 16-bit greys by their upper eight bits."""
    with Image.open(path) as image:
        if image.mode.startswith("I;16"):
            image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
        return ImageOps.exif_transpose(image).convert("RGB")


def at_size(image, size=(WIDTH, HEIGHT)):
    return image if image.size == size else image.resize(size, Image.Resampling.BILINEAR)


def prepared(path):
    """${takesParts ? "At its own size, at most about twice the network's: parts will be cut out." : "At the network's size."}"""
${
  takesParts
    ? `    image = decoded(path)
    factor = max(2 * WIDTH / image.width, 2 * HEIGHT / image.height)
    if factor >= 1:
        return image
    size = math.floor(image.width * factor + 0.5), math.floor(image.height * factor + 0.5)
    return image.resize(size, Image.Resampling.BILINEAR)`
    : "    return at_size(decoded(path))"
}`;

const random = `def generator(*words):
    """Random numbers that depend on these words and the seed alone: a resumed run draws the same again."""
    digest = hashlib.sha256(".".join(map(str, (SEED, *words))).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16], "little")))`;

const partsText = `def parts_of_steps(draws, batch, parts, keeps_last):
    """For each step of an epoch its batch in equal parts, one after another."""
    steps = []
    for at in range(0, len(draws), batch):
        drawn = draws[at : at + batch]
        size = len(drawn) // parts
        if len(drawn) == batch or (keeps_last and size > 0):
            steps.append([drawn[part * size : (part + 1) * size] for part in range(parts)])
    return steps`;

const datasets = ({ mixes, teacher }: { readonly mixes: boolean; readonly teacher: boolean }): string => {
  const more = teacher ? ", at_teacher_size(images)" : "";
  const mixed = mixes
    ? `        mixes = draw_mixes(generator("mix", self.epoch, step))
        for mix in mixes:
            images, targets = mixed(images, targets, mix)
        if mixes:
            labels = targets[:, : len(CLASSES)].argmax(axis=1)
`
    : "";
  return `${
    teacher
      ? `def at_teacher_size(images):
    """The same pixels for the teacher."""
    return np.stack([np.asarray(at_size(Image.fromarray(image), TEACHER_SIZE)) for image in images])


`
      : ""
  }class TrainingParts(torch.utils.data.Dataset):
    """Parts of an epoch's batches: images [n, H, W, 3] in bytes, targets [n, C], labels [n]${teacher ? ", images for the teacher" : ""}."""

    def __init__(self, root, pictures, epoch, parts):
        self.root, self.pictures, self.epoch, self.parts = root, pictures, epoch, parts

    def __len__(self):
        return len(self.parts)

    def __getitem__(self, place):
        ${mixes ? "step" : "_"}, draws = self.parts[place]
        pictures = [self.pictures[at] for at, _ in draws]
        random = [generator("augment", self.epoch, repeat, self.pictures[at].key) for at, repeat in draws]
        each = [augment(prepared(Path(self.root, one.file)), rng) for one, rng in zip(pictures, random)]
        images = np.stack([np.asarray(image) for image in each])
        targets = np.stack([picture.target for picture in pictures])
        labels = np.array([picture.label for picture in pictures])
${mixed}        return [torch.from_numpy(each) for each in (images, targets, labels${more})]


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
        return [torch.from_numpy(each) for each in (images, targets, labels${more})]`;
};

/** The text of the module. */
export function printPictures(facts: PicturesFacts): string {
  const { classes, target, seed, sampler, augment, readsDistributions, teacher } = facts;
  const augmentations = printAugmentations(augment, target);
  const constants = [
    `${assignment("CLASSES", classes)}`,
    `WIDTH, HEIGHT = ${target.width}, ${target.height}`,
    ...(teacher === undefined ? [] : [`TEACHER_SIZE = ${literal([teacher.width, teacher.height])}`]),
    `SEED = ${seed}`,
  ];
  return module([
    `${head(augmentations.usesEnhance)}\n\n${constants.join("\n")}`,
    reading,
    ...(readsDistributions ? [distributions] : []),
    decoding(augmentations.takesParts),
    random,
    ...augmentations.parts,
    printSampling(sampler),
    partsText,
    datasets({ mixes: augmentations.mixes, teacher: teacher !== undefined }),
  ]);
}
