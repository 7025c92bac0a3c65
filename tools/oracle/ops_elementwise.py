"""Writes packages/maru/test/ops/fixtures/torch-elementwise.json: functions, bits and activations."""

import torch
import torch.nn.functional as F

from cases import INF, NAN, SPECIAL, case, finish, values

LARGE = values(1e-30, -1e-30, 1000, -1000, 2.0**40, -(2.0**40))


def normal(d, *shape):
    return d.normal(*shape)


def positive(d, *shape):
    return d.uniform(*shape, low=0.125, high=4.0)


def unit(d, *shape):
    return d.uniform(*shape, low=-0.9375, high=0.9375)


def above_one(d, *shape):
    return d.uniform(*shape, low=1.125, high=6.0)


def nonzero(d, *shape):
    return d.uniform(*shape, low=0.5, high=3.0) * torch.where(d.flags(*shape), 1.0, -1.0)


def odd(d, *shape):
    return d.normal(*shape, step=32) + 1 / 64


def unary(op, run, draw=normal, special=SPECIAL, edges=None, grad=True, large=None, **args):
    of = ''.join(f', {name}' for name in args)
    case(op, f'matrix{of}', lambda d: [draw(d, 2, 3)], run, grad=grad, **args)
    if edges is not None:
        case(op, f'edges{of}', lambda d: [edges], run, grad=grad, **args)
    if special is not None:
        case(op, f'special{of}', lambda d: [special], run, grad=False, **args)
    if large is not None:
        case(op, f'large{of}', lambda d: [large], run, grad=False, **args)


ROUNDING = values(-3.5, -2.5, -1.5, -0.75, -0.5, 0.5, 0.75, 1.5, 2.5, 3.5, 1e9, -1e9)
for op, run in (('round', torch.round), ('ceil', torch.ceil), ('trunc', torch.trunc)):
    unary(op, run, grad=False, large=ROUNDING)
unary('frac', torch.frac, odd, large=ROUNDING)
unary('sign', torch.sign, grad=False, large=LARGE)
unary('reciprocal', torch.reciprocal, nonzero, large=LARGE)
unary('rsqrt', torch.rsqrt, positive, large=LARGE)
unary('exp2', torch.exp2, edges=values(-100, -1, 3, 100))
unary('expm1', torch.expm1, edges=values(-20, -(2**-12), 2**-12, 1, 80), large=LARGE)
unary('log1p', torch.log1p, positive, edges=values(-0.75, -(2**-12), 2**-12, 2**20), large=LARGE)
unary('log2', torch.log2, positive, edges=values(2**-20, 0.5, 8, 2**20), large=LARGE)
unary('log10', torch.log10, positive, edges=values(2**-20, 0.5, 1000, 2**20), large=LARGE)
unary('tan', torch.tan, edges=values(-3, -1.5, 1.5, 3))
unary('asin', torch.asin, unit, edges=values(-0.75, -(2**-12), 2**-12, 0.75), large=LARGE)
unary('acos', torch.acos, unit, edges=values(-0.75, -(2**-12), 2**-12, 0.75), large=LARGE)
unary('atan', torch.atan, edges=values(-100, -(2**-12), 2**-12, 100), large=LARGE)
unary('sinh', torch.sinh, edges=values(-80, -(2**-12), 2**-12, 80), large=LARGE)
unary('cosh', torch.cosh, edges=values(-80, -(2**-12), 2**-12, 80), large=LARGE)
unary('asinh', torch.asinh, edges=values(-100, -(2**-12), 2**-12, 1e6), large=LARGE)
unary('acosh', torch.acosh, above_one, edges=values(1.015625, 2, 1e6), large=LARGE)
unary('atanh', torch.atanh, unit, edges=values(-0.75, -(2**-12), 2**-12, 0.75), large=LARGE)
unary('erfc', torch.erfc, edges=values(-3, -(2**-10), 2**-10, 1, 4, 8), large=LARGE)
unary('erfinv', torch.erfinv, unit, edges=values(-0.9921875, -(2**-12), 2**-12, 0.9921875))
unary('lgamma', torch.lgamma, positive, edges=values(-2.5, -0.5, 0.015625, 10.5, 100, 1e6))
unary('digamma', torch.digamma, positive, edges=values(-2.5, -0.25, 0.015625, 10.5, 100, 1e6))
for order in (1, 2):
    run = lambda x, n=order: torch.polygamma(n, x)
    case('polygamma', f'order {order}', lambda d: [positive(d, 2, 3)], run, order=order)
unary('sinc', torch.sinc, nonzero, special=values(0, -0.0, 0.5, INF, NAN))
unary('isNaN', torch.isnan, grad=False, large=LARGE)
unary('isInf', torch.isinf, grad=False, large=LARGE)
unary('isFinite', torch.isfinite, grad=False, large=LARGE)
most = float(torch.finfo(torch.float32).max)
case(
    'nanToNum', 'defaults', lambda d: [SPECIAL], lambda x: x.nan_to_num(0, most, -most), grad=False
)
case(
    'nanToNum', 'given', lambda d: [SPECIAL], lambda x: x.nan_to_num(1, 2, 3), grad=False,
    nan=1, posInf=2, negInf=3,
)

A = values(*(a for a in (0, -0.0, 1, -2, INF, -INF, NAN) for _ in range(7)))
B = values(*((0, -0.0, 1, -2, INF, -INF, NAN) * 7))


def binary(op, run, draw=normal, second=None, grad=True, special=True):
    second = second or draw
    pair = lambda a, b: lambda d: [draw(d, *a), second(d, *b)]
    case(op, 'same shape', pair([2, 3], [2, 3]), run, grad)
    case(op, 'column and row', pair([2, 1], [1, 3]), run, grad)
    if special:
        case(op, 'special', lambda d: [A, B], run, grad=False)


def even(d, *shape):
    return d.uniform(*shape, low=0.5, high=3.0, step=32) * torch.where(d.flags(*shape), 1.0, -1.0)


binary('notEqual', torch.ne, grad=False)
binary('atan2', torch.atan2, nonzero)
binary('hypot', torch.hypot, nonzero)
binary('logAddExp', torch.logaddexp)
binary('xlogy', torch.xlogy, nonzero, positive, special=False)
case(
    'xlogy', 'special',
    lambda d: [values(0, 0, 0, 0, 1, -2, INF, NAN, 0), values(0, INF, NAN, -1, 0, 2, INF, 0, 2)],
    torch.xlogy, grad=False,
)
binary('fmod', torch.fmod, odd, even)
binary('remainder', torch.remainder, odd, even)
binary('floorDivide', torch.floor_divide, odd, even, grad=False)
binary('copysign', torch.copysign, nonzero, nonzero)
binary('heaviside', torch.heaviside, nonzero, grad=False)
binary('clampMin', lambda a, b: torch.clamp(a, min=b), special=False)
binary('clampMax', lambda a, b: torch.clamp(a, max=b), special=False)
binary('pow', torch.pow, positive, normal)
case('pow', 'negative base', lambda d: [nonzero(d, 5), d.integers(5, low=-3, high=4).double()], torch.pow)
for exponent in (-2, -0.5, 0, 0.5, 1, 2.5, 3, 0.3, 100, -71):
    run = lambda x, n=exponent: x.pow(n)
    case('pow', f'by {exponent}', lambda d: [positive(d, 4)], run, exponent=exponent)
    case('pow', f'special by {exponent}', lambda d: [SPECIAL], run, grad=False, exponent=exponent)
POWERS = values(4, 9, 0.5, 1e-3, 2, 10, 1.5, 7)
case(
    'pow', 'large', lambda d: [POWERS, values(50, -30, 100, 10, 127, 38, 200.5, -45)], torch.pow,
    grad=False,
)
for sample, weight in (('low', 0.25), ('high', 0.75), ('beyond', 1.5)):
    run = lambda a, b, w=weight: torch.lerp(a, b, w)
    case('lerp', sample, lambda d: [normal(d, 2, 3), normal(d, 2, 3)], run, weight=weight)
case('lerp', 'tensor', lambda d: [normal(d, 2, 3), normal(d, 2, 3), normal(d, 2, 3)], torch.lerp)
three = lambda d: [normal(d, 2, 3), normal(d, 3), nonzero(d, 2, 1)]
case('addcmul', 'plain', three, torch.addcmul)
case('addcmul', 'scaled', three, lambda *t: torch.addcmul(*t, value=0.5), value=0.5)
case('addcdiv', 'plain', three, torch.addcdiv)
case('addcdiv', 'scaled', three, lambda *t: torch.addcdiv(*t, value=-2), value=-2)


def integers(*numbers):
    return torch.tensor(numbers, dtype=torch.int32)


def each_pair(a, b):
    return [
        torch.tensor([x for x in a for _ in b], dtype=torch.int32),
        torch.tensor([y for _ in a for y in b], dtype=torch.int32),
    ]


WORDS = (0, 1, -1, 5, -6, 2**31 - 1, -(2**31), 0x12345678)
for op, run in (
    ('bitwiseAnd', torch.bitwise_and),
    ('bitwiseOr', torch.bitwise_or),
    ('bitwiseXor', torch.bitwise_xor),
):
    case(op, 'integers', lambda d: each_pair(WORDS, WORDS), run, grad=False)
    case(op, 'bools', lambda d: [d.flags(6), d.flags(6)], run, grad=False)
case('bitwiseNot', 'integers', lambda d: [integers(*WORDS)], torch.bitwise_not, grad=False)
case('bitwiseNot', 'bools', lambda d: [d.flags(6)], torch.bitwise_not, grad=False)
for op, run in (('shiftLeft', torch.bitwise_left_shift), ('shiftRight', torch.bitwise_right_shift)):
    case(op, 'integers', lambda d: each_pair(WORDS, (0, 1, 7, 31)), run, grad=False)
for op, run in (
    ('logicalAnd', torch.logical_and),
    ('logicalOr', torch.logical_or),
    ('logicalXor', torch.logical_xor),
):
    case(op, 'bools', lambda d: [d.flags(2, 3), d.flags(3)], run, grad=False)
    case(op, 'numbers', lambda d: [A, B], run, grad=False)
DIVISORS = (1, -1, 2, -3, 7, 2**31 - 1, -(2**31), 65537)
for op, run in (
    ('fmod', torch.fmod),
    ('remainder', torch.remainder),
    ('floorDivide', torch.floor_divide),
):
    # torch traps at the one quotient that does not fit
    pairs = lambda d: each_pair(WORDS[:6] + WORDS[7:], DIVISORS)
    case(op, 'integers', pairs, run, grad=False)
case('pow', 'integers', lambda d: each_pair((0, 1, -1, 3, -7), (0, 1, 2, 5, 31, -1, -2)), torch.pow, grad=False)

INFINITE = values(0.0, -0.0, 1, -1, INF, NAN)
# torch drops the sign of -0 here
UNSIGNED = values(0, 1, -1, INF, -INF, NAN)
unary('relu6', F.relu6, odd, special=values(1, -1, 7, INF, -INF, NAN))
unary('leakyRelu', F.leaky_relu, edges=values(-1, 0, 1))
unary('leakyRelu', lambda x: F.leaky_relu(x, 0.25), slope=0.25)
unary('elu', F.elu, special=UNSIGNED, edges=values(-90, -1, 0, 1, 90), large=LARGE)
unary('elu', lambda x: F.elu(x, 0.5), special=UNSIGNED, alpha=0.5)
unary('celu', F.celu, special=UNSIGNED, edges=values(-90, -1, 0, 1, 90))
unary('celu', lambda x: F.celu(x, 0.5), special=UNSIGNED, alpha=0.5)
unary('selu', F.selu, special=UNSIGNED, edges=values(-90, -1, 0, 1, 90))
unary('gelu', lambda x: F.gelu(x, approximate='tanh'), special=INFINITE, approximate='tanh')
unary('silu', F.silu, edges=values(-90, -1, 0, 1, 90))
unary('mish', F.mish, special=INFINITE, edges=values(-80, -1, 0, 1, 90))
softplus = lambda x, beta=1: F.softplus(x, beta, threshold=600)
unary('softplus', softplus, edges=values(-80, -1, 0, 1, 90))
unary('softplus', lambda x: softplus(x, 2), beta=2)
unary('softsign', F.softsign, nonzero, edges=values(-90, 0, 90))
unary('logSigmoid', F.logsigmoid, special=values(0, -0.0, 1, -1, -INF, NAN), edges=values(-90, -1, 0, 1, 80))
unary('hardtanh', F.hardtanh, odd, edges=values(-1, -0.5, 1))
unary('hardtanh', lambda x: F.hardtanh(x, -0.5, 2), odd, low=-0.5, high=2)
unary('hardsigmoid', F.hardsigmoid, odd, edges=values(-3, 0, 3, 5))
unary('hardswish', F.hardswish, odd, special=values(0, 1, -1, INF, NAN), edges=values(-5, 0, 2, 5))
unary('tanhshrink', F.tanhshrink, special=values(0, 1, -1, INF, -INF, NAN))
unary('softshrink', F.softshrink, odd, special=values(0, 1, -1, INF, -INF), edges=values(-0.5, 0.5))
unary('softshrink', lambda x: F.softshrink(x, 1), odd, special=None, **{'lambda': 1})
unary('hardshrink', F.hardshrink, odd, special=values(0, 1, -1, INF, -INF), edges=values(-0.5, 0.5))
unary('hardshrink', lambda x: F.hardshrink(x, 1), odd, special=None, **{'lambda': 1})
unary('threshold', lambda x: F.threshold(x, 0.5, -1), odd, edges=values(0, 0.5, 1), bound=0.5, value=-1)
case('prelu', 'one weight', lambda d: [nonzero(d, 2, 3), normal(d, 1)], F.prelu)
case('prelu', 'channels', lambda d: [nonzero(d, 2, 3, 2), normal(d, 3)], F.prelu)
case('glu', 'last axis', lambda d: [normal(d, 2, 4)], F.glu)
case('glu', 'first axis', lambda d: [normal(d, 4, 3)], lambda x: F.glu(x, 0), axis=0)

finish('elementwise')
