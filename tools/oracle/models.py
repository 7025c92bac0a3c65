"""Networks of models/ with drawn weights: logits and the losses of three steps, in float64."""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from fixture import number, tensor, write

sys.path.append(str(Path(__file__).resolve().parents[2] / 'bench' / 'compare' / 'drivers'))
import torch_models as models  # noqa: E402
from torch_models import ids, numbers  # noqa: E402


class Padding(nn.Module):
    """One pixel of four, and channels of zeros on both sides."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.side = (outputs - inputs) // 2

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.side, self.side))


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride, pre):
        super().__init__()
        self.pre = pre
        first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        norm = [nn.BatchNorm2d(inputs if pre else outputs), nn.BatchNorm2d(outputs)]
        after = [first, norm[0], nn.ReLU(), second, norm[1]]
        before = [norm[0], nn.ReLU(), first, norm[1], nn.ReLU(), second]
        self.body = nn.Sequential(*(before if pre else after))
        self.shortcut = nn.Identity() if inputs == outputs else Padding(inputs, outputs)

    def forward(self, x):
        y = self.shortcut(x) + self.body(x)
        return y if self.pre else F.relu(y)


def cifar_resnet(depth, pre=False):
    norm = [nn.BatchNorm2d(64 if pre else 16), nn.ReLU()]
    layers, inputs = [nn.Conv2d(3, 16, 3, 1, 1, bias=False)], 16
    for stage, width in enumerate((16, 32, 64)):
        for i in range((depth - 2) // 6):
            stride = 2 if stage > 0 and i == 0 else 1
            layers.append(Block(inputs, width, stride, pre))
            inputs = width
    layers[1:1] = [] if pre else norm
    layers += norm if pre else []
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def vgg(convolutions, norm):
    layers, inputs = [], 3
    for count, width in zip(convolutions, (64, 128, 256, 512, 512)):
        for _ in range(count):
            layers += [nn.Conv2d(inputs, width, 3, padding=1)]
            layers += [nn.BatchNorm2d(width)] if norm else []
            layers += [nn.ReLU()]
            inputs = width
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(7), nn.Flatten(), *head(512 * 49))


def head(features, hidden=32, classes=10):
    return [
        nn.Linear(features, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, classes),
    ]


def alexnet(groups):
    def norm():
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4),
        nn.ReLU(),
        norm(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=groups),
        nn.ReLU(),
        norm(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=groups),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=groups),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        *head(9216),
    )


def entry(name, model, x, y=None, lr=0.01):
    """Logits and three losses of plain gradient descent."""
    network = models.drawn(model).double()
    inputs = x if x.dtype == torch.int64 else x.double()
    first, losses = None, []
    for _ in range(3):
        logits = network(inputs)
        first = logits.detach() if first is None else first
        loss = F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))
        network.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in network.parameters():
                parameter -= lr * parameter.grad
        losses.append(number(loss.item()))
    few = first.reshape(-1, first.shape[-1])[:2]
    return {'model': name, 'logits': tensor(few.float()), 'losses': losses}


def images(size, count=2):
    return numbers('x', count, 3, size, size), ids('y', count, below=10)


def vae():
    model = models.drawn(models.Vae()).double()
    x, noise = numbers('x', 4, 784).abs().double(), numbers('noise', 4, 20).double()
    losses = []
    for _ in range(3):
        loss = model.loss(x, noise)
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter -= 1e-4 * parameter.grad
        losses.append(number(loss.item()))
    return {'model': 'VAE', 'losses': losses}


def dcgan():
    """What both networks make of their inputs."""
    make, judge = models.drawn(models.generator()), models.drawn(models.discriminator())
    image = make.double()(numbers('noise', 2, 100, 1, 1).double())
    logits = judge.double()(numbers('x', 2, 3, 64, 64).double())
    spots = image.detach()[:, :, ::16, ::16].float()
    return {'model': 'DCGAN', 'images': tensor(spots), 'logits': tensor(logits.detach().float())}


ENTRIES = [
    entry('mlp', models.mlp(), numbers('x', 4, 784), ids('y', 4, below=10), lr=0.1),
    entry('resnet18', models.resnet18(), *images(32)),
    entry('cifarResNet', cifar_resnet(14), *images(32)),
    entry('cifarResNet, preActivation', cifar_resnet(14, pre=True), *images(32)),
    entry('vgg', vgg([1, 1, 2, 2, 2], norm=False), *images(32), lr=0.1),
    entry('vgg, batchNorm', vgg([1, 1, 2, 2, 2], norm=True), *images(64)),
    entry('alexnet', alexnet(2), *images(227, 1), lr=0.1),
    entry('alexnet, one tower', alexnet(1), *images(227, 1), lr=0.1),
    entry('charLstm', models.CharLstm(), *(ids(n, 2, 12, below=96) for n in 'xy'), lr=0.5),
    entry(
        'GPT',
        models.Gpt(vocabulary=40, width=32, heads=4, layers=3, context=16),
        *(ids(n, 2, 16, below=40) for n in 'xy'),
    ),
    vae(),
    dcgan(),
]

write('models/fixtures/torch.json', 'models.py', {}, ENTRIES)
