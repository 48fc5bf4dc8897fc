"""Writes resize.json: what Pillow's bilinear resize makes of pictures that a formula draws.

    python test/data/pil/make_reference.py

Needs Pillow. The formula is the one of test/data/formula-picture.ts.
"""

import base64
import hashlib
import json
import pathlib

import PIL
from PIL import Image


def formula_picture(width: int, height: int) -> Image.Image:
    values = bytearray()
    for y in range(height):
        for x in range(width):
            for c in range(3):
                values.append((x * x * 3 + y * y * 5 + x * y * 7 + ((x * 31 + y * 17) ^ (x << 1)) + c * 91) & 255)
    return Image.frombytes("RGB", (width, height), bytes(values))


# (from width, from height, to width, to height)
SMALL = [
    (7, 5, 3, 3),
    (5, 7, 8, 8),
    (1, 9, 4, 4),
    (9, 1, 4, 4),
    (1, 1, 3, 2),
    (16, 16, 16, 7),
    (16, 16, 5, 16),
    (13, 17, 1, 1),
    (23, 11, 10, 10),
    (8, 8, 8, 8),
    (3, 2, 11, 7),
    (64, 3, 2, 3),
    # At the edge of Pillow's choice to begin with the rows: 4 rows less against 2 columns less, then 5.
    (12, 14, 10, 10),
    (12, 15, 10, 10),
    (5, 12, 10, 11),
]
LARGE = [
    (100, 100, 224, 224),
    (640, 427, 224, 224),
    (333, 500, 224, 224),
    (225, 223, 224, 224),
    (1500, 40, 112, 112),
    (47, 211, 193, 65),
]


def main() -> None:
    cases = []
    for width, height, to_width, to_height in SMALL + LARGE:
        resized = formula_picture(width, height).resize((to_width, to_height), Image.Resampling.BILINEAR).tobytes()
        case = {"from": [width, height], "to": [to_width, to_height], "sha256": hashlib.sha256(resized).hexdigest()}
        if (width, height, to_width, to_height) in SMALL:
            case["pixels"] = base64.b64encode(resized).decode()
        cases.append(case)
    text = json.dumps({"pillow": PIL.__version__, "cases": cases}, indent=1)
    pathlib.Path(__file__).with_name("resize.json").write_text(text + "\n")


main()
