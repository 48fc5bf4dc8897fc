"""The networks of models/related.lfer as one would write them in PyTorch: count_networks.py counts them."""
import torch
from torch import nn


def conv_norm(inside, outside, stride=1, act=nn.ReLU):
    return nn.Sequential(nn.Conv2d(inside, outside, 3, stride, 1, bias=False), nn.BatchNorm2d(outside), act())


class BasicUnit(nn.Module):
    def __init__(self, inside, outside, stride):
        super().__init__()
        self.main = nn.Sequential(
            conv_norm(inside, outside, stride), nn.Conv2d(outside, outside, 3, 1, 1, bias=False), nn.BatchNorm2d(outside)
        )
        self.shortcut = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))
        self.relu = nn.ReLU()

    def forward(self, x):
        return self.relu(self.main(x) + self.shortcut(x))


def trunk(width):
    return nn.Sequential(conv_norm(3, width, 2), BasicUnit(width, 2 * width, 2), BasicUnit(2 * width, 4 * width, 2))


def pooled():
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


class GatedPatch(nn.Module):
    def __init__(self, inside, features):
        super().__init__()
        self.feature = nn.Sequential(conv_norm(inside, features), pooled())
        self.gate = nn.Sequential(nn.Linear(features, 1), nn.Sigmoid())

    def forward(self, x):
        feature = self.feature(x)
        return feature * self.gate(feature)


class GatedCrops(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.trunk, self.patch = trunk(width), GatedPatch(4 * width, width)
        self.whole, self.fc = GatedPatch(4 * width, 4 * width), nn.Linear(8 * width, 7)

    def forward(self, x):
        x = self.trunk(x)
        crops = [cell for row in x.chunk(2, 2) for cell in row.chunk(2, 3)]
        return self.fc(torch.cat([self.patch(crop) for crop in crops] + [self.whole(x)], 1))


class LatentTruth(nn.Module):
    """At inference: the annotators' matrices are for training alone."""

    def __init__(self, width=16):
        super().__init__()
        self.net = nn.Sequential(trunk(width), pooled(), nn.Linear(4 * width, 7))
        self.confusion = nn.ParameterList(nn.Parameter(torch.randn(7, 7)) for _ in range(3))

    def forward(self, x):
        return self.net(x)


class Ensemble(nn.Module):
    def __init__(self, heads=9, width=16):
        super().__init__()
        self.trunk = trunk(width)
        self.heads = nn.ModuleList(
            nn.Sequential(conv_norm(4 * width, 4 * width, 2), pooled(), nn.Linear(4 * width, 7)) for _ in range(heads)
        )

    def forward(self, x):
        x = self.trunk(x)
        return torch.stack([head(x) for head in self.heads], 1).mean(1)


class Masked(nn.Module):
    def __init__(self, width=16, inside=8):
        super().__init__()
        leaky = lambda: nn.LeakyReLU(0.2)
        self.fine = conv_norm(3, inside, act=leaky)
        self.middle = conv_norm(inside, 2 * inside, 2, leaky)
        self.coarse = conv_norm(2 * inside, 4 * inside, 2, leaky)
        up = lambda a, b: nn.Sequential(nn.ConvTranspose2d(a, b, 2, 2, bias=False), nn.BatchNorm2d(b), nn.ReLU())
        self.upwards, self.wider = up(4 * inside, 2 * inside), up(4 * inside, inside)
        self.mask = nn.Sequential(nn.Conv2d(2 * inside, 1, 3, 1, 1), nn.Sigmoid())
        self.net = nn.Sequential(trunk(width), pooled(), nn.Linear(4 * width, 7))

    def forward(self, x):
        fine = self.fine(x)
        middle = self.middle(fine)
        upwards = self.upwards(self.coarse(middle))
        mask = self.mask(torch.cat([self.wider(torch.cat([upwards, middle], 1)), fine], 1))
        return self.net(x * mask)
