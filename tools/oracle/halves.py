"""Writes packages/maru/test/ops/fixtures/halves.json: compositions of 16-bit floats, computed in float32 and rounded once.

Where this PyTorch has the op in bfloat16 and rounds once itself, its own result is asserted to be the same.
"""

import torch
import torch.nn.functional as F

import fixture
from fixture import Draw, tensor, write

fixture.DTYPES.update({torch.float16: 'float16', torch.bfloat16: 'bfloat16'})
entries = []


def attention(q, k, v):
    return torch.softmax(q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5, -1) @ v


def ops(weight, bias):
    scale = {'weight': weight, 'bias': bias}
    mean, variance = bias, weight.abs() + 0.5
    x4, x3 = (1, 4, 4, 5), (2, 4, 5)
    return {
        'var': ([x4], lambda x: x.var((1, 2)), True),
        'std': ([x4], lambda x: x.std(3), True),
        'norm': ([x4], lambda x: x.norm(dim=1), False),
        'norm of order 3': ([x4], lambda x: x.norm(p=3, dim=3), False),
        'avgPool2d': ([x4], lambda x: F.avg_pool2d(x, 3, 2, 1), True),
        'adaptiveAvgPool2d': ([x4], lambda x: F.adaptive_avg_pool2d(x, (3, 4)), True),
        'layerNorm': ([x4], lambda x: F.layer_norm(x, (4, 5)), False),
        'groupNorm': ([x3], lambda x: F.group_norm(x, 2, **cast(scale, x)), False),
        'instanceNorm': ([x3], lambda x: F.instance_norm(x), False),
        'batchNorm': ([x3], lambda x: F.batch_norm(x, mean.to(x), variance.to(x), **cast(scale, x)), True),
        'batchNorm, training': ([x3], lambda x: F.batch_norm(x, None, None, training=True), False),
        'bilinear': ([x4], lambda x: F.interpolate(x, (5, 7), mode='bilinear'), False),
        'bicubic': ([x4], lambda x: F.interpolate(x, (5, 7), mode='bicubic'), False),
        'area': ([x4], lambda x: F.interpolate(x, (3, 3), mode='area'), True),
        'attention': ([(1, 4, 8), (1, 5, 8), (1, 5, 4)], attention, False),
    }


def cast(tensors, like):
    return {name: each.to(like) for name, each in tensors.items()}


for dtype in (torch.float16, torch.bfloat16):
    d = Draw('halves')
    weight, bias = (d.normal(4, step=16).to(dtype) for _ in range(2))
    for op, (shapes, run, native) in ops(weight, bias).items():
        inputs = [d.normal(*shape).mul(1.7).to(dtype) for shape in shapes]
        output = run(*[x.float() for x in inputs]).to(dtype)
        if native and dtype is torch.bfloat16:
            assert torch.equal(run(*inputs), output), op
        given = [*inputs, weight, bias] if op in ('groupNorm', 'batchNorm') else inputs
        made = [tensor(t, wide=True) for t in given]
        entries.append({'op': op, 'inputs': made, 'output': tensor(output, wide=True)})

write('ops/fixtures/halves.json', 'halves.py', {}, entries)
