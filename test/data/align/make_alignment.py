"""Numbers for test/data/align/align.test.ts: python3 make_alignment.py > alignment.json (scikit-image 0.26.0, NumPy 2.4.6).

Similarities by skimage's SimilarityTransform, pictures by skimage.transform.warp(order=1), shrunk ones by Pillow first.
"""
import base64
import json

import numpy as np
from PIL import Image
from skimage.transform import SimilarityTransform, warp

TEMPLATE = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])


def formula_picture(width, height):
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="ij")
    values = x * x * 3 + y * y * 5 + x * y * 7 + ((x * 31 + y * 17) ^ (x << 1)) + c * 91
    return values.transpose(1, 0, 2).astype(np.uint8)


def landmarks(scale, angle, move):
    """68 points, rotated and shifted: the five of the template, each as one point or as the mean of several."""
    points = np.array([(20 + 1.1 * i, 30 + (i * 7) % 50) for i in range(68)], dtype=float)
    for first, last, five in [(36, 41, 0), (42, 47, 1), (30, 30, 2), (48, 48, 3), (54, 54, 4)]:
        count = last - first + 1
        for i in range(count):
            turn = 2 * np.pi * i / count
            off = np.array([np.cos(turn), np.sin(turn)]) * (4 if count > 1 else 0)
            points[first + i] = TEMPLATE[five] + off + [0.3 * five, -0.7 * five]
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return (points @ turned.T * scale + move).round(4)


def five(points):
    return np.array([points[36:42].mean(0), points[42:48].mean(0), points[30], points[48], points[54]])


cases = []
for width, height, side, scale, angle, move in [
    (90, 80, 32, 0.5, 0.3, (12, 5)),
    (60, 70, 40, 0.3, -0.5, (8, 20)),
    (40, 40, 28, 0.25, 2.8, (40, 40)),
    (120, 100, 48, 0.45, 0, (-10, -10)),
]:
    points = landmarks(scale, angle, move)
    transform = SimilarityTransform.from_estimate(five(points), TEMPLATE * side / 112)
    image = formula_picture(width, height)
    out = warp(image, transform.inverse, output_shape=(side, side), order=1, mode="constant", cval=0, preserve_range=True)
    cases.append({
        "width": width, "height": height, "side": side,
        "landmarks": points.flatten().tolist(),
        "matrix": transform.params[:2].flatten().tolist(),
        "pixels": base64.b64encode(np.floor(out + 0.5).astype(np.uint8).tobytes()).decode(),
    })

# A face that is reduced to a fifth: Pillow reduces the picture to two fifths, skimage does the rest.
side, scale = 32, 1.6
points = landmarks(scale, 0.2, (30, 10))
transform = SimilarityTransform.from_estimate(five(points), TEMPLATE * side / 112)
image = formula_picture(220, 200)
size = tuple(max(1, int(np.floor(length * transform.scale * 2 + 0.5))) for length in (220, 200))
small = np.asarray(Image.fromarray(image).resize(size, Image.BILINEAR))
wide, high = 220 / size[0], 200 / size[1]
grow = np.array([[wide, 0, wide / 2 - 0.5], [0, high, high / 2 - 0.5], [0, 0, 1]])
inverse = np.linalg.inv(transform.params @ grow)
out = warp(small, inverse, output_shape=(side, side), order=1, mode="constant", cval=0, preserve_range=True)
cases.append({
    "width": 220, "height": 200, "side": side,
    "landmarks": points.flatten().tolist(),
    "matrix": transform.params[:2].flatten().tolist(),
    "pixels": base64.b64encode(np.floor(out + 0.5).astype(np.uint8).tobytes()).decode(),
})
print(json.dumps(cases))
