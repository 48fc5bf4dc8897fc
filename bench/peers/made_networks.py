"""Networks of torchvision, timm and torch_training_step.py by name, with random weights from a seed: what export_networks.py and
deployed_files.py export. Needs torch, torchvision, timm."""
import timm
import torch
import torchvision
from timm.layers import set_fused_attn
from torch import nn
from torch_training_step import LferLdl

# Attention as two matrix products, which the counters know, and not as one fused function.
set_fused_attn(False)


def with_prelu(module):
    """The same network with a trained slope for each channel; the norm before it knows how many."""
    for parent in list(module.modules()):
        names = list(parent.named_children())
        for (_, norm), (name, act) in zip(names, names[1:]):
            if isinstance(norm, nn.BatchNorm2d) and isinstance(act, nn.ReLU):
                setattr(parent, name, nn.PReLU(norm.num_features))
    return module


OURS = {"lfer_ldl": LferLdl, "lfer_ldl_prelu": lambda: with_prelu(LferLdl())}


def make(name, library):
    """The network in evaluation. All its tensors differ, statistics too: exporters write equal ones once."""
    torch.manual_seed(0)
    if library == "timm":
        model = timm.create_model(name, pretrained=False)
    elif library == "torchvision":
        auxiliary = {"aux_logits": False, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
        model = getattr(torchvision.models, name)(weights=None, **auxiliary)
    else:
        model = OURS[name]()
    with torch.no_grad():
        for tensor in model.parameters():
            tensor.add_(0.01 * torch.randn_like(tensor))
        for norm in model.modules():
            if isinstance(norm, nn.modules.batchnorm._BatchNorm) and norm.running_var is not None:
                norm.running_mean.normal_(0, 0.1)
                norm.running_var.uniform_(0.8, 1.2)
    return model.eval()


def versions():
    return {library.__name__: library.__version__ for library in (torch, torchvision, timm)}
