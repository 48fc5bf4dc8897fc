"""Writes what torchvision's networks answer when weights and picture come from a formula: NETWORK.json beside this file.

    pip install torch==2.15.0 torchvision==0.29.2
    python test/peers/torchvision/make_reference.py [--small]

test/peers/formula-weights.ts evaluates the same formula. It is made of 32-bit integer steps and of double arithmetic that
IEEE 754 rounds in one way only (no sine), and its values are rounded to float32 at the end, so both sides have the same bits.

    u(t, i)         in [-1, 1): a hash of the tensor's ordinal t (in state_dict order, without num_batches_tracked) and the
                    element's index i (row-major)
    weight, 2+ axes u * sqrt(3 * gain / fan_in): variance gain / fan_in; gain 1 for depthwise weights
    weight, 1 axis  1 + u / 4            (batch norm's scale)
    bias            u / 8
    running_mean    u / 8
    running_var     1 + u / 2
    picture         u(9001, block) + u(9002, i) / 2, block = the 16x16 block of channel c that the pixel lies in

`gain` is chosen for each network so that activations stay near 1 through the depth. With default initialisation they
collapse, and then errors in the middle would not show.
"""

import hashlib
import json
import pathlib
import sys

import numpy
import torch
import torchvision

BLOCK = 16


def unit(ordinal: int, index: numpy.ndarray) -> numpy.ndarray:
    h = (index.astype(numpy.uint64) * 0x9E3779B1 + ordinal * 0x85EBCA77 + 0x27D4EB2F) & 0xFFFFFFFF
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & 0xFFFFFFFF
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & 0xFFFFFFFF
    h ^= h >> 16
    return h.astype(numpy.float64) / 2**31 - 1


def values(name: str, ordinal: int, shape: tuple, gain: float) -> numpy.ndarray:
    u = unit(ordinal, numpy.arange(int(numpy.prod(shape))))
    if name.endswith("running_var"):
        v = 1 + u / 2
    elif name.endswith("running_mean") or name.endswith("bias"):
        v = u / 8
    elif len(shape) == 1:
        v = 1 + u / 4
    else:
        depthwise = len(shape) == 4 and shape[1] == 1
        fan_in = int(numpy.prod(shape[1:]))
        v = u * numpy.sqrt(3 * (1 if depthwise else gain) / fan_in)
    return v.astype(numpy.float32).reshape(shape)


def picture(size: int) -> numpy.ndarray:
    index = numpy.arange(3 * size * size)
    c, y, x = index // (size * size), index // size % size, index % size
    across = size // BLOCK
    block = (c * across + y // BLOCK) * across + x // BLOCK
    return (unit(9001, block) + unit(9002, index) / 2).astype(numpy.float32).reshape(1, 3, size, size)


def digest(tensors: list) -> str:
    """Of role and shape of every tensor in order: ROLE:SIZExSIZE... joined by spaces, SHA-256."""
    rows = [name.rsplit(".", 1)[1] + ":" + "x".join(map(str, shape)) for name, shape in tensors]
    return hashlib.sha256(" ".join(rows).encode()).hexdigest()


def relative(a: torch.Tensor, b: torch.Tensor) -> float:
    return float((a.double() - b.double()).norm() / b.double().norm())


def reference(build, classes: int, gain: float, size: int = 224, whole: bool = True, **options) -> dict:
    model = build(weights=None, num_classes=classes, **options).eval()
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    tensors = []
    for ordinal, (name, tensor) in enumerate(state.items()):
        tensor.copy_(torch.from_numpy(values(name, ordinal, tuple(tensor.shape), gain)))
        tensors.append([name, list(tensor.shape)])
    x = torch.from_numpy(picture(size))
    with torch.no_grad():
        single = model(x)[0]
        double = model.double()(x.double())[0]
        turned = model(torch.rot90(x.double(), 1, (2, 3)))[0]
    print(build.__name__, classes, "std", float(double.std()), "float32", relative(single, double), "turned", relative(turned, double))
    return {
        "network": build.__name__,
        "torch": torch.__version__.split("+")[0],
        "torchvision": torchvision.__version__.split("+")[0],
        "gain": gain,
        "input": [1, 3, size, size],
        # The distance of torch's own float32 run from its float64 run, and the change of the outputs for a rotated picture.
        "float32Error": relative(single, double),
        "turnedDistance": relative(turned, double),
        "logits": [float(v) for v in double],
        "float32Logits": [float(v) for v in single],
        # Small files have a digest in the place of the list.
        **({"tensors": tensors} if whole else {"tensorCount": len(tensors), "tensorDigest": digest(tensors)}),
    }


def text(record: dict) -> str:
    """JSON with one line a key, and one a tensor."""
    lines = []
    for key, value in record.items():
        if key == "tensors":
            rows = ",\n".join("    " + json.dumps(row) for row in value)
            lines.append(f'  "tensors": [\n{rows}\n  ]')
        elif key == "logits":
            lines.append(f'  "logits": [{", ".join(format(v, ".12g") for v in value)}]')
        elif key == "float32Logits":
            lines.append(f'  "float32Logits": [{", ".join(format(v, ".9g") for v in value)}]')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def small(folder: pathlib.Path) -> None:
    """Seven classes, small pictures, no list of tensors: kept for breadth."""
    without_heads = {"aux_logits": False, "init_weights": False}
    for name, gain, size, options in [
        ("mobilenet_v2", 2.0, 96, {}),
        ("mobilenet_v3_small", 3.0, 96, {}),
        ("mobilenet_v3_large", 2.0, 96, {}),
        ("efficientnet_b0", 3.0, 96, {}),
        ("efficientnet_v2_s", 1.5, 96, {}),
        ("densenet121", 2.0, 96, {}),
        ("googlenet", 2.0, 96, without_heads),
        ("inception_v3", 2.0, 299, without_heads),
        ("squeezenet1_1", 2.0, 96, {}),
        ("regnet_x_400mf", 1.0, 96, {}),
        ("regnet_y_400mf", 1.0, 96, {}),
        ("convnext_tiny", 1.0, 96, {}),
        ("mnasnet1_0", 1.0, 96, {}),
        ("resnext50_32x4d", 1.0, 96, {}),
    ]:
        build = getattr(torchvision.models, name)
        record = reference(build, 7, gain, size, whole=False, **options)
        (folder / f"{name}_small.json").write_text(text(record))


def main() -> None:
    folder = pathlib.Path(__file__).parent
    torch.set_num_threads(2)
    small(folder)
    if "--small" in sys.argv:
        return
    for name, build, classes, gain in [
        ("shufflenet_v2_x1_0", torchvision.models.shufflenet_v2_x1_0, 1000, 2.0),
        ("shufflenet_v2_x1_0_nc7", torchvision.models.shufflenet_v2_x1_0, 7, 2.0),
        ("resnet50", torchvision.models.resnet50, 1000, 1.0),
        ("resnet50_nc7", torchvision.models.resnet50, 7, 1.0),
    ]:
        (folder / f"{name}.json").write_text(text(reference(build, classes, gain)))


if __name__ == "__main__":
    main()
