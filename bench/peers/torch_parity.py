"""PyTorch's losses from given weights on given batches, for bench/parity.ts: python torch_parity.py FOLDER THREADS KIND...

FOLDER holds plan.json (sizes, steps, rate, and the names of the weights in our order), weights.f32, images.f32 and labels.f32
(little-endian float32, one after another). KIND: nchw, channels_last, float64. Prints one JSON object: the losses of each kind.
Needs torch (PyPI).
"""

import json
import os
import sys

import torch
from torch.nn import functional as F
from torch_training_step import LferLdl

# The parts of our network by their names in PyTorch; within a part, both list weights in the order in which they are applied.
parts = {"local": "quadrants", "output_module": "head"}


def read(folder, name):
    with open(os.path.join(folder, name), "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


def load(model, weights, slots):
    """Loads the weights into the model, and returns its name of each slot."""
    state = {name: tensor for name, tensor in model.state_dict().items() if not name.endswith("num_batches_tracked")}
    at, loaded, names = 0, {}, []
    for name, shape in slots:
        part = parts.get(name.split(".")[0], name.split(".")[0])
        # The next one of this part.
        target = next(other for other in state if other.split(".")[0] == part and other not in loaded)
        count = state[target].numel()
        assert list(state[target].shape) == shape, f"{name} {shape} is not {target} {list(state[target].shape)}"
        assert name.split(".")[-1] == target.split(".")[-1], f"{name} is not {target}"
        loaded[target] = weights[at : at + count].reshape(shape)
        names.append(target)
        at += count
    assert len(loaded) == len(state) and at == weights.numel()
    model.load_state_dict(loaded, strict=False)
    return names


def losses(kind, plan, weights, images, labels):
    batch, size, classes = plan["batch"], plan["size"], plan["classes"]
    model = LferLdl(classes).train()
    load(model, weights, plan["slots"])
    images, labels = images.reshape(-1, batch, 3, size, size), labels.reshape(-1, batch, classes)
    if kind == "float64":
        model, images, labels = model.double(), images.double(), labels.double()
    if kind == "channels_last":
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=plan["rate"], momentum=plan["momentum"], weight_decay=plan["weightDecay"]
    )
    found = []
    for step in range(plan["steps"]):
        x, target = images[step % len(images)], labels[step % len(labels)]
        if kind == "channels_last":
            x = x.to(memory_format=torch.channels_last)
        optimizer.zero_grad()
        loss = -(target * F.log_softmax(model(x), 1)).sum(1).mean()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def main():
    folder, threads, *kinds = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with open(os.path.join(folder, "plan.json"), encoding="utf-8") as file:
        plan = json.load(file)
    tensors = [read(folder, f"{name}.f32") for name in ("weights", "images", "labels")]
    print(json.dumps({kind: losses(kind, plan, *tensors) for kind in kinds}))


if __name__ == "__main__":
    main()
