"""Writes torchvision.json: what torchvision makes of pictures that a formula draws.

    python test/data/pil/make_torchvision.py

Needs torch, torchvision, numpy and Pillow. The formula is the one of test/data/formula-picture.ts. Borders that torchvision's
affine has not (`edge`, `reflect`) are its map on a picture that numpy.pad has padded so before; there coordinates are rounded
elsewhere, so whole pixels are kept, to be compared with a tolerance.
"""

import base64
import hashlib
import json
import pathlib

import numpy
import PIL
import torch
import torchvision
import torchvision.transforms.functional as F
from PIL import Image
from torchvision.transforms import v2
from torchvision.transforms.functional import _get_inverse_affine_matrix

BILINEAR = torchvision.transforms.InterpolationMode.BILINEAR
COLOUR = (31, 127, 200)


def formula_picture(width: int, height: int, shift: int = 0) -> Image.Image:
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(3):
                values.append((x * x * 3 + y * y * 5 + x * y * 7 + ((x * 31 + y * 17) ^ (x << 1)) + c * 91 + shift) & 255)
    return Image.frombytes("RGB", (width, height), bytes(values))


def grey_picture(width: int, height: int) -> Image.Image:
    """The red channel, three times."""
    return Image.merge("RGB", [formula_picture(width, height).getchannel(0)] * 3)


def padded(image: Image.Image, by: int, mode: str) -> Image.Image:
    return Image.fromarray(numpy.pad(numpy.asarray(image), ((by, by), (by, by), (0, 0)), mode=mode))


def through(image: Image.Image, matrix: list, border: str) -> Image.Image:
    if border in ("black", "colour"):
        fill = COLOUR if border == "colour" else (0, 0, 0)
        return image.transform(image.size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=fill)
    by = 3 * max(image.size) + 8
    a, b, c, d, e, f = matrix
    wide = padded(image, by, border)
    return wide.transform(image.size, Image.Transform.AFFINE, [a, b, c + by, d, e, f + by], Image.Resampling.BILINEAR)


def affine(image: Image.Image, degrees: float, shift: tuple, scale: float, border: str) -> Image.Image:
    if border in ("black", "colour"):
        fill = list(COLOUR) if border == "colour" else [0, 0, 0]
        return F.affine(image, degrees, list(shift), scale, [0.0, 0.0], interpolation=BILINEAR, fill=fill)
    center = [image.width * 0.5, image.height * 0.5]
    return through(image, _get_inverse_affine_matrix(center, degrees, list(shift), scale, [0.0, 0.0]), border)


def rotation_matrix(image: Image.Image, degrees: float) -> list:
    """That of Image.rotate."""
    angle = -numpy.radians(degrees % 360.0)
    a, b = round(float(numpy.cos(angle)), 15), round(float(numpy.sin(angle)), 15)
    x, y = image.width / 2, image.height / 2
    return [a, b, a * -x + b * -y + x, -b, a, -b * -x + a * -y + y]


SIZES = [(7, 5), (16, 16), (33, 20), (1, 9), (48, 64)]
MOVES = [(0.0, (0, 0), 1.1), (9.5, (2, -1), 0.9), (-7.25, (-3, 4), 1.07), (180.0, (0, 0), 0.5), (33.0, (5, 5), 2.0), (-91.0, (0, 3), 0.35)]
ANGLES = [-170.5, -90.0, -10.0, 0.5, 7.0, 45.0]
BORDERS = ["black", "colour", "edge", "reflect"]
HUES = [-0.5, -0.3, -0.02, 0.0, 0.004, 0.1, 0.25, 0.5]
WINDOWS = [(4, 0, 0, 9, 9), (3, 6, 2, 7, 5), (2, 1, 1, 2, 3)]
CHAINS = [
    [["brightness", 0.7], ["contrast", 1.3]],
    [["contrast", 0.6], ["brightness", 1.2], ["saturation", 1.4]],
    [["hue", 0.07], ["contrast", 1.2], ["brightness", 0.9]],
    [["saturation", 0.5], ["hue", -0.11], ["brightness", 1.3], ["contrast", 0.8]],
    [["contrast", 0.5], ["contrast", 1.9]],
]
ADJUST = {"brightness": F.adjust_brightness, "contrast": F.adjust_contrast, "saturation": F.adjust_saturation, "hue": F.adjust_hue}


def pictures() -> list:
    cases = []

    def add(what: str, of: str, size: tuple, value, image: Image.Image) -> None:
        case = {"what": what, "of": of, "size": list(size), "value": value, "to": list(image.size)}
        if what in ("moved", "rotated") and value[-1] in ("edge", "reflect"):
            if size[0] * size[1] <= 256:
                cases.append({**case, "pixels": base64.b64encode(image.tobytes()).decode()})
        else:
            cases.append({**case, "sha256": hashlib.sha256(image.tobytes()).hexdigest()[:16]})

    for of, draw in (("colour", formula_picture), ("grey", grey_picture)):
        for size in SIZES:
            picture = draw(*size)
            for border in BORDERS:
                for degrees, shift, scale in MOVES:
                    add("moved", of, size, [degrees, list(shift), scale, border], affine(picture, degrees, shift, scale, border))
                for degrees in ANGLES:
                    add("rotated", of, size, [degrees, border], through(picture, rotation_matrix(picture, degrees), border))
            for chain in CHAINS:
                made = picture
                for kind, by in chain:
                    made = ADJUST[kind](made, by)
                add("jittered", of, size, chain, made)
    for size in SIZES:
        picture = formula_picture(*size)
        add("greyed", "colour", size, None, F.rgb_to_grayscale(picture, 3))
        for to in (9, 24) if size != (1, 9) else ():
            add("resized", "colour", size, to, F.resize(picture, to, interpolation=BILINEAR))
        for padding, left, top, width, height in WINDOWS:
            if padding >= min(size):
                continue
            for border in BORDERS:
                mode = border if border in ("edge", "reflect") else "constant"
                wide = F.pad(picture, padding, fill=COLOUR if border == "colour" else 0, padding_mode=mode)
                if left + width > wide.width or top + height > wide.height:
                    continue
                value = [left - padding, top - padding, width, height, border]
                add("window", "colour", size, value, F.crop(wide, top, left, height, width))
    return cases


def all_hues() -> dict:
    """Of every fifth colour of all, and each hue factor: 52 x 52 x 52 of them, as a picture of 52 * 52 by 52."""
    steps = numpy.arange(0, 256, 5, dtype=numpy.uint8)
    cube = numpy.stack(numpy.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(len(steps), -1, 3)
    picture = Image.fromarray(cube)
    return {str(hue): hashlib.sha256(F.adjust_hue(picture, hue).tobytes()).hexdigest() for hue in HUES}


def mixes() -> list:
    """MixUp and CutMix on floats of 0..255, their draws given."""
    size, cases = (6, 5), []
    batch = [formula_picture(*size, shift=i * 40) for i in range(3)]
    images = torch.tensor(numpy.stack([numpy.asarray(image) for image in batch])).permute(0, 3, 1, 2).double()
    labels = torch.tensor([[1.0, 0, 0], [0, 0.25, 0.75], [0, 1, 0]], dtype=torch.float64)

    def add(what: str, value: list, mixed: tuple) -> None:
        pixels, targets = mixed
        flat = pixels.permute(0, 2, 3, 1).reshape(3, -1).tolist()
        cases.append({"what": what, "value": value, "pixels": [[round(x, 6) for x in row] for row in flat], "targets": targets.tolist()})

    for lam in (0.0, 0.3, 0.85, 1.0):
        mixup = v2.MixUp(alpha=1.0)
        mixup.make_params = lambda _, lam=lam: {"lam": lam}
        add("mixup", [lam], mixup(images, labels))
    for lam, x, y in ((0.5, 3, 2), (0.1, 0, 4), (0.9, 5, 0), (0.0, 2, 2), (1.0, 1, 1)):
        cutmix = v2.CutMix(alpha=1.0)
        cutmix._dist = type("Given", (), {"sample": staticmethod(lambda _, lam=lam: torch.tensor(lam, dtype=torch.float64))})
        drawn, before = iter([torch.tensor([x]), torch.tensor([y])]), torch.randint
        torch.randint = lambda *_, drawn=drawn, **__: next(drawn)
        add("cut_mix", [lam, x, y], cutmix(images, labels))
        torch.randint = before
    return cases


def main() -> None:
    versions = {"pillow": PIL.__version__, "torchvision": torchvision.__version__.split("+")[0]}
    made = {**versions, "colour": list(COLOUR), "cases": pictures(), "hues": all_hues(), "mixes": mixes()}
    text = json.dumps(made, separators=(",", ":")).replace('{"what"', '\n{"what"')
    pathlib.Path(__file__).with_name("torchvision.json").write_text(text + "\n")


main()
