"""Writes packages/maru/test/nn/fixtures/torch-parts.json and torch-spectral-norm.json: layers made of others.

As for the ops, everything is computed in float64 and rounded to float32. Layers that PyTorch lacks are written here
from their papers, with the names of maru's parameters. Spectral normalisation is followed over three training steps,
and then in evaluation.
"""

import torch
from torch import nn
from torch.nn.utils import spectral_norm, weight_norm

from fixture import Draw, write
from nn import given, rounded

torch.set_default_dtype(torch.float64)


class Maxout(nn.Module):
    def __init__(self, inputs, outputs, pieces=2, bias=True):
        super().__init__()
        self.outputs, self.pieces = outputs, pieces
        self.linear = nn.Linear(inputs, outputs * pieces, bias=bias)

    def forward(self, x):
        return self.linear(x).unflatten(-1, (self.outputs, self.pieces)).max(-1).values


class Highway(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.body, self.gate = nn.Linear(features, features), nn.Linear(features, features)

    def forward(self, x):
        gate = torch.sigmoid(self.gate(x))
        return gate * torch.relu(self.body(x)) + (1 - gate) * x


class DenseBlock(nn.Module):
    def __init__(self, features, growth, count):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(features + i * growth, growth) for i in range(count))

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], 1)
        return x


class Parallel(nn.Module):
    def __init__(self, channels, made, sum=False):
        super().__init__()
        self.sum = sum
        self.branches = nn.ModuleList([nn.Conv1d(channels, made, 1), nn.Conv1d(channels, made, 3, padding=1)])

    def forward(self, x):
        results = [branch(x) for branch in self.branches]
        return results[0] + results[1] if self.sum else torch.cat(results, 1)


class Separable(nn.Module):
    def __init__(self, conv, inputs, outputs, size, bias=True, **windows):
        super().__init__()
        self.depthwise = conv(inputs, inputs, size, groups=inputs, bias=False, **windows)
        self.pointwise = conv(inputs, outputs, 1, bias=bias)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


def separable(conv):
    return lambda *sizes, **options: Separable(conv, *sizes, **options)


def normalised(norm):
    def make(kind, *sizes, axis=0):
        return norm(getattr(nn, kind)(*sizes), dim=axis)

    return make


LAYERS = [
    ('plain', 'Maxout', Maxout, (4, 3), {}, [5, 4]),
    ('three pieces', 'Maxout', Maxout, (3, 2), {'pieces': 3, 'bias': False}, [2, 2, 3]),
    ('plain', 'Highway', Highway, (4,), {}, [3, 4]),
    ('plain', 'DenseBlock', DenseBlock, (3, 2, 3), {}, [2, 3]),
    ('side by side', 'Parallel', Parallel, (2, 3), {}, [2, 2, 4]),
    ('summed', 'Parallel', Parallel, (2, 3), {'sum': True}, [2, 2, 4]),
    ('plain', 'SeparableConv1d', separable(nn.Conv1d), (3, 2, 3), {'stride': 2, 'padding': 1}, [2, 3, 5]),
    ('plain', 'SeparableConv2d', separable(nn.Conv2d), (3, 4, 3), {'padding': 'same'}, [1, 3, 4, 5]),
    ('no bias', 'SeparableConv2d', separable(nn.Conv2d), (2, 1, 2), {'dilation': 2, 'bias': False}, [1, 2, 4, 4]),
    ('linear', 'WeightNorm', normalised(weight_norm), ('Linear', 4, 3), {}, [5, 4]),
    ('convolution', 'WeightNorm', normalised(weight_norm), ('Conv2d', 2, 3, 2), {}, [1, 2, 4, 3]),
    ('transposed', 'WeightNorm', normalised(weight_norm), ('ConvTranspose1d', 2, 3, 2), {'axis': 1}, [1, 2, 4]),
]

SPECTRAL = [
    ('linear', ('Linear', 4, 3), {}, [5, 4]),
    ('convolution', ('Conv2d', 2, 3, 2), {}, [1, 2, 4, 3]),
    ('transposed', ('ConvTranspose1d', 2, 3, 2), {'axis': 1}, [1, 2, 4]),
]

NAMES = {'weight_g': 'weightG', 'weight_v': 'weightV', 'weight_orig': 'weightOrig'}


def applied(layer, draw, shape):
    """What the layer makes of a fresh input, and the gradients."""
    layer.zero_grad()
    x = draw.normal(*shape).requires_grad_()
    output = layer(x)
    cotangent = draw.normal(*output.shape, step=16)
    output.backward(cotangent)
    grads = {NAMES.get(name, name): rounded(p.grad) for name, p in layer.named_parameters()}
    return {
        'input': given(x),
        'output': rounded(output),
        'cotangent': given(cotangent),
        'grads': {'input': rounded(x.grad), **grads},
    }


def described(sample, name, layer, sizes, options, draw):
    for _, parameter in layer.named_parameters():
        parameter.data = draw.normal(*parameter.shape, scale=0.5)
    return {
        'layer': name,
        'sample': sample,
        'arguments': sizes,
        'options': options,
        'parameters': {name: given(p) for name, p in layer.named_parameters()},
    }


def layer_entry(sample, name, make, sizes, options, shape):
    draw = Draw(f'{name}/{sample}')
    layer = make(*sizes, **options)
    return {**described(sample, name, layer, sizes, options, draw), **applied(layer, draw, shape)}


def spectral_entry(sample, sizes, options, shape):
    draw = Draw(f'SpectralNorm/{sample}')
    layer = normalised(spectral_norm)(*sizes, **options)
    entry = described(sample, 'SpectralNorm', layer, sizes, options, draw)
    for buffer in (layer.weight_u, layer.weight_v):
        buffer.data = draw.normal(*buffer.shape)
    start = {name: given(b) for name, b in layer.named_buffers()}
    steps = []
    for training in [True, True, True, False]:
        layer.train(training)
        step = applied(layer, draw, shape)
        buffers = {name: rounded(b) for name, b in layer.named_buffers()}
        steps.append({**step, 'training': training, 'buffers': buffers})
    return {**entry, 'parameters': {**entry['parameters'], **start}, 'steps': steps}


if __name__ == '__main__':
    header = {'arithmetic': 'float64, rounded to float32'}
    write('nn/fixtures/torch-parts.json', 'nn_parts.py', header, [layer_entry(*row) for row in LAYERS])
    write('nn/fixtures/torch-spectral-norm.json', 'nn_parts.py', header, [spectral_entry(*row) for row in SPECTRAL])
