"""Writes packages/maru/test/ops/fixtures/torch-first.json: the ops of first light."""

import torch
import torch.nn.functional as F

from cases import INF, NAN, SPECIAL, case, finish, values


def unary(op, run, draw=lambda d, *s: d.normal(*s), special=SPECIAL, edges=None):
    case(op, 'matrix', lambda d: [draw(d, 3, 4)], run)
    case(op, 'scalar', lambda d: [draw(d)], run)
    case(op, 'size one axes', lambda d: [draw(d, 1, 5, 1)], run)
    if edges is not None:
        case(op, 'edges', lambda d: [edges], run)
    case(op, 'special', lambda d: [special], run, grad=False)


def positive(d, *shape):
    return d.uniform(*shape, low=0.125, high=4.0)


unary('neg', torch.neg)
unary('exp', torch.exp, edges=values(-80, -10, 10, 80))
unary('log', torch.log, positive, edges=values(2**-20, 0.5, 1, 2**20))
unary('sqrt', torch.sqrt, positive, edges=values(2**-20, 0.25, 1, 2**20))
unary('sin', torch.sin, edges=values(-100, -3.25, 3.25, 100))
unary('cos', torch.cos, edges=values(-100, -3.25, 3.25, 100))
unary('tanh', torch.tanh, edges=values(-20, -2**-10, 2**-10, 20))
unary('sigmoid', torch.sigmoid, edges=values(-80, -10, 10, 80))
unary('erf', torch.erf, edges=values(-6, -3, -2**-10, 2**-10, 3, 6))
unary('relu', torch.relu, edges=values(-1, 0, 1))
unary('abs', torch.abs, edges=values(-1, 0, 1))
unary('square', torch.square, edges=values(-1000, 0, 1000))
unary('gelu', F.gelu, special=values(0, 1, -1, INF, NAN), edges=values(-6, -0.75, 0, 0.75, 6))


def binary(op, run, draw=lambda d, *s: d.normal(*s), second=None, grad=True, special=True):
    second = second or draw
    pair = lambda a, b: lambda d: [draw(d, *a), second(d, *b)]
    case(op, 'same shape', pair([2, 3], [2, 3]), run, grad)
    case(op, 'row', pair([3, 4], [4]), run, grad)
    case(op, 'column and row', pair([3, 1], [1, 4]), run, grad)
    case(op, 'scalar', pair([], [2, 2]), run, grad)
    case(op, 'middle axis', pair([2, 1, 3], [4, 1]), run, grad)
    if special:
        a = values(INF, -INF, INF, NAN, 1, 0, -0.0, 0, 1, 1)
        b = values(INF, INF, 1, 1, NAN, 0, 0, -0.0, 0, -0.0)
        case(op, 'special', lambda d: [a, b], run, grad=False)


def ties(d, *shape):
    return d.integers(*shape, low=-2, high=2).double()


def nonzero(d, *shape):
    return d.uniform(*shape, low=0.5, high=3.0) * torch.where(d.flags(*shape), 1.0, -1.0)


binary('add', torch.add)
binary('sub', torch.sub)
binary('mul', torch.mul)
binary('div', torch.div, second=nonzero)
# the sign of a zero that ties with a zero is left open, so no special row has one
binary('maximum', torch.maximum, special=False)
binary('minimum', torch.minimum, special=False)
for op, run in (('maximum', torch.maximum), ('minimum', torch.minimum)):
    case(op, 'ties share the gradient', lambda d: [ties(d, 3, 5), ties(d, 5)], run)
    case(
        op,
        'special',
        lambda d: [values(INF, -INF, NAN, 1, NAN), values(1, 1, 1, NAN, NAN)],
        run,
        grad=False,
    )
binary('less', torch.lt, draw=ties, grad=False)
binary('equal', torch.eq, draw=ties, grad=False)

for sample, a, b in (
    ('same shape', [2, 3], [2, 3]),
    ('row and scalar', [4], []),
    ('column', [2, 1], [2, 4]),
):
    case(
        'where',
        sample,
        lambda d, a=a, b=b: [d.flags(2, *a[-1:]), d.normal(*a), d.normal(*b)],
        torch.where,
    )
case(
    'where',
    'hides NaN and infinity',
    lambda d: [torch.tensor([True, False]), values(1, NAN), values(INF, 2)],
    torch.where,
)

for sample, low, high in (('both', -1, 1.5), ('min only', 0, None), ('max only', None, 0.5)):
    bounds = {k: v for k, v in (('min', low), ('max', high)) if v is not None}
    case('clamp', sample, lambda d: [d.normal(3, 4)], lambda x, b=bounds: x.clamp(**b), **bounds)
    case(
        'clamp',
        f'{sample}, at the bounds',
        lambda d: [values(-2, -1, 0, 0.5, 1.5, 2)],
        lambda x, b=bounds: x.clamp(**b),
        **bounds,
    )

ROUNDING = values(-2.75, -1.5, -0.5, -0.0, 0.0, 0.5, 1.5, 2.75, 1e9)
case(
    'cast', 'float to int', lambda d: [ROUNDING], lambda x: x.int(), grad=False, dtype='int32',
    to='int32',
)
case(
    'cast', 'float to bool', lambda d: [SPECIAL], lambda x: x.bool(), grad=False, to='bool'
)
case(
    'cast', 'float to uint8', lambda d: [values(0, 0.984375, 1.5, 255)], lambda x: x.byte(),
    grad=False, to='uint8',
)
case(
    'cast', 'int to float', lambda d: [d.integers(6, low=-9, high=9)], lambda x: x.double(),
    grad=False, to='float32',
)
case(
    'cast', 'bool to float', lambda d: [d.flags(6)], lambda x: x.double(), grad=False, to='float32'
)

REDUCTIONS = (
    ('all', [3, 4], None, False),
    ('last axis', [3, 4], -1, False),
    ('first axis kept', [3, 4], 0, True),
    ('two axes', [2, 3, 4], [0, 2], False),
    ('two axes kept', [2, 3, 4], [1, 2], True),
    ('size one axis', [3, 1, 2], 1, False),
    ('scalar', [], None, False),
)


def reduction(op, run, draw):
    for sample, shape, axis, keep in REDUCTIONS:
        axes = list(range(len(shape))) if axis is None else axis
        args = {} if axis is None else {'axis': axis}
        if keep:
            args['keepDims'] = True
        case(
            op,
            sample,
            lambda d, shape=shape: [draw(d, *shape)],
            lambda x, axes=axes, keep=keep: run(x, axes, keep) if x.ndim else run(x, 0, False),
            **args,
        )


reduction('sum', lambda x, axes, keep: x.sum(axes, keep), lambda d, *s: d.normal(*s))
reduction('mean', lambda x, axes, keep: x.mean(axes, keep), lambda d, *s: d.normal(*s))
reduction('max', lambda x, axes, keep: x.amax(axes, keep), lambda d, *s: d.normal(*s))
reduction('min', lambda x, axes, keep: x.amin(axes, keep), lambda d, *s: d.normal(*s))
for op, run in (('max', torch.amax), ('min', torch.amin)):
    case(
        op, 'ties share the gradient', lambda d: [ties(d, 3, 6)], lambda x, r=run: r(x, 1), axis=1
    )
    case(
        op, 'special', lambda d: [torch.stack([values(1, NAN, 2), values(-INF, 3, INF)])],
        lambda x, r=run: r(x, 1), grad=False, axis=1,
    )
case('sum', 'infinities', lambda d: [values(INF, -INF, 1)], lambda x: x.sum(), grad=False)
case('sum', 'empty', lambda d: [d.normal(2, 0)], lambda x: x.sum(1), axis=1)

for sample, shape, axis, keep in (
    ('rows', [3, 5], 1, False),
    ('columns kept', [3, 5], 0, True),
    ('middle', [2, 4, 3], -2, False),
):
    args = {'axis': axis, 'keepDims': True} if keep else {'axis': axis}
    run = lambda x, axis=axis, keep=keep: x.argmax(axis, keep)
    case('argmax', sample, lambda d, s=shape: [d.distinct(*s)], run, grad=False, **args)
case(
    'argmax', 'the first of equals', lambda d: [ties(d, 4, 7)], lambda x: x.argmax(1),
    grad=False, axis=1,
)

for op, run in (
    ('softmax', torch.softmax),
    ('logSoftmax', torch.log_softmax),
    ('logSumExp', torch.logsumexp),
):
    at = lambda axis, run=run: lambda x: run(x, axis)
    case(op, 'rows', lambda d: [d.normal(3, 5)], at(-1), axis=-1)
    case(op, 'columns', lambda d: [d.normal(4, 3)], at(0), axis=0)
    case(op, 'middle', lambda d: [d.normal(2, 3, 2)], at(1), axis=1)
    case(op, 'size one axis', lambda d: [d.normal(3, 1)], at(1), axis=1)
    case(op, 'large', lambda d: [values(1e4, 9999, -1e4, 0)], at(0), axis=0)
    case(op, 'masked', lambda d: [values(0.5, -INF, 1.5, -INF)], at(0), grad=False, axis=0)
case(
    'logSumExp', 'kept', lambda d: [d.normal(2, 4)], lambda x: x.logsumexp(1, True),
    axis=1, keepDims=True,
)

for sample, n, c, scale in (('batch', 4, 5, 1.5), ('one row', 1, 3, 1.5), ('confident', 3, 4, 60)):
    case(
        'crossEntropy',
        sample,
        lambda d, n=n, c=c, s=scale: [d.normal(n, c, scale=s), d.integers(n, low=0, high=c)],
        lambda x, ids: F.cross_entropy(x, ids.long()),
    )
case('mseLoss', 'matrix', lambda d: [d.normal(3, 4), d.normal(3, 4)], F.mse_loss)
case('mseLoss', 'vector', lambda d: [d.normal(5), d.normal(5)], F.mse_loss)

for sample, a, b in (
    ('matrices', [3, 4], [4, 2]),
    ('inner product', [5], [5]),
    ('vector, matrix', [3], [3, 4]),
    ('matrix, vector', [3, 4], [4]),
    ('batched', [2, 3, 4], [2, 4, 2]),
    ('broadcast batch', [2, 1, 2, 3], [4, 3, 2]),
    ('batch, matrix', [2, 3, 4], [4, 2]),
    ('batch, vector', [2, 3, 4], [4]),
    ('vector, batch', [3], [2, 3, 4]),
    ('size one', [1, 1], [1, 1]),
    ('inner size one', [3, 1], [1, 4]),
    ('past a tile', [9, 17], [17, 10]),
):
    case('matmul', sample, lambda d, a=a, b=b: [d.normal(*a), d.normal(*b)], torch.matmul)

case('linear', 'matrix', lambda d: [d.normal(3, 4), d.normal(2, 4), d.normal(2)], F.linear)
case('linear', 'no bias', lambda d: [d.normal(3, 4), d.normal(2, 4)], F.linear)
case('linear', 'vector', lambda d: [d.normal(4), d.normal(2, 4), d.normal(2)], F.linear)
case('linear', 'batch', lambda d: [d.normal(2, 3, 4), d.normal(2, 4), d.normal(2)], F.linear)


def conv(sample, x, w, bias=True, **args):
    case(
        'conv2d',
        sample,
        lambda d: [d.normal(*x), d.normal(*w)] + ([d.normal(w[0])] if bias else []),
        lambda *t: F.conv2d(*t, **args),
        **args,
    )


conv('plain', [2, 2, 5, 5], [3, 2, 3, 3])
conv('no bias', [1, 1, 4, 4], [1, 1, 2, 2], bias=False)
conv('stride', [1, 2, 6, 6], [2, 2, 3, 3], stride=2)
conv('stride leaves a rest', [1, 1, 6, 7], [1, 1, 3, 3], stride=[2, 3])
conv('padding', [1, 2, 4, 4], [2, 2, 3, 3], padding=1)
conv('wide padding', [1, 1, 3, 3], [1, 1, 3, 3], padding=2)
conv('oblong', [1, 2, 4, 6], [2, 2, 1, 3], padding=[0, 1], stride=[1, 2])
conv('dilation', [1, 1, 6, 6], [2, 1, 3, 3], dilation=2)
conv('oblong dilation', [1, 1, 5, 6], [1, 1, 2, 3], dilation=[3, 2], padding=1)
conv('groups', [1, 4, 4, 4], [4, 2, 3, 3], groups=2)
conv('depthwise', [1, 3, 4, 4], [6, 1, 3, 3], groups=3, padding=1)
conv('pointwise', [2, 3, 3, 3], [2, 3, 1, 1])
MIXED = {'stride': [2, 1], 'padding': [2, 1], 'dilation': [2, 1], 'groups': 2}
conv('everything', [2, 4, 7, 6], [4, 2, 3, 2], **MIXED)

WINDOWS = (
    ('halves', [2, 2, 4, 4], {'kernelSize': 2}),
    ('overlap', [1, 2, 5, 5], {'kernelSize': 3, 'stride': 1}),
    ('padding', [1, 1, 5, 5], {'kernelSize': 3, 'stride': 2, 'padding': 1}),
    ('leaves a rest', [1, 1, 5, 6], {'kernelSize': [2, 3], 'stride': [2, 2]}),
    ('oblong', [1, 2, 4, 5], {'kernelSize': [3, 2], 'stride': [1, 2], 'padding': [1, 0]}),
)


def pool(op, sample, draw, shape, run, args, **more):
    window = [args['kernelSize'], args.get('stride'), args.get('padding', 0)]
    case(op, sample, lambda d: [draw(d, *shape)], lambda x: run(x, *window), **args, **more)


def min_pool(x, *window):
    return -F.max_pool2d(-x, *window)


for sample, shape, args in WINDOWS:
    distinct = lambda d, *s: d.distinct(*s)
    pool('maxPool2d', sample, distinct, shape, F.max_pool2d, args)
    pool('minPool2d', sample, distinct, shape, min_pool, args)
    pool('avgPool2d', sample, lambda d, *s: d.normal(*s), shape, F.avg_pool2d, args)
for sample, shape, args in WINDOWS[:3]:
    pool('maxPool2d', f'{sample}, the first of equals', ties, shape, F.max_pool2d, args)
    pool('minPool2d', f'{sample}, the first of equals', ties, shape, min_pool, args)
for sample, shape, args in (WINDOWS[2], WINDOWS[4]):
    pool(
        'avgPool2d',
        f'{sample}, not counted',
        lambda d, *s: d.normal(*s),
        shape,
        lambda x, *w: F.avg_pool2d(x, *w, count_include_pad=False),
        args,
        countIncludePad=False,
    )


def movement(op, sample, shape, run, /, **args):
    case(op, sample, lambda d: [d.normal(*shape)], run, **args)


movement('reshape', 'split', [2, 6], lambda x: x.reshape(2, 3, 2), shape=[2, 3, 2])
movement('reshape', 'inferred', [3, 4], lambda x: x.reshape(-1, 2), shape=[-1, 2])
movement('reshape', 'to scalar', [1, 1], lambda x: x.reshape([]), shape=[])
movement('permute', 'rotate', [2, 3, 4], lambda x: x.permute(2, 0, 1), axes=[2, 0, 1])
movement('permute', 'negative', [2, 3, 1], lambda x: x.permute(-1, 0, -2), axes=[-1, 0, -2])
movement('transpose', 'last two', [2, 3, 4], lambda x: x.transpose(-1, -2), axes=[-1, -2])
movement('transpose', 'outer', [2, 3, 4], lambda x: x.transpose(0, 2), axes=[0, 2])
movement('expand', 'row', [1, 3], lambda x: x.expand(4, 3), shape=[4, 3])
movement('expand', 'new axis', [3, 1], lambda x: x.expand(2, 3, 2), shape=[2, 3, 2])
movement('expand', 'scalar', [], lambda x: x.expand(2, 2), shape=[2, 2])
# padding: [before, after] for each axis, first axis first
movement('pad', 'both axes', [2, 3], lambda x: F.pad(x, (1, 2, 1, 0)), padding=[[1, 0], [1, 2]])
movement('pad', 'value', [3], lambda x: F.pad(x, (2, 1), value=-1.5), padding=[[2, 1]], value=-1.5)
movement('pad', 'nothing', [2, 2], lambda x: F.pad(x, (0, 0, 0, 0)), padding=[[0, 0], [0, 0]])
# ranges: [start, end, step] for each axis
movement('slice', 'inside', [4, 5], lambda x: x[1:3, 2:5], ranges=[[1, 3, 1], [2, 5, 1]])
movement('slice', 'steps', [5, 6], lambda x: x[0:5:2, 1:6:3], ranges=[[0, 5, 2], [1, 6, 3]])
movement('slice', 'empty', [3, 2], lambda x: x[1:1, 0:2], ranges=[[1, 1, 1], [0, 2, 1]])
movement('flip', 'one axis', [3, 4], lambda x: x.flip(1), axes=[1])
movement('flip', 'two axes', [2, 3, 2], lambda x: x.flip(0, -1), axes=[0, -1])
movement('flatten', 'all', [2, 3, 2], lambda x: x.flatten(), start=0)
movement('flatten', 'from the second', [2, 3, 2], lambda x: x.flatten(1), start=1)
movement('squeeze', 'all', [1, 3, 1], lambda x: x.squeeze())
movement('squeeze', 'one', [1, 3, 1], lambda x: x.squeeze(-1), axis=-1)
movement('unsqueeze', 'front', [2, 3], lambda x: x.unsqueeze(0), axis=0)
movement('unsqueeze', 'back', [2, 3], lambda x: x.unsqueeze(-1), axis=-1)

for op, run, sample, shapes, axis in (
    ('concat', torch.cat, 'rows', [[2, 3], [1, 3]], 0),
    ('concat', torch.cat, 'three columns', [[2, 1], [2, 3], [2, 2]], -1),
    ('concat', torch.cat, 'with an empty one', [[2, 2], [0, 2]], 0),
    ('stack', torch.stack, 'front', [[2, 3], [2, 3]], 0),
    ('stack', torch.stack, 'back', [[2], [2], [2]], -1),
    ('stack', torch.stack, 'scalars', [[], []], 0),
):
    case(
        op,
        sample,
        lambda d, shapes=shapes: [d.normal(*s) for s in shapes],
        lambda *parts, run=run, axis=axis: run(parts, axis),
        axis=axis,
    )

if __name__ == '__main__':
    finish('first')
