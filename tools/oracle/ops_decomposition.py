"""Writes packages/maru/test/ops/fixtures/torch-decomposition.json: linear algebra.

Inputs are made symmetric, positive definite or well conditioned by a function that the rows of the
table have as well; results with a choice of sign are tested through what does not depend on it.
"""

import torch

from cases import case, finish

linalg = torch.linalg


def eye(x):
    return torch.eye(x.shape[-1], dtype=x.dtype)


def regular(x):
    return x + 4 * eye(x)


def symmetric(x):
    return x + x.mT


def positive(x):
    return x @ x.mT + eye(x)


def normal(*shapes):
    return lambda d: [d.normal(*s) for s in shapes]


SQUARE = (('one', [1, 1]), ('matrix', [4, 4]), ('stack', [2, 3, 3]))
for sample, shape in SQUARE:
    case('cholesky', sample, normal(shape), lambda x: linalg.cholesky(positive(x)))
    case('inverse', sample, normal(shape), lambda x: linalg.inv(regular(x)))
    case('det', sample, normal(shape), lambda x: linalg.det(regular(x)))
    case('logDet', sample, normal(shape), lambda x: torch.logdet(positive(x)))
    case('matrixExp', sample, normal(shape), torch.matrix_exp)
    for part in (0, 1):
        case(
            'slogdet', f'{sample}, {part}', normal(shape),
            lambda x, p=part: linalg.slogdet(regular(x))[p], part == 1,
            part=('sign', 'logAbsDet')[part],
        )
    case(
        'eigh', f'{sample}, values', normal(shape), lambda x: linalg.eigh(symmetric(x))[0],
        part='values',
    )

    def bounded(x):
        values, v = linalg.eigh(symmetric(x))
        return (v * values.tanh()[..., None, :]) @ v.mT

    case('eigh', f'{sample}, function', normal(shape), bounded, part='function')
    for k in (-2, 0, 1, 5):
        case(
            'matrixPower', f'{sample}, {k}', lambda d, s=shape: [d.normal(*s, scale=0.25)],
            lambda x, k=k: linalg.matrix_power(x + eye(x), k), k != 0, exponent=k,
        )

for sample, a, b in (
    ('vector', [3, 3], [3]),
    ('matrix', [4, 4], [4, 2]),
    ('stack', [2, 3, 3], [2, 3, 2]),
    ('broadcast', [3, 3], [2, 3, 1]),
):
    case('solve', sample, normal(a, b), lambda a, b: linalg.solve(regular(a), b))
    for upper, transpose, unitriangular in (
        (False, False, False),
        (True, False, False),
        (False, True, True),
        (True, True, False),
        (True, False, True),
    ):
        if sample == 'vector':
            continue

        def run(a, b, upper=upper, transpose=transpose, unit=unitriangular):
            a = regular(a)
            left = (a.triu() if upper else a.tril()).mT if transpose else a
            return linalg.solve_triangular(
                left, b, upper=upper != transpose, unitriangular=unit
            )

        args = {'upper': upper, 'transpose': transpose, 'unitriangular': unitriangular}
        case('triangularSolve', f'{sample}, {args}', normal(a, b), run, **args)

OBLONG = (('square', [3, 3]), ('tall', [5, 3]), ('wide', [2, 4]), ('stack', [2, 4, 2]))
for sample, shape in OBLONG:
    for part in (0, 1):
        case(
            'qr', f'{sample}, {"qr"[part]}', normal(shape), lambda x, p=part: linalg.qr(x)[p],
            part='qr'[part],
        )
    case('svd', f'{sample}, s', normal(shape), lambda x: linalg.svdvals(x), part='s')

    def limited(x):
        u, s, vh = linalg.svd(x, full_matrices=False)
        return (u * s.tanh()[..., None, :]) @ vh

    def left(x):
        u = linalg.svd(x, full_matrices=False)[0][..., :2]
        return u @ u.mT

    def right(x):
        vh = linalg.svd(x, full_matrices=False)[2][..., :1, :]
        return vh.mT @ vh

    case('svd', f'{sample}, function', normal(shape), limited, part='function')
    case('svd', f'{sample}, left', normal(shape), left, part='left')
    case('svd', f'{sample}, right', normal(shape), right, part='right')
    case('pinv', f'{sample} matrix', normal(shape), linalg.pinv)
    case('matrixRank', sample, normal(shape), linalg.matrix_rank, False)
case(
    'pinv', 'rank two', normal([4, 2], [2, 3]),
    lambda a, b: linalg.pinv(a @ b, rcond=1e-5), tolerance=1e-5,
)
case('matrixRank', 'rank two', normal([4, 2], [2, 3]), lambda a, b: linalg.matrix_rank(a @ b), False)
for sample, a, b in (('vector', [5, 3], [5]), ('columns', [4, 2], [4, 3]), ('stack', [2, 4, 2], [2, 4, 1])):
    case(
        'lstsq', sample, normal(a, b),
        lambda a, b: linalg.lstsq(a, b if b.ndim > 1 else b[:, None]).solution.reshape(
            *a.shape[:-2], a.shape[-1], *b.shape[a.ndim - 1 :]
        ),
    )

if __name__ == '__main__':
    finish('decomposition')
