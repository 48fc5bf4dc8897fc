"""Writes others' files for deployment of the networks of deployed.json, for bench/peers.ts:

    python bench/peers/deployed_files.py FOLDER [NAME...]

FOLDER/NAME gets torch.onnx (torch.onnx.export by its defaults, for one picture), torchscript.onnx (its older exporter), onnxsim.onnx and
onnxslim.onnx (each made of torch.onnx). RepVGG and MobileOne are re-parametrised first, by timm. Files that exist are kept; versions are
in FOLDER/versions.json. Needs torch, torchvision, timm, onnx, onnxscript, onnxsim, onnxslim.
"""
import importlib.metadata
import json
import logging
import pathlib
import sys
import warnings

import onnx
import onnxsim
import onnxslim
import torch
from made_networks import make, versions
from timm.utils.model import reparameterize_model

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

NAMES = {"input_names": ["image"], "output_names": ["logits"]}


def export(path, name, settings):
    model = make(name, settings["library"])
    if settings.get("reparameterized"):
        model = reparameterize_model(model)
    picture = (torch.randn(1, 3, 224, 224),)
    torch.onnx.export(model, picture, str(path / "torch.onnx"), dynamo=True, external_data=False, verbose=False, **NAMES)
    torch.onnx.export(model, picture, str(path / "torchscript.onnx"), dynamo=False, opset_version=17, **NAMES)


def simplify(path):
    model, is_equal = onnxsim.simplify(onnx.load(path / "torch.onnx"))
    if not is_equal:
        raise SystemExit(f"{path}: onnxsim says that its file computes something else")
    onnx.save(model, path / "onnxsim.onnx")
    onnxslim.slim(str(path / "torch.onnx"), str(path / "onnxslim.onnx"))


def main():
    folder, *names = sys.argv[1:]
    networks = json.loads((pathlib.Path(__file__).parent / "deployed.json").read_text())["networks"]
    for name in names or networks:
        path = pathlib.Path(folder) / name
        path.mkdir(parents=True, exist_ok=True)
        if not (path / "onnxslim.onnx").exists():
            export(path, name, networks[name])
            simplify(path)
        print(name, {each.stem: each.stat().st_size for each in sorted(path.glob("*.onnx"))}, flush=True)
    tools = {tool: importlib.metadata.version(tool) for tool in ("onnx", "onnxscript", "onnxsim", "onnxslim")}
    (pathlib.Path(folder) / "versions.json").write_text(json.dumps(versions() | tools, indent=1) + "\n")


main()
