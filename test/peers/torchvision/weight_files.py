"""torchvision's networks to lfer and back to the same answers.

    pip install torch==2.15.0 torchvision==0.29.2 safetensors==0.8.0 onnxruntime==1.32.0
    python test/peers/torchvision/weight_files.py [NETWORK...]

Each network gets the formula's weights (make_reference.py) in eval mode and is saved in every form that PyTorch knows;
`lferc build --weights` (dist/lferc.js, `npm run prepare`) must find the names by itself, and ONNX Runtime must answer as PyTorch.
"""

import pathlib
import subprocess
import sys
import tempfile

import onnxruntime
import torch
import torchvision
from safetensors.torch import save_file

from make_reference import picture, values

FOLDER = pathlib.Path(__file__).parent
ROOT = FOLDER.parent.parent.parent
# Network: its file, the gain of its formula weights, and the shipped map.
RESNETS = ["resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d"]
RESNETS += ["resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"]
SHUFFLENETS = [f"shufflenet_v2_x{size}" for size in ("0_5", "1_0", "1_5", "2_0")]
NETWORKS = {name: ("resnet", 1.0, "torchvision-resnet") for name in RESNETS}
NETWORKS |= {name: ("shufflenet_v2", 2.0, "torchvision-shufflenet-v2") for name in SHUFFLENETS}
NETWORKS |= {"mobilenet_v2": ("mobilenet_v2", 2.0, "torchvision-mobilenet-v2")}
SIZE = 96


def network(name: str) -> torch.nn.Module:
    return getattr(torchvision.models, name)(weights=None, num_classes=7).eval()


def fill(model: torch.nn.Module, gain: float) -> None:
    state = {k: v for k, v in model.state_dict().items() if not k.endswith("num_batches_tracked")}
    for ordinal, (key, tensor) in enumerate(state.items()):
        tensor.copy_(torch.from_numpy(values(key, ordinal, tuple(tensor.shape), gain)))


def save_forms(model: torch.nn.Module, folder: pathlib.Path) -> list:
    state = model.state_dict()
    torch.save(state, folder / "zip.pth")
    torch.save(state, folder / "legacy.pth", _use_new_zipfile_serialization=False)
    wrapped = {"epoch": 9, "state_dict": torch.nn.DataParallel(model).state_dict(), "best": 0.5}
    torch.save(wrapped, folder / "wrapped.pth")
    last = {key: t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t for key, t in state.items()}
    torch.save(last, folder / "channels-last.pth")
    save_file(state, folder / "plain.safetensors")
    return [folder / f for f in ("zip.pth", "legacy.pth", "wrapped.pth", "channels-last.pth", "plain.safetensors")]


def check(names: list) -> bool:
    worst = 0.0
    right = True
    x = picture(SIZE)
    for name in names or NETWORKS:
        source, gain, shipped = NETWORKS[name]
        model = network(name)
        fill(model, gain)
        with torch.no_grad():
            expected = model(torch.from_numpy(x)).double()
        with tempfile.TemporaryDirectory() as folder:
            for weights in save_forms(model, pathlib.Path(folder)):
                onnx = pathlib.Path(folder) / "model.onnx"
                command = ["node", ROOT / "dist/lferc.js", "build", ROOT / f"models/{source}.lfer", "--model", name]
                command += ["--set", "classes=7", "--set", f"size={SIZE}", "--weights", weights, "-o", onnx, "--no-verify"]
                ran = subprocess.run(command, capture_output=True, text=True)
                if ran.returncode != 0:
                    print(name, weights.name, ran.stderr)
                    right = False
                    continue
                session = onnxruntime.InferenceSession(onnx)
                (found,) = session.run(None, {session.get_inputs()[0].name: x})
                error = float((torch.from_numpy(found).double() - expected).abs().max() / expected.abs().max())
                said = f"names by the map {shipped}" in ran.stderr
                right = right and said and error < 1e-4 and float(expected.std()) > 1e-3
                worst = max(worst, error)
                print(f"{name:20} {weights.name:20} largest error {error:.1e} of the largest output; {'' if said else 'NOT '}{shipped}")
    print(f"{'right' if right else 'WRONG'}; worst {worst:.1e}")
    return right


if __name__ == "__main__":
    torch.set_num_threads(2)
    sys.exit(0 if check(sys.argv[1:]) else 1)
