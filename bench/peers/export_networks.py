"""Exports the networks of networks.json from PyTorch to ONNX in three ways, and counts them with PyTorch's own counter:

    python bench/peers/export_networks.py FOLDER [NAME...]

FOLDER gets NAME.preserve.onnx (TorchScript exporter, kept as trained: norms are nodes, the batch is open), NAME.torchscript.onnx (its
defaults: norms folded into convolutions), NAME.dynamo.onnx (the exporter that is the default since PyTorch 2.9), and counts.json. Files
that exist are kept. Weights are random, from a seed, and no two tensors are equal: exporters merge equal ones. bench/onnx-networks.ts
compares what `lferc stats` says of them.

Needs torch, torchvision, timm, onnx, onnxscript; with fvcore, its counts are kept too.
"""
import json
import logging
import pathlib
import sys
import warnings

import torch
from made_networks import make, versions
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

try:
    import fvcore
    from fvcore.nn import FlopCountAnalysis
except ImportError:
    fvcore = None

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)


def counts(model, size):
    """Parameters, and multiply-accumulates of convolutions, linear layers and matrix products."""
    picture = torch.zeros(1, 3, size, size)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(picture)
    weights = [m.weight.numel() for m in model.modules() if isinstance(m, (nn.modules.conv._ConvNd, nn.Linear))]
    found = {
        "size": size,
        "params": sum(each.numel() for each in model.parameters()),
        "weights": sum(weights),
        "torch": counter.get_total_flops() // 2,
    }
    if fvcore is not None:
        by_op = FlopCountAnalysis(model, picture).unsupported_ops_warnings(False).uncalled_modules_warnings(False).by_operator()
        found["fvcore"] = int(sum(value for op, value in by_op.items() if op in ("conv", "linear", "addmm", "matmul", "bmm", "einsum")))
    return found


def script(model, picture, path, **settings):
    torch.onnx.export(model, (picture,), path, input_names=["image"], output_names=["logits"], opset_version=17, dynamo=False, **settings)


WAYS = {
    "preserve": lambda model, picture, path: script(
        model, picture, path, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False,
        dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
    ),
    "torchscript": script,
    "dynamo": lambda model, picture, path: torch.onnx.export(
        model, (picture,), path, input_names=["image"], output_names=["logits"], dynamo=True, external_data=False, verbose=False
    ),
}  # fmt: skip


def main():
    folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    networks = json.loads((pathlib.Path(__file__).parent / "networks.json").read_text())["networks"]
    record = folder / "counts.json"
    kept = json.loads(record.read_text())["networks"] if record.exists() else {}
    for name in names or networks:
        library, size = networks[name]["library"], networks[name].get("size")
        model = make(name, library)
        if size is None:
            size = model.default_cfg["input_size"][1] if library == "timm" else 224
        if name not in kept or (fvcore is not None and "fvcore" not in kept[name]):
            kept[name] = counts(model, size)
        for way, export in WAYS.items():
            path = folder / f"{name}.{way}.onnx"
            if path.exists():
                continue
            partial = folder / f"{name}.{way}.part"
            try:
                export(model, torch.randn(1, 3, size, size), str(partial))
                partial.rename(path)
            except Exception as error:  # An exporter that fails is told, and is one file less.
                kept[name].setdefault("failed", {})[way] = f"{type(error).__name__}: {error}".splitlines()[0][:200]
                partial.unlink(missing_ok=True)
            print(name, way, kept[name].get("failed", {}).get(way, "written"), flush=True)
        tools = versions() | ({"fvcore": fvcore.__version__} if fvcore is not None else {})
        record.write_text(json.dumps({"versions": tools, "networks": kept}, indent=1) + "\n")


main()
