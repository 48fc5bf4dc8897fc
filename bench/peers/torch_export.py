"""PyTorch's own ONNX export of a network of torch_training_step.py: the file that bench/browser-inference.ts runs beside ours.
Needs torch, onnx and onnxscript (PyPI).

Usage: python torch_export.py MODEL SIZE FILE
"""

import sys

import torch
from torch_training_step import models

name, size, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
torch.manual_seed(0)
model = models[name]().eval()
torch.onnx.export(model, (torch.zeros(1, 3, size, size),), path, input_names=["image"], output_names=["logits"],
                  opset_version=18, dynamo=True, external_data=False)  # fmt: skip
