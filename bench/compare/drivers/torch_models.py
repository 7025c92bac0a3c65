"""PyTorch's side of the models: names, weights and data are those of maru's."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from numbers_drawn import integers, started, uniform
from serve import Unsupported


def drawn(model):
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(torch.from_numpy(started(name, list(parameter.shape))))
    return model


def images(batch, *shape):
    return torch.from_numpy(uniform('x', batch * math.prod(shape)).reshape(batch, *shape))


def labels(count, classes):
    return torch.from_numpy(integers('y', count, classes))


def mlp():
    return nn.Sequential(
        nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10)
    )


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


def stepping(optimizer, loss_of):
    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def classifier(model, optimizer, x, y):
    return stepping(optimizer, lambda: F.cross_entropy(model(x), y))


def mlp_step(batch):
    model = drawn(mlp())
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    return classifier(model, optimizer, images(batch, 784), labels(batch, 10))


def lenet_step(batch):
    model = drawn(lenet())
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    return classifier(model, optimizer, images(batch, 1, 28, 28), labels(batch, 10))


STEPS = {'mlp': mlp_step, 'lenet': lenet_step}


def step(model, **spec):
    if model not in STEPS:
        raise Unsupported(f'no model {model}')
    run = STEPS[model](**spec)
    return run, lambda: [('losses', [run(), run(), run()])]


def infer(model, batch):
    raise Unsupported(f'no model {model}')


def generate(tokens):
    raise Unsupported('no model gpt')
