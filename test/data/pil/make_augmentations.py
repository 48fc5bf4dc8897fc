"""Writes augmentations.json: what Pillow's rotation and enhancements make of pictures that a formula draws.

    python test/data/pil/make_augmentations.py

Needs Pillow. The formula is the one of test/data/formula-picture.ts.
"""

import hashlib
import json
import pathlib

import PIL
from PIL import Image, ImageEnhance, ImageOps


def formula_picture(width: int, height: int) -> Image.Image:
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(3):
                values.append((x * x * 3 + y * y * 5 + x * y * 7 + ((x * 31 + y * 17) ^ (x << 1)) + c * 91) & 255)
    return Image.frombytes("RGB", (width, height), bytes(values))


SIZES = [(7, 5), (16, 16), (33, 20), (64, 64), (1, 9)]
ANGLES = [-170.5, -90.0, -33.3, -10.0, -0.25, 0.5, 7.0, 15.0, 45.0, 90.0, 123.4, 180.0]
FACTORS = [0.0, 0.25, 0.6, 0.9, 1.1, 1.4, 2.5]
SHIFTS = [(0, 0), (3, -2), (-4, 1), (40, 0), (-1, -9)]


def main() -> None:
    cases = []

    def add(what: str, size: tuple[int, int], value, image: Image.Image) -> None:
        digest = hashlib.sha256(image.tobytes()).hexdigest()
        cases.append({"what": what, "size": list(size), "value": value, "sha256": digest})

    for size in SIZES:
        picture = formula_picture(*size)
        add("mirrored", size, None, ImageOps.mirror(picture))
        for angle in ANGLES:
            add("rotated", size, angle, picture.rotate(angle, Image.Resampling.BILINEAR))
        for factor in FACTORS:
            add("brightened", size, factor, ImageEnhance.Brightness(picture).enhance(factor))
            add("contrasted", size, factor, ImageEnhance.Contrast(picture).enhance(factor))
            add("saturated", size, factor, ImageEnhance.Color(picture).enhance(factor))
        for right, down in SHIFTS:
            moved = Image.new("RGB", size)
            moved.paste(picture, (right, down))
            add("shifted", size, [right, down], moved)
    text = json.dumps({"pillow": PIL.__version__, "cases": cases}, separators=(",", ":"))
    pathlib.Path(__file__).with_name("augmentations.json").write_text(text.replace('{"what"', '\n{"what"') + "\n")


main()
