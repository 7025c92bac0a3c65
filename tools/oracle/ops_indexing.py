"""Writes packages/maru/test/ops/fixtures/torch-indexing.json: elements at places that are values."""

import numpy as np
import torch
import torch.nn.functional as F

from cases import case, finish


def places(d, *shape, size):
    return d.integers(*shape, low=0, high=size)


def distinct(d, axis, shape, size):
    """Indices that do not meet along the axis."""
    rest = [n for i, n in enumerate(shape) if i != axis]
    lines = [d.rng.permutation(size)[: shape[axis]] for _ in range(int(np.prod(rest)))]
    picked = np.array(lines, np.int32).reshape(*rest, shape[axis])
    return torch.tensor(np.moveaxis(picked, -1, axis))


GATHERS = (
    ('rows', [5, 4], [3, 4], 0),
    ('columns', [3, 7], [3, 9], 1),
    ('a part of the other axes', [4, 5, 3], [2, 6, 2], -2),
    ('one axis', [6], [8], 0),
    ('none', [3, 2], [0, 2], 0),
)
for sample, x, indices, axis in GATHERS:
    case(
        'gather',
        sample,
        lambda d, x=x, i=indices, a=axis: [d.normal(*x), places(d, *i, size=x[a])],
        lambda x, i, a=axis: x.gather(a, i.long()),
        axis=axis,
    )

for sample, x, indices, axis in (
    ('rows', [5, 4], [3, 4], 0),
    ('one index for a row', [3, 7], [3, 1], 1),
    ('one line for all', [2, 3, 7], [1, 1, 4], -1),
):
    case(
        'takeAlongAxis',
        sample,
        lambda d, x=x, i=indices, a=axis: [d.normal(*x), places(d, *i, size=x[a])],
        lambda x, i, a=axis: torch.take_along_dim(x, i.long(), a),
        axis=axis,
    )

for sample, x, indices, axis in (
    ('rows', [5, 3], [4], 0),
    ('columns', [3, 5], [7], 1),
    ('the middle axis', [2, 4, 3], [5], 1),
):
    case(
        'take',
        sample,
        lambda d, x=x, i=indices, a=axis: [d.normal(*x), places(d, *i, size=x[a])],
        lambda x, i, a=axis: x.index_select(a, i.long()),
        axis=axis,
    )
case(
    'take',
    'a matrix of rows',
    lambda d: [d.normal(5, 3), places(d, 2, 4, size=5)],
    lambda x, i: x[i.long()],
    axis=0,
)
case(
    'take',
    'flattened',
    lambda d: [d.normal(3, 4), places(d, 2, 3, size=12)],
    lambda x, i: x.take(i.long()),
)

SCATTERS = (
    ('rows', [5, 4], [3, 4], 0),
    ('columns', [3, 9], [3, 7], 1),
    ('a part of the other axes', [4, 5, 3], [2, 4, 2], 1),
    ('one axis', [6], [4], 0),
    ('none', [3, 2], [0, 2], 0),
)
for sample, x, indices, axis in SCATTERS:
    draw = lambda d, x=x, i=indices, a=axis: [d.normal(*x), places(d, *i, size=x[a]), d.normal(*i)]
    case(
        'scatter',
        f'{sample}, apart',
        lambda d, x=x, i=indices, a=axis: [
            d.normal(*x),
            distinct(d, a, i, x[a]) if 0 not in i else places(d, *i, size=x[a]),
            d.normal(*i),
        ],
        lambda x, i, v, a=axis: x.scatter(a, i.long(), v),
        axis=axis,
    )
    case(
        'scatter',
        f'{sample}, added',
        draw,
        lambda x, i, v, a=axis: x.scatter_add(a, i.long(), v),
        axis=axis,
        mode='add',
    )
    case(
        'scatterAdd',
        sample,
        draw,
        lambda x, i, v, a=axis: x.scatter_add(a, i.long(), v),
        axis=axis,
    )
    for mode, reduce in (('mul', 'prod'), ('max', 'amax'), ('min', 'amin')):
        if 0 in indices:
            continue
        case(
            'scatter',
            f'{sample}, {mode}',
            draw,
            lambda x, i, v, a=axis, r=reduce: x.scatter_reduce(a, i.long(), v, r),
            axis=axis,
            mode=mode,
        )


def ties(d, *shape):
    return d.integers(*shape, low=-1, high=2).double()


for mode, reduce in (('mul', 'prod'), ('max', 'amax'), ('min', 'amin')):
    case(
        'scatter',
        f'zeros and equal values, {mode}',
        lambda d: [ties(d, 3, 4), places(d, 6, 4, size=3), ties(d, 6, 4)],
        lambda x, i, v, r=reduce: x.scatter_reduce(0, i.long(), v, r),
        # PyTorch's product forgets that the element itself may be the zero
        grad=mode != 'mul',
        axis=0,
        mode=mode,
    )

for sample, x, count, axis in (('rows', [5, 3], 7, 0), ('the middle axis', [2, 4, 3], 5, 1)):
    case(
        'indexAdd',
        sample,
        lambda d, x=x, n=count, a=axis: [
            d.normal(*x),
            places(d, n, size=x[a]),
            d.normal(*[n if i == a else s for i, s in enumerate(x)]),
        ],
        lambda x, i, v, a=axis: x.index_add(a, i.long(), v),
        axis=axis,
    )
    case(
        'indexFill',
        sample,
        lambda d, x=x, a=axis: [d.normal(*x), places(d, 3, size=x[a])],
        lambda x, i, a=axis: x.index_fill(a, i.long(), 2.5),
        axis=axis,
        value=2.5,
    )

for sample, x, mask in (('whole', [3, 4], [3, 4]), ('a row', [3, 4], [4]), ('column', [3, 4], [3, 1])):
    case(
        'maskedFill',
        sample,
        lambda d, x=x, m=mask: [d.normal(*x), d.flags(*m)],
        lambda x, m: x.masked_fill(m, -1.5),
        value=-1.5,
    )

case(
    'segmentSum',
    'rows',
    lambda d: [d.normal(7, 3), places(d, 7, size=4)],
    lambda x, i: torch.zeros(5, 3, dtype=x.dtype).index_add(0, i.long(), x),
    numSegments=5,
)

for sample, ids in (('a sentence', [6]), ('a batch', [2, 4]), ('one word', [])):
    case(
        'embedding',
        sample,
        lambda d, s=ids: [d.normal(5, 3), places(d, *s, size=5)],
        lambda w, i: F.embedding(i.long(), w),
    )
    case(
        'embedding',
        f'{sample}, with padding',
        lambda d, s=ids: [d.normal(3, 3), places(d, *s, size=3)],
        lambda w, i: F.embedding(i.long(), w, padding_idx=1),
        paddingIndex=1,
    )

if __name__ == '__main__':
    finish('indexing')
