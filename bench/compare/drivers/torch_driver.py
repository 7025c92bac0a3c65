"""PyTorch, eager or by torch.compile."""

import os

import numpy as np
import torch
import torch.nn.functional as F

import torch_steps
from torch_models import compiled
from numbers_drawn import uniform
from serve import serve

torch.set_num_threads(int(os.environ.get('OMP_NUM_THREADS', '1')))


def draw(name, shape, scale=1.0):
    size = int(np.prod(shape))
    return torch.from_numpy(uniform(name, size, scale).reshape(shape))


def matmul(n, batch, ta, tb):
    shape = [batch, n, n] if batch > 0 else [n, n]
    a, b, g = draw('a', shape), draw('b', shape), draw('g', shape)

    def product(a, b):
        return torch.matmul(a.mT if ta else a, b.mT if tb else b)

    def values():
        x, y = a.clone().requires_grad_(), b.clone().requires_grad_()
        out = product(x, y)
        da, db = torch.autograd.grad(out, (x, y), g)
        return [
            ('value', out.detach()),
            ('gradient of a', da),
            ('gradient of b', db),
        ]

    timed = compiled(product)
    return lambda: timed(a, b), values


def chain(n, count):
    weights = [draw(f'w{i}', [n, n], (3 / n) ** 0.5) for i in range(4)]
    x = draw('x', [n, n])

    @compiled
    def run():
        y = x
        for i in range(count):
            y = torch.mm(y, weights[i % 4])
        return y

    return run, lambda: [('value', run())]


def with_gradients(forward, wrt, g, names):
    """Value and gradients of a function of leaves."""
    forward = compiled(forward)

    def run():
        y = forward()
        return (y, *torch.autograd.grad(y, wrt, g))

    return run, lambda: [(n, t.detach()) for n, t in zip(names, run())]


def without(forward):
    forward = compiled(forward)

    def run():
        with torch.no_grad():
            return forward()

    return run, lambda: [('value', run())]


def conv(batch, size, kernel, stride, padding, backward, to, **rest):
    channels = rest['from']
    x = draw('x', [batch, channels, size, size])
    w = draw('w', [to, channels, kernel, kernel], 1 / (channels * kernel * kernel) ** 0.5)

    def forward():
        return F.conv2d(x, w, stride=stride, padding=padding)

    if not backward:
        return without(forward)
    x.requires_grad_()
    w.requires_grad_()
    side = (size + 2 * padding - kernel) // stride + 1
    names = ['value', 'gradient of x', 'gradient of w']
    return with_gradients(forward, (x, w), draw('g', [batch, to, side, side]), names)


def elementwise(op, rows, columns, backward):
    x, other = draw('x', [rows, columns], 3), draw('g', [rows, columns])
    weight, bias = draw('weight', [columns]), draw('bias', [columns])
    forward = {
        'gelu': lambda: F.gelu(x),
        'gelu tanh': lambda: F.gelu(x, approximate='tanh'),
        'softmax': lambda: x.softmax(-1),
        'layernorm': lambda: F.layer_norm(x, (columns,), weight, bias),
        'relu': lambda: F.relu(x),
        'add': lambda: x + other,
        'row sum': lambda: x.sum(-1),
    }[op]
    if not backward:
        return without(forward)
    wrt = [x] + ([weight, bias] if op == 'layernorm' else [])
    for each in wrt:
        each.requires_grad_()
    names = ['value', 'gradient of x', 'gradient of weight', 'gradient of bias']
    return with_gradients(forward, wrt, other, names[: len(wrt) + 1])


def attention(time):
    q, k, v, g = (draw(name, [1, 4, time, 64]) for name in 'qkvg')
    later = torch.triu(torch.ones(time, time, dtype=torch.bool), 1)
    for each in (q, k, v):
        each.requires_grad_()

    def forward():
        scores = (q @ k.mT / 8).masked_fill(later, float('-inf'))
        return scores.softmax(-1) @ v

    names = ['value', 'gradient of q', 'gradient of k', 'gradient of v']
    return with_gradients(forward, (q, k, v), g, names)


def adam(size):
    columns = 4000
    p = draw('p', [size // columns, columns]).requires_grad_()
    p.grad = draw('g', p.shape)
    optimizer = torch.optim.Adam([p], lr=1e-3)
    step = compiled(optimizer.step)

    def values():
        for _ in range(3):
            step()
        return [('parameter', p.detach())]

    return step, values


serve(
    {'library': 'torch', 'version': torch.__version__, 'threads': torch.get_num_threads()},
    {
        'matmul': matmul,
        'chain': chain,
        'conv': conv,
        'elementwise': elementwise,
        'attention': attention,
        'adam': adam,
        'step': torch_steps.step,
        'infer': torch_steps.infer,
        'generate': torch_steps.generate,
    },
)
