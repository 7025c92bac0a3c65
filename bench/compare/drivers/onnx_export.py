"""Writes the graph of a case: onnx_export.py FILE SPEC."""

import json
import sys

import torch
from torch import nn

from torch_models import drawn, numbers, resnet18


class Product(nn.Module):
    def __init__(self, ta, tb):
        super().__init__()
        self.ta, self.tb = ta, tb

    def forward(self, a, b):
        a = a.transpose(-1, -2) if self.ta else a
        return torch.matmul(a, b.transpose(-1, -2) if self.tb else b)


def graph(kind, **spec):
    """A module, its inputs and their names."""
    if kind == 'matmul':
        shape = [spec['n'], spec['n']]
        shape = [spec['batch'], *shape] if spec['batch'] else shape
        inputs = (torch.zeros(shape), torch.zeros(shape))
        return Product(spec['ta'], spec['tb']), inputs, ['a', 'b']
    if kind == 'conv':
        sizes = [spec['batch'], spec['from'], spec['size'], spec['size']]
        geometry = [spec[name] for name in ('kernel', 'stride', 'padding')]
        layer = nn.Conv2d(spec['from'], spec['to'], *geometry, bias=False)
        return drawn(layer), (torch.zeros(sizes),), ['x']
    return drawn(resnet18()).eval(), (numbers('x', spec['batch'], 3, 32, 32),), ['x']


module, inputs, names = graph(**json.loads(sys.argv[2]))
torch.onnx.export(module, inputs, sys.argv[1], input_names=names, output_names=['y'])
