"""The names and shapes of the weights of torchvision's and timm's networks, untrained: test/peers/names/torchvision.txt and timm.txt,
with which test/peers/weight-names.test.ts compares the maps of src/weights/maps.

    pip install torch==2.15.0 torchvision==0.29.2 timm==1.0.31
    python bench/peers/weight_names.py

A network is a tree of its names; a line is a part of a name, indented under what comes before it; `1-5` are five parts
with the same below each. A module with a weight has its
shape, then `bias`, or `norm` for a bias, and `batch_norm` for the two statistics besides, all of them of the first axis' size. Other
tensors have `= SHAPE`. The order is the state_dict's.
"""

import pathlib

import timm
import torch
import torchvision

FOLDER = pathlib.Path(__file__).parents[2] / "test/peers/names"

TORCHVISION = """
alexnet convnext_tiny convnext_small convnext_base convnext_large densenet121 densenet161 densenet169 densenet201
efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4 efficientnet_b5 efficientnet_b6 efficientnet_b7
efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l googlenet inception_v3 mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3
mobilenet_v2 mobilenet_v3_large mobilenet_v3_small regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf
regnet_x_16gf regnet_x_32gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf regnet_y_8gf regnet_y_16gf regnet_y_32gf
resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 wide_resnet101_2
shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0 squeezenet1_0 squeezenet1_1
vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn vit_b_16
""".split()

# Our name: timm's.
TIMM = {
    "mobilenet_v1_x1_0": "mobilenetv1_100",
    "mobilenet_v4_conv_small": "mobilenetv4_conv_small",
    "mobilenet_v4_conv_medium": "mobilenetv4_conv_medium",
    "mobilenet_v4_conv_large": "mobilenetv4_conv_large",
    "ghostnet_050": "ghostnet_050",
    "ghostnet_100": "ghostnet_100",
    "ghostnet_130": "ghostnet_130",
    "ghostnetv2_100": "ghostnetv2_100",
    "mobilevit_xxs": "mobilevit_xxs",
    "xception": "legacy_xception",
    "se_resnet50": "seresnet50",
    "repvgg_a0": "repvgg_a0",
    "repvgg_a1": "repvgg_a1",
    "repvgg_b1g4": "repvgg_b1g4",
    "dla34": "dla34",
    "dla46_c": "dla46_c",
    "dla46x_c": "dla46x_c",
    "dla60x_c": "dla60x_c",
    "dla60": "dla60",
    "dla60x": "dla60x",
    "dla102": "dla102",
    "dla102x": "dla102x",
    "dla102x2": "dla102x2",
    "edgenext_xx_small": "edgenext_xx_small",
    "edgenext_x_small": "edgenext_x_small",
    "edgenext_small": "edgenext_small",
    "edgenext_base": "edgenext_base",
    "mobileone_s0": "mobileone_s0",
    "mobileone_s1": "mobileone_s1",
    "mobileone_s2": "mobileone_s2",
    "mobileone_s3": "mobileone_s3",
    "mobileone_s4": "mobileone_s4",
    "starnet_s1": "starnet_s1",
    "starnet_s2": "starnet_s2",
    "starnet_s3": "starnet_s3",
    "starnet_s4": "starnet_s4",
    "starnet_s050": "starnet_s050",
    "starnet_s100": "starnet_s100",
    "starnet_s150": "starnet_s150",
    "swin_tiny": "swin_tiny_patch4_window7_224",
    "swin_small": "swin_small_patch4_window7_224",
    "swin_base": "swin_base_patch4_window7_224",
    "vit_tiny": "vit_tiny_patch16_224",
    "vit_b_16": "vit_base_patch16_224",
}

STATISTICS = ("running_mean", "running_var")


def size(shape: tuple) -> str:
    return "x".join(map(str, shape)) or "scalar"


def described(roles: dict) -> str | None:
    """A module's own tensors after its name; None if they are not those of a usual layer."""
    first = roles.get("weight", ())[:1]
    names = tuple(roles)
    if not first or any(roles[name] != first for name in names[1:]):
        return None
    if names == ("weight",):
        return size(roles["weight"])
    if names == ("weight", "bias"):
        return size(roles["weight"]) + (" norm" if len(roles["weight"]) == 1 else " bias")
    return size(roles["weight"]) + " batch_norm" if names == ("weight", "bias", *STATISTICS) else None


def rows(network: torch.nn.Module) -> list:
    modules = {}
    for key, tensor in network.state_dict().items():
        module, _, role = key.rpartition(".")
        if role != "num_batches_tracked":
            modules.setdefault(module, {})[role] = tuple(tensor.shape)
    found = []
    for module, roles in modules.items():
        usual = described(roles) if module else None
        own = [(f"{module}.{role}".lstrip("."), f"= {size(shape)}") for role, shape in roles.items()]
        found += [(module, usual)] if usual else own
    return found


def tree(network: torch.nn.Module) -> str:
    root = {}
    for name, text in rows(network):
        *before, last = name.split(".")
        at = root
        for part in before:
            at = at.setdefault(part, {})
        at[last] = text
    return "\n".join(written(root, 0))


def written(tree: dict, depth: int) -> list:
    """A line for each part of a name; numbered neighbours with the same below them share one: `1-5`."""
    lines = []
    before = None
    for part, below in tree.items():
        if before is not None and part.isdigit() and below == before["below"] and int(part) == before["last"] + 1:
            before["last"] = int(part)
            lines[before["line"]] = f"{' ' * depth}{before['first']}-{part}{before['rest']}"
            continue
        rest = f" {below}" if isinstance(below, str) else ""
        before = {"first": part, "last": int(part), "below": below, "rest": rest, "line": len(lines)} if part.isdigit() else None
        lines.append(f"{' ' * depth}{part}{rest}")
        if not isinstance(below, str):
            lines += written(below, depth + 1)
    return lines


def write(name: str, version: str, networks: dict) -> None:
    blocks = [f"== {ours}\n{tree(make())}\n" for ours, make in networks.items()]
    (FOLDER / f"{name}.txt").write_text(f"{name} {version}, written by bench/peers/weight_names.py\n" + "".join(blocks))


def from_torchvision(name: str) -> torch.nn.Module:
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    # RegNets compute their widths with tensors, which must have values.
    with torch.device("cpu" if name.startswith("regnet") else "meta"):
        return getattr(torchvision.models, name)(weights=None, **options)


def from_timm(name: str) -> torch.nn.Module:
    with torch.device("meta"):
        return timm.create_model(name)


if __name__ == "__main__":
    version = torchvision.__version__.split("+")[0]
    write("torchvision", version, {name: (lambda name=name: from_torchvision(name)) for name in TORCHVISION})
    write("timm", timm.__version__, {ours: (lambda name=name: from_timm(name)) for ours, name in TIMM.items()})
