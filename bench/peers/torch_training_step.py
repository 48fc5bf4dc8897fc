"""PyTorch's training steps of the same networks, timed on request: a line `step` on stdin runs one and answers with its
milliseconds, `peak` answers with the peak memory of this process in MiB, so that bench/training-step.ts can alternate with
it. Needs torch (PyPI); torchvision is not needed.

Usage: python torch_training_step.py MODEL SIZE BATCH THREADS KIND     (KIND: nchw, channels_last, compile)
"""

import sys
import time

import torch
from torch import nn
from torch.nn import functional as F


def conv_bn(inputs, outputs, kernel=1, stride=1, groups=1, relu=True):
    layers = [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False), nn.BatchNorm2d(outputs)]
    return nn.Sequential(*layers, *([nn.ReLU(inplace=True)] if relu else []))


def shuffle(x):
    n, c, h, w = x.shape
    return x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)


class Unit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.right = nn.Sequential(
            conv_bn(half, half), conv_bn(half, half, 3, groups=half, relu=False), conv_bn(half, half)
        )

    def forward(self, x):
        left, right = x.chunk(2, 1)
        return shuffle(torch.cat((left, self.right(right)), 1))


class DownUnit(nn.Module):
    def __init__(self, inputs, channels):
        super().__init__()
        half = channels // 2
        self.left = nn.Sequential(
            conv_bn(inputs, inputs, 3, 2, groups=inputs, relu=False), conv_bn(inputs, half)
        )
        self.right = nn.Sequential(
            conv_bn(inputs, half), conv_bn(half, half, 3, 2, groups=half, relu=False), conv_bn(half, half)
        )

    def forward(self, x):
        return shuffle(torch.cat((self.left(x), self.right(x)), 1))


def quadrant(inputs, channels):
    return nn.Sequential(
        nn.Conv2d(inputs, channels, 3, 2, 1, groups=inputs, bias=False), nn.BatchNorm2d(channels), nn.ReLU6(inplace=True),
        nn.Conv2d(channels, channels, 3, 1, 1, groups=channels, bias=False), nn.BatchNorm2d(channels), nn.ReLU6(inplace=True),
    )  # fmt: skip


class LferLdl(nn.Module):
    def __init__(self, classes=7, stem=29):
        super().__init__()
        self.conv1 = nn.Sequential(conv_bn(3, stem, 3, 2), nn.MaxPool2d(3, 2, 1))
        stage = lambda inputs, channels, units: nn.Sequential(
            DownUnit(inputs, channels), *(Unit(channels) for _ in range(units - 1))
        )
        self.stage2, self.stage3, self.stage4 = stage(stem, 116, 4), stage(116, 232, 8), stage(232, 464, 4)
        self.quadrants = nn.ModuleList(quadrant(stem, 116) for _ in range(4))
        self.conv5 = conv_bn(464, 1024)
        self.head = nn.Sequential(
            nn.Conv2d(1024, 1024, 3, 1, 1, groups=1024, bias=False), nn.BatchNorm2d(1024), nn.Mish(),
            nn.Conv2d(1024, classes, 1, bias=False), nn.Flatten(),
        )  # fmt: skip

    def forward(self, x):
        x = self.conv1(x)
        rows = x.chunk(2, 2)
        parts = [q(part) for q, part in zip(self.quadrants, [c for row in rows for c in row.chunk(2, 3)])]
        local = torch.cat((torch.cat(parts[:2], 3), torch.cat(parts[2:], 3)), 2)
        x = self.conv5(self.stage4(self.stage3(self.stage2(x) + local)))
        return self.head(F.adaptive_avg_pool2d(x, 1))


class BasicUnit(nn.Module):
    def __init__(self, inputs, channels, stride):
        super().__init__()
        self.body = nn.Sequential(conv_bn(inputs, channels, 3, stride), conv_bn(channels, channels, 3, relu=False))
        same = stride == 1 and inputs == channels
        self.skip = nn.Identity() if same else conv_bn(inputs, channels, 1, stride, relu=False)

    def forward(self, x):
        return F.relu(self.body(x) + self.skip(x))


class ResNet18(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        units, inputs = [], 64
        for channels, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
            units += [BasicUnit(inputs, channels, stride), BasicUnit(channels, channels, 1)]
            inputs = channels
        self.stem = nn.Sequential(conv_bn(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1))
        self.units, self.fc = nn.Sequential(*units), nn.Linear(512, classes)

    def forward(self, x):
        return self.fc(F.adaptive_avg_pool2d(self.units(self.stem(x)), 1).flatten(1))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, channels, expand, stride):
        super().__init__()
        wide = expand * inputs
        relu6 = lambda: nn.ReLU6(inplace=True)
        widen = [] if expand == 1 else [conv_bn(inputs, wide, relu=False), relu6()]
        self.body = nn.Sequential(
            *widen, conv_bn(wide, wide, 3, stride, groups=wide, relu=False), relu6(), conv_bn(wide, channels, relu=False)
        )
        self.same = stride == 1 and inputs == channels

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


class MobileNetV2(nn.Module):
    def __init__(self, classes=1000):
        super().__init__()
        stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
        layers, inputs = [conv_bn(3, 32, 3, 2, relu=False), nn.ReLU6(inplace=True)], 32
        for expand, channels, units, stride in stages:
            for unit in range(units):
                layers.append(InvertedResidual(inputs, channels, expand, stride if unit == 0 else 1))
                inputs = channels
        self.features = nn.Sequential(*layers, conv_bn(inputs, 1280, relu=False), nn.ReLU6(inplace=True))
        self.classifier = nn.Linear(1280, classes)

    def forward(self, x):
        return self.classifier(F.adaptive_avg_pool2d(self.features(x), 1).flatten(1))


models = {"LferLdl": LferLdl, "resnet18": ResNet18, "mobilenet_v2": MobileNetV2}


def make_step(kind, model_name, size, batch, device="cpu"):
    torch.manual_seed(0)
    model = models[model_name]().train().to(device)
    classes = 7 if model_name == "LferLdl" else 1000
    x = torch.randn(batch, 3, size, size).to(device)
    target = F.one_hot(torch.arange(batch) % classes, classes).float().to(device)
    if kind == "channels_last":
        model, x = model.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    forward = torch.compile(model) if kind == "compile" else model

    def step():
        optimizer.zero_grad()
        loss = -(target * F.log_softmax(forward(x), 1)).sum(1).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def peak_mib():
    """Peak resident memory of this process."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def main():
    model_name, size, batch, threads, kind = sys.argv[1:]
    torch.set_num_threads(int(threads))
    step = make_step(kind, model_name, int(size), int(batch))
    step()
    step()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "peak":
            print(peak_mib(), flush=True)
            continue
        start = time.perf_counter()
        step()
        print((time.perf_counter() - start) * 1000, flush=True)


if __name__ == "__main__":
    main()
