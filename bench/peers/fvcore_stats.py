"""The process that `lferc stats` is compared with: fvcore's counter on torchvision's ShuffleNetV2 x1.0."""

import logging

import torch
from fvcore.nn import FlopCountAnalysis, parameter_count
from torchvision.models import shufflenet_v2_x1_0

logging.disable(logging.WARNING)
model = shufflenet_v2_x1_0(weights=None, num_classes=7).eval()
print(FlopCountAnalysis(model, torch.zeros(1, 3, 224, 224)).total(), parameter_count(model)[""])
