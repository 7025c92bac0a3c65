"""Writes packages/maru/test/ops/fixtures/torch-fourier.json: transforms of complex numbers."""

import torch

from cases import INF, NAN, case, finish, values

real, whole = torch.view_as_real, torch.view_as_complex


def normal(*shape):
    return lambda d: [d.normal(*shape)]


for op, run in (('fft', torch.fft.fft), ('ifft', torch.fft.ifft)):
    for n in (1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 22, 30, 32):
        at = lambda z, r=run: real(r(whole(z)))
        case(op, f'length {n}', normal(n, 2), at, n in (1, 3, 8, 12, 17))
    for sample, shape, args in (
        ('rows', [3, 6, 2], {'axis': -1}),
        ('columns', [5, 2, 2], {'axis': 0}),
        ('middle', [2, 4, 3, 2], {'axis': 1}),
        ('cut', [2, 7, 2], {'n': 5}),
        ('filled up', [2, 4, 2], {'n': 6}),
        ('ortho', [6, 2], {'norm': 'ortho'}),
        ('forward', [6, 2], {'norm': 'forward'}),
    ):
        given = {'dim' if k == 'axis' else k: v for k, v in args.items()}
        case(op, sample, normal(*shape), lambda z, r=run, g=given: real(r(whole(z), **g)), **args)

for sample, shape, args in (
    ('even', [2, 6], {}),
    ('odd', [2, 7], {}),
    ('one', [1], {}),
    ('columns', [6, 2], {'axis': 0}),
    ('cut', [2, 7], {'n': 4}),
    ('filled up', [3], {'n': 8}),
    ('ortho', [6], {'norm': 'ortho'}),
    ('forward', [5], {'norm': 'forward'}),
):
    given = {'dim' if k == 'axis' else k: v for k, v in args.items()}
    case('rfft', sample, normal(*shape), lambda x, g=given: real(torch.fft.rfft(x, **g)), **args)

for sample, shape, args in (
    ('even', [2, 4, 2], {}),
    ('odd', [2, 4, 2], {'n': 7}),
    ('one', [1, 2], {'n': 1}),
    ('columns', [4, 2, 2], {'axis': 0}),
    ('cut', [2, 6, 2], {'n': 5}),
    ('filled up', [3, 2], {'n': 9}),
    ('ortho', [4, 2], {'norm': 'ortho'}),
    ('forward', [4, 2], {'norm': 'forward', 'n': 5}),
):
    given = {'dim' if k == 'axis' else k: v for k, v in args.items()}
    case('irfft', sample, normal(*shape), lambda z, g=given: torch.fft.irfft(whole(z), **g), **args)

for op, run in (('fft2', torch.fft.fft2), ('ifft2', torch.fft.ifft2)):
    for sample, shape, args in (
        ('one', [3, 4, 2], {}),
        ('batch', [2, 2, 3, 2], {'norm': 'ortho'}),
    ):
        case(op, sample, normal(*shape), lambda z, r=run, a=args: real(r(whole(z), **a)), **args)

for sample, a, b in (('same', [3, 2], [3, 2]), ('broadcast', [3, 1, 2], [4, 2])):
    case(
        'complexMul', sample, lambda d, a=a, b=b: [d.normal(*a), d.normal(*b)],
        lambda a, b: real(whole(a) * whole(b)),
    )
case('complexAbs', 'vector', normal(5, 2), lambda z: whole(z).abs())
case('complexAbs', 'one', normal(2), lambda z: whole(z).abs())
case('complexAbs', 'zero', lambda d: [torch.zeros(2, 2, dtype=torch.float64)], lambda z: whole(z).abs())
case(
    'complexAbs', 'special',
    lambda d: [torch.stack([values(INF, 1), values(-INF, INF), values(NAN, 1), values(3e38, 0)])],
    lambda z: whole(z).abs(), False,
)

if __name__ == '__main__':
    finish('fourier')
