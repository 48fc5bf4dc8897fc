"""The state after PyTorch's training steps from given weights on given batches, for bench/parity-states.ts: python torch_states.py FOLDER THREADS

FOLDER is torch_parity.py's, its plan.json names the steps after which the state is kept. For each KIND (float64, float64 channels_last, nchw, channels_last)
and such a step, KIND-STEP.f64 gets the slots in our order, then the momentum buffers of the parameters among them, then the logits
of the first batch by running statistics (little-endian float64). Prints one JSON object: the losses of each kind. Needs torch (PyPI).
"""

import json
import os
import sys

import torch
from torch.nn import functional as F
from torch_parity import load, read
from torch_training_step import LferLdl


def course(kind, folder, plan, weights, images, labels):
    batch, size, classes = plan["batch"], plan["size"], plan["classes"]
    model = LferLdl(classes)
    names = load(model, weights, plan["slots"])
    images, labels = images.reshape(-1, batch, 3, size, size), labels.reshape(-1, batch, classes)
    if kind.startswith("float64"):
        model, images, labels = model.double(), images.double(), labels.double()
    layout = torch.channels_last if kind.endswith("channels_last") else torch.contiguous_format
    model = model.to(memory_format=layout)
    optimizer = torch.optim.SGD(
        model.parameters(), lr=plan["rate"], momentum=plan["momentum"], weight_decay=plan["weightDecay"]
    )
    parameters, losses = dict(model.named_parameters()), []
    for step in range(1, plan["steps"] + 1):
        model.train()
        x, target = images[(step - 1) % len(images)], labels[(step - 1) % len(labels)]
        optimizer.zero_grad()
        loss = -(target * F.log_softmax(model(x.to(memory_format=layout)), 1)).sum(1).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if step not in plan["kept"]:
            continue
        model.eval()
        with torch.no_grad():
            logits = model(images[0].to(memory_format=layout))
        state = model.state_dict()
        velocities = [optimizer.state[parameters[name]]["momentum_buffer"] for name in names if name in parameters]
        tensors = [*(state[name] for name in names), *velocities, logits]
        flat = torch.cat([tensor.detach().double().contiguous().flatten() for tensor in tensors])
        with open(os.path.join(folder, f"{kind}-{step}.f64"), "wb") as file:
            file.write(flat.numpy().tobytes())
    return losses


def main():
    folder, threads = sys.argv[1:]
    torch.set_num_threads(int(threads))
    with open(os.path.join(folder, "plan.json"), encoding="utf-8") as file:
        plan = json.load(file)
    tensors = [read(folder, f"{name}.f32") for name in ("weights", "images", "labels")]
    print(json.dumps({kind: course(kind, folder, plan, *tensors) for kind in plan["kinds"]}))


if __name__ == "__main__":
    main()
