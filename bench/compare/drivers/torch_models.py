"""PyTorch's side of the models: the order of their parameters, weights and data are maru's."""

import math
import os

import torch
import torch.nn.functional as F
from torch import nn

from numbers_drawn import integers, started, uniform


COMPILES = os.environ.get('BENCH_COMPILE') == '1'


def compiled(function):
    """The function by torch.compile, where that is what is measured."""
    return torch.compile(function) if COMPILES else function


def drawn(model):
    with torch.no_grad():
        for i, (name, parameter) in enumerate(model.named_parameters()):
            parameter.copy_(torch.from_numpy(started(i, name, list(parameter.shape))))
    return model


def numbers(name, *shape):
    return torch.from_numpy(uniform(name, math.prod(shape)).reshape(shape))


def ids(name, *shape, below):
    return torch.from_numpy(integers(name, math.prod(shape), below).reshape(shape))


def mlp(depth=2, width=512):
    layers = [nn.Linear(784, width), nn.ReLU()]
    for _ in range(depth - 1):
        layers += [nn.Linear(width, width), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def lenet():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )
        project = stride != 1 or inputs != outputs
        conv = nn.Conv2d(inputs, outputs, 1, stride, bias=False) if project else None
        self.shortcut = nn.Sequential(conv, nn.BatchNorm2d(outputs)) if project else nn.Identity()

    def forward(self, x):
        return F.relu(self.shortcut(x) + self.body(x))


def resnet18():
    layers = [nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.BatchNorm2d(64), nn.ReLU()]
    inputs = 64
    for width, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        layers += [ResidualBlock(inputs, width, stride), ResidualBlock(width, width, 1)]
        inputs = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10))


class CharLstm(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(96, 128)
        self.lstm = nn.LSTM(128, 256, 2, batch_first=True)
        self.head = nn.Linear(256, 96)

    def forward(self, x):
        return self.head(self.lstm(self.embedding(x))[0])


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.attention = nn.Linear(width, 3 * width)
        self.projection = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.up = nn.Linear(width, 4 * width)
        self.down = nn.Linear(4 * width, width)

    def forward(self, x, mask, past=None):
        batch, time, width = x.shape
        split = self.attention(self.norm1(x)).split(width, 2)
        q, k, v = [t.view(batch, time, self.heads, -1).transpose(1, 2) for t in split]
        if past is not None:
            k, v = past.add(k, v)
        scores = q @ k.transpose(-2, -1) * (1 / math.sqrt(width // self.heads))
        if mask is not None:
            scores = scores.masked_fill(mask, float('-inf'))
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, time, width)
        x = x + self.projection(mixed)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Past:
    """Keys and values so far, in room for all that are to come."""

    def __init__(self, heads, context, size):
        self.keys = torch.zeros(1, heads, context, size)
        self.values = torch.zeros(1, heads, context, size)
        self.seen = 0

    def add(self, k, v):
        end = self.seen + k.shape[2]
        self.keys[:, :, self.seen : end] = k
        self.values[:, :, self.seen : end] = v
        self.seen = end
        return self.keys[:, :, :end], self.values[:, :, :end]


class Gpt(nn.Module):
    def __init__(self, vocabulary=4096, width=256, heads=4, layers=4, context=128):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.ModuleList([GptBlock(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x, start=0, pasts=None):
        time = x.shape[1]
        y = self.tokens(x) + self.positions.weight[start : start + time]
        mask = torch.triu(torch.ones(time, time, dtype=torch.bool), 1) if time > 1 else None
        for i, block in enumerate(self.blocks):
            y = block(y, mask, pasts[i] if pasts else None)
        return self.head(self.norm(y))


def generator():
    def grow(inputs, outputs, stride, padding):
        conv = nn.ConvTranspose2d(inputs, outputs, 4, stride, padding, bias=False)
        return [conv, nn.BatchNorm2d(outputs), nn.ReLU()]

    return nn.Sequential(
        *grow(100, 512, 1, 0),
        *grow(512, 256, 2, 1),
        *grow(256, 128, 2, 1),
        *grow(128, 64, 2, 1),
        nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )


def discriminator():
    def shrink(inputs, outputs):
        conv = nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)
        return [conv, nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]

    return nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1, bias=False),
        nn.LeakyReLU(0.2),
        *shrink(64, 128),
        *shrink(128, 256),
        *shrink(256, 512),
        nn.Conv2d(512, 1, 4, bias=False),
        nn.Flatten(),
    )


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
        self.mean = nn.Linear(400, 20)
        self.log_variance = nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def loss(self, x, noise):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        logits = self.decoder(mean + (log_variance / 2).exp() * noise)
        pixels = F.binary_cross_entropy_with_logits(logits, x, reduction='none').sum(-1)
        divergence = (log_variance.exp() + mean**2 - 1 - log_variance).sum(-1) / 2
        return (pixels + divergence).mean()
