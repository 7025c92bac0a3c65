"""Writes packages/maru/test/ops/fixtures/torch-shapes.json: arrangements, folds, normalisations."""

import math

import torch
import torch.nn.functional as F

from cases import INF, NAN, case, finish, values


def normal(*shape):
    return lambda d: [d.normal(*shape)]


def distinct(*shape):
    return lambda d: [d.distinct(*shape)]


def nonzero(d, *shape):
    return d.uniform(*shape, low=0.5, high=3.0) * torch.where(d.flags(*shape), 1.0, -1.0)


def positive(d, *shape):
    return d.uniform(*shape, low=0.125, high=4.0)


# arrangements

case('strided', 'every second', normal(3, 7), lambda x: x[:, 1:6:2], axis=1, start=1, end=6, step=2)
case('strided', 'every third, leaving a rest', normal(8), lambda x: x[::3], axis=0, start=0, step=3)
case(
    'strided', 'backwards', normal(2, 6), lambda x: x.flip(1)[:, 1:5:2],
    axis=1, start=-2, end=0, step=-2,
)
for mode in ('reflect', 'replicate', 'circular'):
    case(
        'pad', f'{mode}, one axis', normal(1, 2, 5),
        lambda x, m=mode: F.pad(x, (2, 1), m), padding=[[0, 0], [0, 0], [2, 1]], value=mode,
    )
    case(
        'pad', f'{mode}, two axes', normal(1, 1, 3, 4),
        lambda x, m=mode: F.pad(x, (1, 2, 0, 1), m),
        padding=[[0, 0], [0, 0], [0, 1], [1, 2]], value=mode,
    )
case('narrow', 'middle', normal(3, 5), lambda x: x.narrow(1, 1, 3), axis=1, start=1, length=3)
case('select', 'last', normal(3, 5), lambda x: x.select(1, -1), axis=1, index=-1)
for sizes in (2, [1, 4]):
    case(
        'split', f'sizes {sizes}', normal(2, 5),
        lambda x, s=sizes: torch.cat([p * (i + 1) for i, p in enumerate(x.split(s, 1))], 1),
        sizes=sizes, axis=1,
    )
case(
    'chunk', 'uneven', normal(5, 2),
    lambda x: torch.cat([p * (i + 1) for i, p in enumerate(x.chunk(3))]), count=3, axis=0,
)
case(
    'unbind', 'columns', normal(2, 3),
    lambda x: torch.stack([p * (i + 1) for i, p in enumerate(x.unbind(1))]), axis=1,
)
case('unflatten', 'inferred', normal(2, 6), lambda x: x.unflatten(1, (2, 3)), axis=1, sizes=[2, -1])
case('repeat', 'new axis', normal(2, 3), lambda x: x.repeat(2, 1, 3), counts=[2, 1, 3])
case(
    'repeatInterleave', 'axis', normal(2, 3), lambda x: x.repeat_interleave(2, 1), count=2, axis=1
)
case('repeatInterleave', 'flat', normal(2, 2), lambda x: x.repeat_interleave(3), count=3)
case('roll', 'one axis', normal(2, 5), lambda x: x.roll(2, 1), shifts=2, axes=1)
case(
    'roll', 'two axes', normal(3, 4), lambda x: x.roll((-1, 5), (0, 1)), shifts=[-1, 5],
    axes=[0, 1],
)
case('roll', 'flat', normal(2, 3), lambda x: x.roll(1), shifts=1)
for k in (0, 1, -2):
    case('tril', f'{k}', normal(2, 3, 4), lambda x, k=k: x.tril(k), diagonal=k)
    case('triu', f'{k}', normal(4, 3), lambda x, k=k: x.triu(k), diagonal=k)
    case('diagonal', f'{k}', normal(4, 3), lambda x, k=k: x.diagonal(k), offset=k)
    case('diagEmbed', f'{k}', normal(2, 3), lambda x, k=k: torch.diag_embed(x, k), offset=k)
    case('diag', f'matrix, {k}', normal(3, 4), lambda x, k=k: x.diag(k), offset=k)
    case('diag', f'vector, {k}', normal(3), lambda x, k=k: x.diag(k), offset=k)
case(
    'diagonal', 'other axes', normal(3, 2, 4), lambda x: x.diagonal(1, -1, 0),
    offset=1, axis0=-1, axis1=0,
)
case('trace', 'oblong', normal(3, 4), torch.trace)
case(
    'movedim', 'one', normal(2, 3, 4), lambda x: x.movedim(0, -1), source=0, destination=-1
)
case(
    'movedim', 'two', normal(2, 3, 4), lambda x: x.movedim((0, 2), (1, 0)),
    source=[0, 2], destination=[1, 0],
)
for k in (1, 2, -1):
    case('rot90', f'{k}', normal(2, 3), lambda x, k=k: x.rot90(k), k=k)
case('rot90', 'other axes', normal(2, 3, 2), lambda x: x.rot90(1, (2, 1)), k=1, axes=[2, 1])
case('pixelShuffle', 'twice', normal(1, 8, 2, 3), lambda x: F.pixel_shuffle(x, 2), factor=2)
case('pixelUnshuffle', 'half', normal(1, 2, 4, 6), lambda x: F.pixel_unshuffle(x, 2), factor=2)

# creation

none = lambda d: []
case('eye', 'oblong', none, lambda: torch.eye(2, 3).double(), grad=False, rows=2, columns=3)
case(
    'linspace', 'five', none, lambda: torch.linspace(-1, 2, 5, dtype=torch.float64), grad=False,
    start=-1, end=2, steps=5,
)
case(
    'logspace', 'base 2', none, lambda: torch.logspace(-2, 3, 6, 2, dtype=torch.float64),
    grad=False, start=-2, end=3, steps=6, base=2,
)
case(
    'logspace', 'base 10', none, lambda: torch.logspace(-1, 1, 4, dtype=torch.float64), grad=False,
    start=-1, end=1, steps=4,
)
case(
    'arange', 'fractions', none, lambda: torch.arange(1, 2.5, 0.25, dtype=torch.float64),
    grad=False, start=1, stop=2.5, step=0.25,
)
case(
    'arange', 'backwards', none, lambda: torch.arange(5, -2, -3, dtype=torch.int32), grad=False,
    start=5, stop=-2, step=-3,
)
for indexing in ('ij', 'xy'):
    case(
        'meshgrid', indexing, lambda d: [d.normal(2), d.normal(3)],
        lambda *v, i=indexing: (lambda g: g[0] * 2 + g[1])(torch.meshgrid(*v, indexing=i)),
        indexing=indexing,
    )

# statistics

REDUCTIONS = (
    ('all', [3, 4], None, False),
    ('last axis', [3, 4], -1, False),
    ('two axes kept', [2, 3, 4], [0, 2], True),
)


def reduction(op, run, draw, samples=REDUCTIONS, grad=True, more='', **extra):
    for sample, shape, axis, keep in samples:
        axes = list(range(len(shape))) if axis is None else axis
        args = {} if axis is None else {'axis': axis}
        if keep:
            args['keepDims'] = True
        case(
            op, sample + more, lambda d, shape=shape: [draw(d, *shape)],
            lambda x, axes=axes, keep=keep: run(x, axes, keep), grad, **args, **extra,
        )


spread = lambda d, *s: d.normal(*s)
reduction('var', lambda x, a, k: x.var(a, keepdim=k), spread)
reduction('std', lambda x, a, k: x.std(a, keepdim=k), spread)
for op, run in (('var', torch.var), ('std', torch.std)):
    biased = lambda x, a, k, run=run: run(x, a, unbiased=False, keepdim=k)
    reduction(op, biased, spread, more=', biased', correction=0)
case('std', 'of equal ones', lambda d: [values(2, 2, 2)], lambda x: x.std())
ORDERS = (0, 1, 2, 3, 0.5, -1, INF, -INF)
for order in ORDERS:
    name = str(order).replace('inf', 'Infinity')
    reduction(
        'norm',
        lambda x, a, k, p=order: torch.linalg.vector_norm(x, p, a, k),
        nonzero, REDUCTIONS[1:], order != 0, f', {name}',
        p=order if abs(order) != INF else ('Infinity' if order > 0 else '-Infinity'),
    )
case('norm', 'of zeros', lambda d: [values(0, 0)], lambda x: x.norm())
case('norm', 'with a zero', lambda d: [values(0, 3, -4)], lambda x: x.norm(3), p=3)
case('normalize', 'rows', lambda d: [d.normal(3, 4)], lambda x: F.normalize(x, dim=1), axis=1)
case('normalize', 'sums', lambda d: [nonzero(d, 2, 3)], lambda x: F.normalize(x, 1, 0), axis=0, p=1)
case('normalize', 'of zeros', lambda d: [values(0, 0)], lambda x: F.normalize(x, dim=0), axis=0)
one = lambda x, a, k: x.prod() if isinstance(a, list) else x.prod(a, k)
reduction('prod', one, spread, REDUCTIONS[:2])
case('prod', 'one zero', lambda d: [values(2, 0, 3, 4)], lambda x: x.prod())
case('prod', 'two zeros', lambda d: [values(2, 0, 3, 0, 5)], lambda x: x.prod())
case('prod', 'none', normal(2, 0), lambda x: x.prod(1), axis=1)
case('cumprod', 'odd', normal(2, 7), lambda x: x.cumprod(1), axis=1)
case('cumprod', 'first axis', normal(4, 2), lambda x: x.cumprod(0), axis=0)
case('cumprod', 'zeros', lambda d: [values(2, 0, 3, 0, 5, 6)], lambda x: x.cumprod(0), axis=0)
few = lambda d, *s: d.integers(*s, low=-1, high=2).double()
for sample, shape, axis, keep in (('all', [3, 4], None, False), ('kept', [3, 2], 0, True)):
    args = {} if axis is None else {'axis': axis, 'keepDims': keep}
    dims = () if axis is None else (axis, keep)
    for op, run in (('any', torch.any), ('all', torch.all)):
        case(
            op, sample, lambda d, s=shape: [few(d, *s)],
            lambda x, run=run, dims=dims: run(x != 0, *dims), grad=False, **args,
        )
    case(
        'argmin', sample, lambda d, s=shape: [d.distinct(*s)],
        lambda x, dims=dims: x.argmin(*dims), grad=False, **args,
    )
for op, run in (('any', torch.any), ('all', torch.all)):
    case(op, 'NaN counts', lambda d: [values(0, NAN)], lambda x, run=run: run(x != 0), grad=False)
case('argmin', 'NaN is smallest', lambda d: [values(3, NAN, 1, NAN)], torch.argmin, grad=False)
case(
    'countNonzero', 'rows', lambda d: [few(d, 3, 4)], lambda x: x.count_nonzero(1), grad=False,
    axis=1,
)
holes = lambda d: [torch.stack([values(1, NAN, 2), values(NAN, 4, 8)])]
case('nanSum', 'rows', holes, lambda x: x.nansum(1), axis=1)
case('nanMean', 'rows', holes, lambda x: x.nanmean(1), axis=1)
case('nanMean', 'nothing left', lambda d: [values(NAN, NAN)], torch.nanmean, grad=False)

# products


def einsum(equation, *shapes):
    case(
        'einsum', equation, lambda d: [d.normal(*s) for s in shapes],
        lambda *t: torch.einsum(equation, *t), equation=equation,
    )


einsum('ij,jk->ik', [2, 3], [3, 4])
einsum('ij,jk', [2, 3], [3, 4])
einsum('ba', [2, 3])
einsum('ij->', [2, 3])
einsum('ij->ji', [2, 3])
einsum('ii', [3, 3])
einsum('ii->i', [3, 3])
einsum('iji->j', [2, 3, 2])
einsum('i,j->ij', [2], [3])
einsum('ij,ij->ij', [2, 3], [2, 3])
einsum('ij,ij', [2, 3], [2, 3])
einsum('bij,bkj->bki', [2, 3, 2], [2, 4, 2])
einsum('...ij,...jk->...ik', [2, 1, 2, 3], [4, 3, 2])
einsum('...i,i', [2, 3], [3])
einsum('i...->...', [2, 3])
einsum('bhqd,bhkd->bhqk', [2, 2, 3, 2], [2, 2, 4, 2])
einsum('ab,bc,cd->ad', [2, 3], [3, 4], [4, 2])
einsum('i,ij,j', [2], [2, 3], [3])
einsum('ij,k->ik', [2, 3], [4])
einsum('ij,ij->i', [2, 3], [2, 1])
einsum('abc,cba,b->a', [2, 3, 4], [4, 3, 2], [3])
einsum(',i->i', [], [3])
case('dot', 'vectors', lambda d: [d.normal(4), d.normal(4)], torch.dot)
case('outer', 'vectors', lambda d: [d.normal(2), d.normal(3)], torch.outer)
case('bmm', 'two', lambda d: [d.normal(2, 2, 3), d.normal(2, 3, 2)], torch.bmm)
case(
    'tensordot', 'two axes', lambda d: [d.normal(2, 3, 4), d.normal(3, 4, 2)],
    lambda a, b: torch.tensordot(a, b, 2), axes=2,
)
case(
    'tensordot', 'listed', lambda d: [d.normal(2, 3, 4), d.normal(4, 2, 3)],
    lambda a, b: torch.tensordot(a, b, ([0, 2], [1, 0])), axes=[[0, 2], [1, 0]],
)
case(
    'tensordot', 'none', lambda d: [d.normal(2), d.normal(3)],
    lambda a, b: torch.tensordot(a, b, 0), axes=0,
)

# normalisations and nearness


def scaled(op, sample, shape, run, parts, **args):
    def inputs(d):
        return [d.normal(*shape)] + [d.normal(*s) for s in parts]

    case(op, sample, inputs, run, **args)


scaled('layerNorm', 'last axis', [3, 4], lambda x: F.layer_norm(x, [4]), [], normalizedShape=4)
scaled(
    'layerNorm', 'two axes, scaled', [2, 3, 4], lambda x, w, b: F.layer_norm(x, [3, 4], w, b, 0.5),
    [[3, 4], [3, 4]], normalizedShape=[3, 4], eps=0.5,
)
rms = lambda x, w: x / (x.square().mean(-1, keepdim=True) + 0.25).sqrt() * w
scaled('rmsNorm', 'scaled', [3, 4], rms, [[4]], normalizedShape=4, eps=0.25)
scaled('groupNorm', 'plain', [2, 4, 3], lambda x: F.group_norm(x, 2), [], groups=2)
scaled(
    'groupNorm', 'scaled', [2, 4, 2, 2], lambda x, w, b: F.group_norm(x, 2, w, b), [[4], [4]],
    groups=2,
)
scaled('instanceNorm', 'plain', [2, 3, 4], lambda x: F.instance_norm(x), [])
scaled(
    'instanceNorm', 'scaled', [1, 2, 2, 3], lambda x, w, b: F.instance_norm(x, None, None, w, b),
    [[2], [2]],
)
case(
    'batchNorm', 'scaled',
    lambda d: [d.normal(2, 3, 2), d.normal(3), positive(d, 3), d.normal(3), d.normal(3)],
    lambda x, m, v, w, b: (x - m[:, None]) / (v[:, None] + 1e-5).sqrt() * w[:, None] + b[:, None],
)
case(
    'cosineSimilarity', 'rows', lambda d: [d.normal(3, 4), d.normal(3, 4)],
    lambda a, b: F.cosine_similarity(a, b),
)
case(
    'cosineSimilarity', 'broadcast', lambda d: [d.normal(2, 3, 4), d.normal(4)],
    lambda a, b: F.cosine_similarity(a, b, -1), axis=-1,
)
for order in (2, 1, 3, INF):
    case(
        'cdist', f'norm {order}', lambda d: [d.normal(2, 3, 2), d.normal(2, 4, 2)],
        lambda a, b, p=order: torch.cdist(a, b, p), p=order if order != INF else 'Infinity',
    )
case(
    'cdist', 'of equal rows',
    lambda d: [torch.stack([values(1, 2), values(3, 5)]), torch.stack([values(3, 5)])],
    torch.cdist,
)
case(
    'oneHot', 'ids', lambda d: [d.integers(2, 3, low=0, high=4)],
    lambda x: F.one_hot(x.long(), 4), grad=False, numClasses=4,
)


def attention(q, k, v, mask=None, causal=False, scale=None):
    scores = q @ k.transpose(-1, -2) * (scale or 1 / math.sqrt(q.shape[-1]))
    if causal:
        mask = torch.ones(scores.shape[-2:]).tril().bool()
    if mask is not None and mask.dtype == torch.bool:
        scores = scores.masked_fill(~mask, -INF)
    elif mask is not None:
        scores = scores + mask
    weights = scores.softmax(-1).masked_fill((scores == -INF).all(-1, keepdim=True), 0)
    return weights @ v


heads = lambda d: [d.normal(1, 2, 3, 4), d.normal(1, 2, 5, 4), d.normal(1, 2, 5, 2)]
case('scaledDotProductAttention', 'plain', heads, attention)
case(
    'scaledDotProductAttention', 'causal', heads, lambda *t: attention(*t, causal=True), causal=True
)
case(
    'scaledDotProductAttention', 'scale', heads, lambda *t: attention(*t, scale=2.0), scale=2
)
case(
    'scaledDotProductAttention', 'bools', lambda d: [*heads(d), d.flags(3, 5)], attention
)
case(
    'scaledDotProductAttention', 'numbers', lambda d: [*heads(d), d.normal(2, 3, 5)], attention
)

if __name__ == '__main__':
    finish('shapes')
