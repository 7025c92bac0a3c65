"""Writes packages/maru/test/nn/fixtures/torch.json: layers with given weights, and LeNet-5 whole.

As for the ops, everything is computed in float64 and rounded to float32.
"""

import torch
import torch.nn.functional as F
from torch import nn

from fixture import Draw, number, tensor, write
from lenet import LeNet5

torch.set_default_dtype(torch.float64)

LAYERS = [
    ('matrix', nn.Linear, (4, 3), {}, [5, 4]),
    ('no bias', nn.Linear, (4, 3), {'bias': False}, [2, 4]),
    ('batch of matrices', nn.Linear, (3, 2), {}, [2, 4, 3]),
    ('plain', nn.Conv2d, (2, 3, 3), {}, [2, 2, 5, 4]),
    ('no bias', nn.Conv2d, (1, 2, 2), {'bias': False}, [1, 1, 4, 4]),
    ('LeNet first', nn.Conv2d, (1, 2, 5), {'padding': 2}, [1, 1, 6, 6]),
    ('stride', nn.Conv2d, (2, 2, 3), {'stride': 2, 'padding': 1}, [1, 2, 5, 5]),
    ('same', nn.Conv2d, (1, 2, 3), {'padding': 'same'}, [1, 1, 4, 5]),
    ('oblong', nn.Conv2d, (1, 2, (1, 3)), {'padding': (0, 1), 'stride': (2, 1)}, [1, 1, 4, 4]),
    ('dilation', nn.Conv2d, (1, 2, 2), {'dilation': 2}, [1, 1, 5, 5]),
    ('groups', nn.Conv2d, (4, 2, 3), {'groups': 2}, [1, 4, 4, 4]),
]


def rounded(t):
    return tensor(t, 'float32')


def given(t):
    return tensor(t, 'float32', wide=True)


def layer_entry(sample, kind, sizes, options, shape):
    draw = Draw(f'{kind.__name__}/{sample}')
    layer = kind(*sizes, **options)
    for name, parameter in layer.named_parameters():
        parameter.data = draw.normal(*parameter.shape, scale=0.5)
    x = draw.normal(*shape).requires_grad_()
    output = layer(x)
    cotangent = draw.normal(*output.shape, step=16)
    output.backward(cotangent)
    return {
        'layer': kind.__name__,
        'sample': sample,
        'arguments': sizes,
        'options': options,
        'parameters': {name: given(p) for name, p in layer.named_parameters()},
        'input': given(x),
        'output': rounded(output),
        'cotangent': given(cotangent),
        'grads': {
            'input': rounded(x.grad),
            **{name: rounded(p.grad) for name, p in layer.named_parameters()},
        },
    }


class Stream:
    """The numbers of a linear congruential generator: LeNet's weights without 61,706 numbers.

        state = (state * 1664525 + 1013904223) mod 2^32;  next = floor(state / 2^24)
    """

    def __init__(self, seed):
        self.state = seed

    def bytes(self, *shape):
        values = []
        for _ in range(torch.Size(shape).numel()):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            values.append(self.state >> 24)
        return torch.tensor(values, dtype=torch.float64).reshape(shape)


SCALES = {'conv1': 2**-2, 'conv2': 2**-3, 'fc1': 2**-4, 'fc2': 2**-3, 'fc3': 2**-3}


def lenet_entry():
    stream = Stream(1)
    model = LeNet5()
    for name, parameter in model.named_parameters():
        scale = SCALES[name.split('.')[0]]
        parameter.data = (stream.bytes(*parameter.shape) - 128) / 128 * scale
    brightness = torch.arange(1, 5).reshape(4, 1, 1, 1) / 4
    x = stream.bytes(4, 1, 28, 28) / 256 * brightness
    labels = torch.tensor([3, 1, 4, 1])
    logits = model(x)
    loss = F.cross_entropy(logits, labels)
    loss.backward()
    return {
        'layer': 'LeNet5',
        'sample': 'batch of 4',
        'weights': {
            'stream': 'state = (state * 1664525 + 1013904223) mod 2^32; byte = state >>> 24',
            'seed': 1,
            'order': 'the parameters below in their order, then the input',
            'value': '(byte - 128) / 128 * scale; for the input byte / 256 * (image + 1) / 4',
        },
        'parameters': {
            name: {
                'shape': list(p.shape),
                'scale': SCALES[name.split('.')[0]],
                'gradNorm': number(p.grad.norm().item()),
                'gradDot': number((p.grad * p).sum().item()),
            }
            for name, p in model.named_parameters()
        },
        'inputShape': list(x.shape),
        'labels': tensor(labels),
        'logits': rounded(logits),
        'loss': number(loss.item()),
    }


if __name__ == '__main__':
    entries = [layer_entry(*row) for row in LAYERS] + [lenet_entry()]
    header = {'arithmetic': 'float64, rounded to float32'}
    write('nn/fixtures/torch.json', 'nn.py', header, entries)
