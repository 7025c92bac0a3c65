"""Writes packages/maru/test/ops/fixtures/torch-sort.json: orders, selections and running folds."""

import torch

from cases import INF, NAN, case, finish, values


def distinct(d, *shape):
    return d.distinct(*shape)


def ties(d, *shape):
    return d.integers(*shape, low=-2, high=3).double()


# part: which of the two results
for part in ('values', 'indices'):
    grad = part == 'values'
    get = lambda result, part=part: getattr(result, part)
    for sample, shape, axis, descending in (
        ('rows', [3, 7], -1, False),
        ('columns, descending', [9, 2], 0, True),
        ('middle', [2, 5, 3], 1, False),
        ('past a run', [2, 45], -1, True),
    ):
        run = lambda x, a=axis, e=descending, g=get: g(torch.sort(x, dim=a, descending=e, stable=True))
        args = {'axis': axis, 'descending': descending, 'part': part}
        case('sort', sample, lambda d, s=shape: [distinct(d, *s)], run, grad, **args)
        case('sort', f'{sample}, ties', lambda d, s=shape: [ties(d, *s)], run, grad, **args)
    case(
        'sort', 'special', lambda d: [values(INF, NAN, -INF, 2, NAN, -1)],
        lambda x, g=get: g(torch.sort(x, stable=True)), False, axis=-1, descending=False, part=part,
    )
    for sample, shape, k, axis, largest in (
        ('largest of rows', [3, 7], 3, -1, True),
        ('smallest of columns', [9, 2], 2, 0, False),
        ('all', [4], 4, 0, True),
        ('none', [2, 3], 0, 1, True),
        ('few of many', [2, 60], 3, 1, True),
        ('few smallest of many', [60, 2], 4, 0, False),
    ):
        run = lambda x, k=k, a=axis, l=largest, g=get: g(torch.topk(x, k, a, l))
        args = {'k': k, 'axis': axis, 'largest': largest, 'part': part}
        case('topK', sample, lambda d, s=shape: [distinct(d, *s)], run, grad, **args)
    for sample, shape, k, axis, keep in (
        ('rows', [3, 7], 3, -1, False),
        ('columns kept', [5, 2], 5, 0, True),
        ('few of many', [50], 2, 0, False),
    ):
        run = lambda x, k=k, a=axis, keep=keep, g=get: g(torch.kthvalue(x, k, a, keep))
        args = {'k': k, 'axis': axis, 'keepDims': keep, 'part': part}
        case('kthValue', sample, lambda d, s=shape: [distinct(d, *s)], run, grad, **args)
    for op, run in (('cummax', torch.cummax), ('cummin', torch.cummin)):
        for sample, shape, axis in (('rows', [3, 6], -1), ('columns', [5, 2], 0)):
            at = lambda x, a=axis, r=run, g=get: g(r(x, a))
            args = {'axis': axis, 'part': part}
            case(op, sample, lambda d, s=shape: [distinct(d, *s)], at, grad, **args)
            case(op, f'{sample}, ties', lambda d, s=shape: [ties(d, *s)], at, grad, **args)
        case(
            op, 'special', lambda d: [values(1, INF, -INF, NAN, 2, NAN, 3)],
            lambda x, r=run, g=get: g(r(x, 0)), False, axis=0, part=part,
        )

for sample, shape, axis, keep in (
    ('all', [3, 5], None, False),
    ('even', [4, 2], None, False),
    ('rows', [3, 6], -1, False),
    ('columns kept', [5, 2], 0, True),
):
    where = {} if axis is None else {'axis': axis}
    args = {**where, **({'keepDims': True} if keep else {})}
    median = lambda x, a=axis, k=keep: x.median() if a is None else x.median(a, k).values
    case('median', sample, lambda d, s=shape: [distinct(d, *s)], median, **args)
    for q in (0.0, 0.3, 0.5, 1.0):
        run = lambda x, q=q, a=axis, k=keep: x.quantile(q, a, k)
        case('quantile', f'{sample}, {q}', lambda d, s=shape: [distinct(d, *s)], run, q=q, **args)
SPOILED = lambda d: [torch.stack([values(1, NAN, 3), values(-INF, 2, INF)])]
case('median', 'special', SPOILED, lambda x: x.median(1).values, False, axis=1)
case('quantile', 'special', SPOILED, lambda x: x.quantile(0.5, 1), False, q=0.5, axis=1)

for sample, a, b, right in (
    ('line', [6], [2, 3], False),
    ('line, right', [6], [5], True),
    ('lines', [2, 3, 4], [2, 3, 2], False),
    ('lines, right', [3, 4], [3, 5], True),
):
    case(
        'searchSorted', sample, lambda d, a=a, b=b: [ties(d, *a).sort().values, ties(d, *b)],
        lambda x, v, r=right: torch.searchsorted(x, v, right=r), False, right=right,
    )
case(
    'searchSorted', 'special', lambda d: [values(-INF, 1, 2), values(NAN, INF, -INF)],
    torch.searchsorted, False,
)

for op, run in (('cumsum', torch.cumsum), ('logCumSumExp', torch.logcumsumexp)):
    for sample, shape, axis in (
        ('rows', [3, 5], -1),
        ('columns', [4, 2], 0),
        ('middle', [2, 3, 2], 1),
        ('one', [2, 1], 1),
    ):
        at = lambda x, a=axis, r=run: r(x, a)
        case(op, sample, lambda d, s=shape: [d.normal(*s)], at, axis=axis)
    case(
        op, 'special', lambda d: [torch.stack([values(1, INF, 2), values(-INF, 2, NAN)])],
        lambda x, r=run: r(x, 1), False, axis=1,
    )
case('cumsum', 'integers', lambda d: [d.integers(3, 4, low=-9, high=9)], lambda x: x.cumsum(1), False, axis=1)
case(
    'logCumSumExp', 'large', lambda d: [values(-1e4, 1, 1e4, 9999, -1e4)],
    lambda x: x.logcumsumexp(0), False, axis=0,
)



def recurrence(x, a, axis, reverse):
    order = range(x.shape[axis] - 1, -1, -1) if reverse else range(x.shape[axis])
    sums = {}
    last = None
    for i in order:
        last = x.select(axis, i) if last is None else x.select(axis, i) + a.select(axis, i) * last
        sums[i] = last
    return torch.stack([sums[i] for i in sorted(sums)], axis)


for sample, shape, axis, reverse in (
    ('rows', [3, 5], -1, False),
    ('columns, reverse', [4, 2], 0, True),
    ('middle', [2, 3, 2], 1, False),
):
    case(
        'linearRecurrence', sample, lambda d, s=shape: [d.normal(*s), d.normal(*s)],
        lambda x, a, i=axis, r=reverse: recurrence(x, a, i, r), axis=axis, reverse=reverse,
    )

for part in ('values', 'counts', 'inverse'):

    def run(x, part=part):
        found = dict(
            zip(('values', 'inverse', 'counts'), torch.unique(x, return_inverse=True, return_counts=True))
        )[part]
        if part == 'inverse':
            return found
        return torch.nn.functional.pad(found, (0, x.numel() - found.numel()))

    case('unique', f'matrix, {part}', lambda d: [ties(d, 3, 5)], run, False, part=part)

for sample, shape in (('vector', [9]), ('matrix', [3, 4])):
    case(
        'bincount', sample, lambda d, s=shape: [d.integers(*s, low=0, high=6)],
        lambda x: torch.bincount(x.flatten(), minlength=8), False, length=8,
    )
case(
    'histogram', 'matrix', lambda d: [d.normal(5, 8)],
    lambda x: torch.histogram(x, 6, range=(-2.0, 2.0)).hist.int(), False, bins=6, min=-2, max=2,
)


def packed(x, mask):
    found = x[mask.expand_as(x)]
    return torch.nn.functional.pad(found, (0, x.numel() - found.numel()))


case('maskedSelect', 'matrix', lambda d: [d.normal(3, 5), d.flags(3, 5)], packed)
case('maskedSelect', 'broadcast', lambda d: [d.normal(3, 5), d.flags(5)], packed)

if __name__ == '__main__':
    finish('sort')
