"""Writes packages/maru/test/nn/fixtures/torch-vision.json and torch-batch-norm.json: layers for maps, with given weights.

As for the ops, everything is computed in float64 and rounded to float32. Batch normalisation is followed over three
training steps, and then in evaluation.
"""

import torch
from torch import nn

from fixture import Draw, write
from nn import given, rounded

torch.set_default_dtype(torch.float64)

AFFINE = {'affine': True}
LAYERS = [
    ('plain', nn.Conv1d, (2, 3, 3), {}, [2, 2, 5]),
    ('stride', nn.Conv1d, (2, 2, 2), {'stride': 2, 'padding': 1, 'bias': False}, [1, 2, 5]),
    ('same', nn.Conv1d, (4, 2, 3), {'padding': 'same', 'groups': 2, 'dilation': 2}, [1, 4, 6]),
    ('valid', nn.Conv2d, (1, 2, 3), {'padding': 'valid'}, [1, 1, 4, 5]),
    ('plain', nn.Conv3d, (1, 2, 2), {}, [1, 1, 3, 2, 3]),
    ('oblong', nn.Conv3d, (2, 2, (1, 2, 3)), {'stride': (1, 2, 1), 'padding': (0, 1, 1)}, [1, 2, 2, 3, 3]),
    ('plain', nn.ConvTranspose1d, (2, 3, 3), {}, [2, 2, 4]),
    ('stride', nn.ConvTranspose1d, (2, 2, 3), {'stride': 2, 'padding': 1, 'output_padding': 1}, [1, 2, 4]),
    ('plain', nn.ConvTranspose2d, (2, 3, 2), {}, [1, 2, 3, 2]),
    ('stride', nn.ConvTranspose2d, (4, 2, 3), {'stride': 2, 'padding': 1, 'groups': 2}, [1, 4, 3, 3]),
    ('plain', nn.ConvTranspose3d, (2, 1, 2), {'bias': False}, [1, 2, 2, 1, 2]),
    ('one for all', nn.PReLU, (1,), {}, [2, 3]),
    ('channels', nn.PReLU, (3,), {}, [2, 3, 2]),
    ('plain', nn.GroupNorm, (2, 4), {}, [2, 4, 3]),
    ('images', nn.GroupNorm, (1, 2), {'affine': False, 'eps': 0.5}, [2, 2, 2, 2]),
    ('plain', nn.InstanceNorm1d, (2,), {}, [2, 2, 4]),
    ('one example', nn.InstanceNorm1d, (2,), AFFINE, [2, 4]),
    ('affine', nn.InstanceNorm2d, (2,), AFFINE, [2, 2, 2, 3]),
    ('eps', nn.InstanceNorm3d, (2,), {'eps': 0.25}, [1, 2, 2, 2, 2]),
    ('plain', nn.LocalResponseNorm, (3,), {}, [2, 4, 2]),
    ('even', nn.LocalResponseNorm, (2,), {'alpha': 0.5, 'beta': 0.5, 'k': 2}, [2, 4, 2, 2]),
]

BATCHES = [
    ('matrix', nn.BatchNorm1d, {}, [4, 3]),
    ('sequences', nn.BatchNorm1d, {'momentum': 0.5, 'affine': False}, [2, 2, 3]),
    ('images', nn.BatchNorm2d, {}, [2, 3, 2, 2]),
    ('no statistics', nn.BatchNorm2d, {'track_running_stats': False, 'eps': 0.25}, [2, 2, 2, 2]),
    ('volumes', nn.BatchNorm3d, {'momentum': 0.25}, [2, 2, 2, 1, 2]),
]

NAMES = {'output_padding': 'outputPadding', 'track_running_stats': 'trackRunningStats'}


def ours(options):
    return {NAMES.get(name, name): value for name, value in options.items()}


def applied(layer, draw, shape):
    """What the layer makes of a fresh input, and the gradients."""
    layer.zero_grad()
    x = draw.normal(*shape).requires_grad_()
    output = layer(x)
    cotangent = draw.normal(*output.shape, step=16)
    output.backward(cotangent)
    parameters = list(layer.named_parameters())
    return {
        'input': given(x),
        'output': rounded(output),
        'cotangent': given(cotangent),
        'grads': {'input': rounded(x.grad), **{name: rounded(p.grad) for name, p in parameters}},
    }


def described(sample, layer, sizes, options, draw):
    for _, parameter in layer.named_parameters():
        parameter.data = draw.normal(*parameter.shape, scale=0.5)
    return {
        'layer': type(layer).__name__,
        'sample': sample,
        'arguments': sizes,
        'options': ours(options),
        'parameters': {name: given(p) for name, p in layer.named_parameters()},
    }


def layer_entry(sample, kind, sizes, options, shape):
    draw = Draw(f'{kind.__name__}/{sample}')
    layer = kind(*sizes, **options)
    return {**described(sample, layer, sizes, options, draw), **applied(layer, draw, shape)}


def batch_entry(sample, kind, options, shape):
    draw = Draw(f'{kind.__name__}/{sample}')
    layer = kind(shape[1], **options)
    entry = described(sample, layer, [shape[1]], options, draw)
    steps = []
    for training in [True, True, True, False]:
        layer.train(training)
        step = applied(layer, draw, shape)
        buffers = {
            name: given(b) if b.dtype == torch.int64 else rounded(b) for name, b in layer.named_buffers()
        }
        steps.append({**step, 'training': training, 'buffers': buffers})
    return {**entry, 'steps': steps}


if __name__ == '__main__':
    header = {'arithmetic': 'float64, rounded to float32'}
    write('nn/fixtures/torch-vision.json', 'nn_vision.py', header, [layer_entry(*row) for row in LAYERS])
    write('nn/fixtures/torch-batch-norm.json', 'nn_vision.py', header, [batch_entry(*row) for row in BATCHES])
