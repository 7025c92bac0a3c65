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
