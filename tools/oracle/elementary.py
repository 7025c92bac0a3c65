"""Writes packages/maru/test/base/fixtures/math.json: correctly rounded values of elementary functions.

Usage: python3 tools/oracle/elementary.py   (needs mpmath)
"""

import json
import random
from pathlib import Path

import mpmath
from mpmath import mpf

# 1,400 bits, so that the argument of sin and cos may be as large as 2^1023
mpmath.mp.prec = 1400
SEED = 1
POINTS = 40

functions = {
    'exp': (mpmath.exp, [(-745, 709), (-1, 1)]),
    'expm1': (mpmath.expm1, [(-40, 700), (-1.5, 1.5)]),
    'log': (mpmath.log, [(1e-300, 1e-290), (0.5, 2), (0.9, 1.1), (1, 1e300)]),
    'log1p': (mpmath.log1p, [(-1, 3), (-0.01, 0.01), (1, 1e300)]),
    'sin': (mpmath.sin, [(-10, 10), (-1e5, 1e5), (1e5, 1e7), (1e20, 1e308)]),
    'cos': (mpmath.cos, [(-10, 10), (-1e5, 1e5), (1e5, 1e7), (1e20, 1e308)]),
    'tanh': (mpmath.tanh, [(-1, 1), (-20, 20), (-0.01, 0.01)]),
    'sigmoid': (lambda x: 1 / (1 + mpmath.exp(-x)), [(-5, 5), (-700, 40)]),
    'erf': (mpmath.erf, [(-1, 1), (0.9, 1.2), (-6, 6), (-0.01, 0.01)]),
    'erfc': (mpmath.erfc, [(-1, 1), (0.4, 1.2), (1, 26)]),
    'erfinv': (mpmath.erfinv, [(-1, 1), (0.99, 1), (-0.01, 0.01)]),
    'exp2': (lambda x: mpmath.power(2, x), [(-1074, 1023), (-1, 1)]),
    'log2': (lambda x: mpmath.log(x, 2), [(1e-300, 1e-290), (0.5, 2), (1, 1e300)]),
    'log10': (mpmath.log10, [(1e-300, 1e-290), (0.5, 2), (1, 1e300)]),
    'softplus': (lambda x: mpmath.log1p(mpmath.exp(x)), [(-700, 40), (-2, 2)]),
    'sinh': (mpmath.sinh, [(-2, 2), (-700, 700), (-0.01, 0.01)]),
    'cosh': (mpmath.cosh, [(-2, 2), (-700, 700)]),
    'asin': (mpmath.asin, [(-1, 1), (0.99, 1), (-0.01, 0.01)]),
    'acos': (mpmath.acos, [(-1, 1), (0.99, 1), (-0.01, 0.01)]),
    'atan': (mpmath.atan, [(-3, 3), (-100, 100), (-0.01, 0.01)]),
    'asinh': (mpmath.asinh, [(-3, 3), (1, 1e300), (-0.01, 0.01)]),
    'acosh': (mpmath.acosh, [(1, 3), (1, 1e300)]),
    'atanh': (mpmath.atanh, [(-1, 1), (-0.01, 0.01)]),
    'lgamma': (lambda x: mpmath.log(abs(mpmath.gamma(x))), [(0, 0.5), (2.5, 12), (12, 1000), (-4, 0)]),
    'digamma': (mpmath.digamma, [(0, 1), (2, 30), (-4, 0)]),
    'trigamma': (lambda x: mpmath.polygamma(1, x), [(0, 1), (2, 30), (-4, 0)]),
    'tetragamma': (lambda x: mpmath.polygamma(2, x), [(0, 1), (2, 30), (-4, 0)]),
}


def main():
    rng = random.Random(SEED)
    table = {'generator': f'mpmath {mpmath.__version__}, seed {SEED}'}
    for name, (function, ranges) in functions.items():
        inputs = [rng.uniform(low, high) for low, high in ranges for _ in range(POINTS)]
        table[name] = [[x, float(function(mpf(x)))] for x in inputs]
    powers = [(rng.uniform(0, 9), rng.uniform(-99, 99)) for _ in range(POINTS)]
    powers += [(rng.uniform(0.9, 1.1), rng.uniform(-3000, 3000)) for _ in range(POINTS)]
    table['pow'] = [[x, y, float(mpmath.power(mpf(x), mpf(y)))] for x, y in powers]
    root = Path(__file__).resolve().parents[2]
    path = root / 'packages/maru/test/base/fixtures/math.json'
    rows = (f'  {json.dumps(key)}: {json.dumps(value)}' for key, value in table.items())
    path.write_text('{\n' + ',\n'.join(rows) + '\n}\n')


main()
