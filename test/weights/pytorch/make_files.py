"""Writes the small checkpoints beside this file with PyTorch itself, values.json: what PyTorch reads from each, and
answer.json: what the network of tiny.pth answers to the picture [1, 3, 8, 8] whose elements are i / 64 - 1.

    pip install torch==2.15.0 safetensors==0.8.0
    python test/weights/pytorch/make_files.py

The network is a convolution, a batch norm and a linear layer. `hostile.pth` is written by hand: torch.load without
weights_only would call os.system for it.
"""

import collections
import io
import json
import os
import pathlib
import pickle
import zipfile

import torch
from torch import nn

FOLDER = pathlib.Path(__file__).parent


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4))
        self.head = nn.Linear(4, 2)

    def forward(self, x):
        return self.head(torch.relu(self.features(x)).mean((2, 3)))


def tiny() -> Tiny:
    """Values that every dtype below holds exactly: multiples of 1/64 below 2."""
    net = Tiny().eval()
    for ordinal, tensor in enumerate(t for t in net.state_dict().values() if t.is_floating_point()):
        steps = torch.arange(tensor.numel()) * (2 * ordinal + 3) % 61 + 1
        tensor.copy_((steps / 64).reshape(tensor.shape) - (0.5 if tensor.dim() > 1 else 0))
    return net


def views() -> dict:
    """Tensors that are not plain rows of their storage: shared, shifted, transposed, expanded, empty, a scalar."""
    base = torch.arange(24, dtype=torch.float32)
    return {
        "base": base,
        "shifted": base[5:11].view(2, 3),
        "transposed": base.view(4, 6).t(),
        "every_other": base[1::2],
        "expanded": base[3:4].expand(2, 5),
        "channels_last": base[:16].view(1, 2, 2, 4).to(memory_format=torch.channels_last),
        "empty": torch.zeros(0, 3),
        "scalar": torch.tensor(0.375),
        "parameter": nn.Parameter(base[:2].clone()),
    }


def dtypes() -> dict:
    values = [0.0, -0.0, 1.0, -2.5, 6e-8, 1 / 3]
    floating = {str(d)[6:]: torch.tensor(values, dtype=d) for d in (torch.float64, torch.float32, torch.float16, torch.bfloat16)}
    whole = {str(d)[6:]: torch.tensor([0, 1, 100], dtype=d) for d in (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)}
    return {**floating, **whole, "bool": torch.tensor([True, False]), "complex64": torch.tensor([1j])}


class Hostile:
    def __reduce__(self):
        return (os.system, ("echo hostile > hostile-ran",))


def archive(name: str, value: object) -> None:
    with zipfile.ZipFile(FOLDER / name, "w", zipfile.ZIP_STORED) as out:
        out.writestr("archive/data.pkl", pickle.dumps(value, protocol=2))
        out.writestr("archive/version", "3\n")


def main() -> None:
    net = tiny()
    state = net.state_dict()
    expected = {}

    def save(name: str, value: object, tensors: dict, **options) -> None:
        torch.save(value, FOLDER / name, **options)
        # PyTorch's own restricted reader stops at pickle protocol 4.
        torch.load(FOLDER / name, weights_only=not name.startswith(("whole", "tiny-protocol4")))
        expected[name] = {key: [list(t.shape), t.float().flatten().tolist()] for key, t in tensors.items() if not t.is_complex()}

    save("tiny.pth", state, state)
    save("tiny-legacy.pth", state, state, _use_new_zipfile_serialization=False)
    save("tiny-protocol4.pth", state, state, pickle_protocol=4)
    half = {key: t.half() if t.is_floating_point() else t for key, t in state.items()}
    save("tiny-half.pth", half, half)
    save("tiny-bfloat16.pth", {k: t.bfloat16() if t.is_floating_point() else t for k, t in state.items()}, state)
    parallel = nn.DataParallel(net).state_dict()
    save("tiny-parallel.pth", parallel, parallel)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 3, 8, 8)).sum().backward()
    optimizer.step()
    state = tiny().state_dict()
    wrapped = {"epoch": 3, "arch": "tiny", "state_dict": state, "optimizer": optimizer.state_dict(), "best": 0.5}
    save("tiny-wrapped.pth", wrapped, state)
    average = collections.OrderedDict((key, t * 2) for key, t in state.items())
    save("tiny-ema.pth", {"model": state, "ema": average}, {})
    save("views.pth", views(), views())
    save("views-legacy.pth", views(), views(), _use_new_zipfile_serialization=False)
    save("dtypes.pth", dtypes(), dtypes())
    save("whole-module.pth", tiny(), {})
    scripted = io.BytesIO()
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), scripted)
    # Without the debug tables, which contain paths of the machine.
    with zipfile.ZipFile(scripted) as read, zipfile.ZipFile(FOLDER / "torchscript.pt", "w") as out:
        for name in read.namelist():
            if not name.endswith(".debug_pkl"):
                out.writestr(name, read.read(name))
    archive("hostile.pth", Hostile())
    (FOLDER / "hostile-legacy.pth").write_bytes(pickle.dumps(Hostile(), protocol=2))
    with zipfile.ZipFile(FOLDER / "tiny.pth") as read, zipfile.ZipFile(FOLDER / "deflated.pth", "w", zipfile.ZIP_DEFLATED) as out:
        for name in read.namelist():
            out.writestr(name, read.read(name))
    with zipfile.ZipFile(FOLDER / "tiny.pth") as read, zipfile.ZipFile(FOLDER / "big-endian.pth", "w") as out:
        for name in read.namelist():
            out.writestr(name, b"big" if name.endswith("/byteorder") else read.read(name))
    x = (torch.arange(3 * 8 * 8) / 64 - 1).view(1, 3, 8, 8)
    with torch.no_grad():
        answer = tiny()(x).flatten().tolist()
    (FOLDER / "answer.json").write_text(json.dumps(answer) + "\n")
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(tensors)}" for name, tensors in expected.items() if tensors)
    (FOLDER / "values.json").write_text(f"{{\n{rows}\n}}\n")


main()
