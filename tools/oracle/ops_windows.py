"""Writes packages/maru/test/ops/fixtures/torch-windows.json: convolutions, pools, other sizes."""

import torch
import torch.nn.functional as F

from cases import case, finish


def normal(*shape):
    return lambda d: [d.normal(*shape)]


def distinct(*shape):
    return lambda d: [d.distinct(*shape)]


def positive(d, *shape):
    return d.uniform(*shape, low=0.125, high=4.0)


# convolutions

CONVOLUTIONS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
ADJOINTS = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}


def conv(rank, sample, x, w, **args):
    case(
        f'conv{rank}d', sample, lambda d: [d.normal(*x), d.normal(*w)],
        lambda *t: CONVOLUTIONS[rank](*t, **args), **args,
    )


conv(1, 'plain', [2, 2, 6], [3, 2, 3])
conv(1, 'everything', [1, 4, 9], [2, 2, 3], stride=2, padding=2, dilation=2, groups=2)
conv(1, 'same', [1, 1, 5], [1, 1, 4], padding='same')
conv(1, 'valid', [1, 1, 5], [2, 1, 2], padding='valid')
conv(1, 'depthwise', [1, 3, 5], [3, 1, 3], groups=3, padding=1)
case(
    'conv1d', 'causal', lambda d: [d.normal(1, 2, 6), d.normal(2, 2, 3)],
    lambda x, w: F.conv1d(F.pad(x, (4, 0)), w, dilation=2), padding='causal', dilation=2,
)
case(
    'conv2d', 'lopsided padding', lambda d: [d.normal(1, 1, 3, 4), d.normal(1, 1, 2, 3)],
    lambda x, w: F.conv2d(F.pad(x, (0, 2, 1, 0)), w), padding=[[1, 0], [0, 2]],
)
conv(3, 'plain', [1, 2, 3, 4, 3], [2, 2, 2, 3, 2])
MIXED = {'stride': [2, 1, 2], 'padding': [1, 0, 1], 'dilation': [1, 2, 1], 'groups': 2}
conv(3, 'everything', [1, 2, 4, 3, 5], [2, 1, 2, 2, 3], **MIXED)


def adjoint(rank, sample, x, w, **args):
    torch_args = {'output_padding' if k == 'outputPadding' else k: v for k, v in args.items()}
    case(
        f'convTranspose{rank}d', sample, lambda d: [d.normal(*x), d.normal(*w)],
        lambda *t: ADJOINTS[rank](*t, **torch_args), **args,
    )


adjoint(1, 'plain', [2, 2, 4], [2, 3, 3])
adjoint(1, 'stride', [1, 2, 3], [2, 1, 4], stride=3, padding=1, outputPadding=2)
adjoint(2, 'plain', [1, 2, 3, 3], [2, 2, 2, 3])
adjoint(2, 'stride', [1, 2, 3, 2], [2, 1, 3, 3], stride=2, padding=1, outputPadding=1)
OBLONG = {'stride': [2, 1], 'padding': [1, 0], 'outputPadding': [1, 0], 'dilation': [1, 2]}
adjoint(2, 'everything', [1, 4, 3, 2], [4, 2, 2, 3], groups=2, **OBLONG)
adjoint(2, 'padding beyond the stride', [1, 1, 2, 2], [1, 1, 2, 2], dilation=3, outputPadding=2)
adjoint(3, 'stride', [1, 2, 2, 2, 2], [2, 1, 2, 1, 3], stride=2, padding=[0, 0, 1])
case(
    'unfold', 'everything', normal(1, 2, 5, 6),
    lambda x: F.unfold(x, (2, 3), (1, 2), (1, 0), (2, 1)),
    kernelSize=[2, 3], stride=[2, 1], padding=[1, 0], dilation=[1, 2],
)
case(
    'unfold', 'tiles', normal(2, 1, 4, 4), lambda x: F.unfold(x, 2, stride=2),
    kernelSize=2, stride=2,
)
case(
    'fold', 'everything', normal(1, 12, 6),
    lambda x: F.fold(x, (5, 6), (2, 3), (1, 2), (1, 0), (2, 1)),
    outputSize=[5, 6], kernelSize=[2, 3], stride=[2, 1], padding=[1, 0], dilation=[1, 2],
)

# pools

MAXIMA = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
MEANS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
NORMS = {1: F.lp_pool1d, 2: F.lp_pool2d}


def pool(rank, sample, shape, kernel, **args):
    keys = {'ceilMode': 'ceil_mode', 'countIncludePad': 'count_include_pad'}
    torch_args = {keys.get(k, k): v for k, v in args.items()}
    largest = {k: v for k, v in torch_args.items() if k != 'count_include_pad'}
    if 'countIncludePad' not in args:
        case(
            f'maxPool{rank}d', sample, distinct(*shape),
            lambda x: MAXIMA[rank](x, kernel, **largest), kernelSize=kernel, **args,
        )
        case(
            f'minPool{rank}d', sample, distinct(*shape),
            lambda x: -MAXIMA[rank](-x, kernel, **largest), kernelSize=kernel, **args,
        )
    if 'dilation' not in args:
        case(
            f'avgPool{rank}d', sample, normal(*shape),
            lambda x: MEANS[rank](x, kernel, **torch_args), kernelSize=kernel, **args,
        )


pool(1, 'plain', [2, 2, 7], 2)
pool(1, 'overlap', [1, 1, 7], 3, stride=2, padding=1)
pool(1, 'rounded up', [1, 1, 6], 3, stride=2, ceilMode=True)
pool(1, 'rounded up, padding', [1, 1, 6], 2, stride=3, padding=1, ceilMode=True)
pool(1, 'not counted', [1, 1, 6], 3, stride=2, padding=1, ceilMode=True, countIncludePad=False)
pool(1, 'dilation', [1, 1, 7], 2, stride=1, dilation=3)
pool(2, 'rounded up', [1, 2, 5, 6], 3, stride=2, ceilMode=True)
UP = {'stride': [3, 2], 'padding': 1, 'ceilMode': True}
pool(2, 'rounded up, padding', [1, 1, 6, 5], [2, 3], **UP)
pool(2, 'rounded up, not counted', [1, 1, 6, 5], [2, 3], countIncludePad=False, **UP)
pool(3, 'plain', [1, 2, 4, 2, 4], 2)
pool(3, 'everything', [1, 1, 3, 4, 5], [2, 3, 2], stride=[1, 2, 2], padding=[1, 1, 0])
for rank, shape in ((1, [1, 2, 7]), (2, [1, 1, 4, 5])):
    for order in (1, 2, 3):
        case(
            f'lpPool{rank}d', f'norm {order}', lambda d, s=shape: [positive(d, *s)],
            lambda x, r=rank, o=order: NORMS[r](x, float(o), 2, 1),
            normType=order, kernelSize=2, stride=1,
        )
cube = [1, 1, 3, 2, 3]
case(
    'lpPool3d', 'norm 2', lambda d: [positive(d, *cube)],
    lambda x: (F.avg_pool3d(x**2, 2, 1) * 8) ** 0.5, normType=2, kernelSize=2, stride=1,
)
ADAPTIVE = (
    (1, 'even', [1, 2, 6], 3),
    (1, 'uneven', [1, 1, 7], 3),
    (1, 'more than there are', [1, 1, 3], 5),
    (1, 'period', [1, 1, 10], 4),
    (2, 'uneven', [1, 2, 5, 6], [3, 4]),
    (2, 'one', [2, 2, 3, 4], 1),
    (3, 'uneven', [1, 1, 3, 2, 4], [2, 2, 3]),
)
for rank, sample, shape, size in ADAPTIVE:
    means = getattr(F, f'adaptive_avg_pool{rank}d')
    maxima = getattr(F, f'adaptive_max_pool{rank}d')
    case(
        f'adaptiveAvgPool{rank}d', sample, normal(*shape), lambda x, f=means, s=size: f(x, s),
        outputSize=size,
    )
    case(
        f'adaptiveMaxPool{rank}d', sample, distinct(*shape), lambda x, f=maxima, s=size: f(x, s),
        outputSize=size,
    )

# other sizes


def resize(sample, shape, mode, size=None, scale=None, corners=None):
    args = {'mode': mode}
    if size is not None:
        args['size'] = size
    if scale is not None:
        args['scaleFactor'] = scale
    if corners is not None:
        args['alignCorners'] = corners
    case(
        'interpolate', f'{mode}, {sample}', normal(*shape),
        lambda x: F.interpolate(x, size, scale, mode, corners), **args,
    )


for mode in ('nearest', 'nearest-exact'):
    resize('twice', [1, 2, 3], mode, scale=2)
    resize('half', [1, 1, 6], mode, scale=0.5)
    resize('any', [1, 1, 5], mode, size=8)
    resize('fewer', [1, 1, 7], mode, size=3)
    resize('plane', [1, 1, 2, 3], mode, size=[3, 6])
    resize('factor', [1, 1, 4, 5], mode, scale=[1.5, 0.6])
resize('volume', [1, 1, 2, 2, 3], 'nearest', size=[3, 4, 2])
for mode, shape, size, scale in (
    ('linear', [1, 2, 4], 7, 1.6),
    ('bilinear', [1, 1, 3, 4], [5, 3], [2, 0.7]),
    ('trilinear', [1, 1, 2, 3, 2], [3, 2, 4], 2),
    ('bicubic', [1, 1, 4, 3], [7, 5], [0.5, 1.7]),
):
    resize('size', shape, mode, size=size, corners=False)
    resize('factor', shape, mode, scale=scale, corners=False)
    resize('corners', shape, mode, size=size, corners=True)
    resize('to one, corners', shape, mode, size=1, corners=True)
resize('uneven', [1, 1, 5, 4], 'area', size=[3, 2])

if __name__ == '__main__':
    finish('windows')
