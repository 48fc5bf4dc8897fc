"""PyTorch's side of examples/real_faces.lfer: LFER-LDL on pictures in RAF-DB's layout, by the same recipe; writes its predictions as
`path,label,answer,CLASS...`, as `lferc eval --answers` does, for bench/real-faces.ts. Needs torch, numpy and Pillow (PyPI).

Usage: python torch_real_faces.py DATA --list list_five.txt [--validation list_five_validation.txt] --answers FILE
         [--epochs 40] [--seed 0] [--threads 2] [--size 112]
With --validation its pictures are held out of training and predicted; without it those named test_ are.
Pictures stay in memory as float tensors; augmentation is one affine warp of the batch, with reflected borders.
"""

import argparse
import csv
import math
import os
import time

import numpy
import torch
from PIL import Image
from torch.nn import functional as F
from torch_training_step import LferLdl

names = {1: "surprise", 2: "fear", 3: "disgust", 4: "happiness", 5: "sadness", 6: "anger", 7: "neutral"}


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("data")
    parser.add_argument("--list", default="list_patition_label.txt")
    parser.add_argument("--validation")
    parser.add_argument("--answers", required=True)
    for name, value in (("epochs", 40), ("seed", 0), ("threads", 2), ("size", 112), ("batch", 32)):
        parser.add_argument(f"--{name}", type=int, default=value)
    return parser.parse_args()


def read_list(options, name):
    with open(os.path.join(options.data, "EmoLabel", name), encoding="utf-8") as file:
        return [(line.split()[0], int(line.split()[1])) for line in file if line.strip()]


def read_pictures(options, listed):
    """[N, 3, size, size] from 0 to 1."""
    found = torch.empty(len(listed), 3, options.size, options.size, dtype=torch.uint8)
    for i, (name, _) in enumerate(listed):
        path = os.path.join(options.data, "Image", "aligned", name.replace(".jpg", "_aligned.jpg"))
        picture = Image.open(path).convert("RGB").resize((options.size, options.size), Image.BILINEAR)
        found[i] = torch.from_numpy(numpy.asarray(picture)).permute(2, 0, 1)
    return found


def augmented(x, generator):
    """Mirroring, rotating by up to 10 degrees, scaling by 0.9 to 1.1, shifting by up to a tenth, brightness and contrast by up to a fifth."""
    count = len(x)
    uniform = lambda low, high: torch.empty(count).uniform_(low, high, generator=generator)
    flip = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)
    angle, scale = uniform(-10, 10) * math.pi / 180, 1 / uniform(0.9, 1.1)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    rows = [torch.stack([flip * cos, -flip * sin, uniform(-0.2, 0.2)], 1), torch.stack([sin, cos, uniform(-0.2, 0.2)], 1)]
    grid = F.affine_grid(torch.stack(rows, 1), x.shape, align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    x = (x * uniform(0.8, 1.2)[:, None, None, None]).clamp(0, 1)
    grey = x.mean((1, 2, 3), keepdim=True)
    return ((x - grey) * uniform(0.8, 1.2)[:, None, None, None] + grey).clamp(0, 1)


def main():
    options = arguments()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    generator = torch.Generator().manual_seed(options.seed)
    listed = read_list(options, options.list)
    classes = sorted({label for _, label in listed})
    train = [each for each in listed if each[0].startswith("train_")]
    if options.validation is not None:
        judged = read_list(options, options.validation)
        out = {name for name, _ in judged}
        train = [each for each in train if each[0] not in out]
    else:
        judged = [each for each in listed if each[0].startswith("test_")]
    begun = time.perf_counter()
    pictures, tested = read_pictures(options, train), read_pictures(options, judged)
    labels = torch.tensor([classes.index(label) for _, label in train])
    weights = 1 / torch.bincount(labels, minlength=len(classes)).double().sqrt()
    mean = pictures.float().mean((0, 2, 3)) / 255
    std = pictures.float().std((0, 2, 3)) / 255
    normal = lambda x: (x - mean[None, :, None, None]) / std[None, :, None, None]
    model = LferLdl(len(classes))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4)
    steps = len(train) // options.batch
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.1, total_steps=options.epochs * steps, cycle_momentum=False
    )
    for epoch in range(options.epochs):
        model.train()
        order = torch.multinomial(weights[labels], steps * options.batch, True, generator=generator)
        total = 0.0
        for step in range(steps):
            drawn = order[step * options.batch : (step + 1) * options.batch]
            x = normal(augmented(pictures[drawn].float() / 255, generator))
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), labels[drawn], label_smoothing=0.1)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1}/{options.epochs}  loss {total / steps:.4f}  {time.perf_counter() - begun:.0f} s", flush=True)
    model.eval()
    with torch.no_grad():
        answers = []
        for at in range(0, len(tested), 64):
            x = normal(tested[at : at + 64].float() / 255)
            answers.append((F.softmax(model(x), 1) + F.softmax(model(x.flip(3)), 1)) / 2)
    answers = torch.cat(answers)
    with open(options.answers, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "answer", *(names[label] for label in classes)])
        for (name, label), row in zip(judged, answers):
            answer = names[classes[int(row.argmax())]]
            writer.writerow([name, names[label], answer, *(f"{value:.6g}" for value in row.tolist())])
    right = torch.tensor([classes.index(label) for _, label in judged]) == answers.argmax(1)
    truth = torch.tensor([classes.index(label) for _, label in judged])
    recalls = [right[truth == c].double().mean().item() for c in range(len(classes)) if (truth == c).any()]
    print(f"accuracy {right.double().mean():.4f}  mean-class {sum(recalls) / len(recalls):.4f}  {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
