"""Writes packages/maru/test/ops/fixtures/dtypes.json: promotion, casts, and arithmetic in its own dtype."""

import warnings

import torch

import fixture
from fixture import Draw, tensor, write

warnings.simplefilter('ignore')
INF, NAN = float('inf'), float('nan')
NAMES = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int8', 'uint8', 'bool']
fixture.DTYPES.update({getattr(torch, name): name for name in NAMES})

BINARY = {'add': torch.add, 'sub': torch.sub, 'mul': torch.mul, 'div': torch.div}
BOTH = {'maximum': torch.maximum, 'minimum': torch.minimum, 'less': torch.lt, 'equal': torch.eq}
entries = []


def entry(op, inputs, output):
    made = [tensor(t, wide=True) for t in inputs]
    entries.append({'op': op, 'inputs': made, 'output': tensor(output, wide=True)})


def spread(d, dtype, count=48):
    """Floats of many sizes, subnormal and special ones among them; integers over their whole range."""
    if dtype.is_floating_point:
        values = torch.tensor(d.rng.randn(count)) * 2.0 ** torch.tensor(d.rng.randint(-26, 17, count))
        ends = torch.tensor([0.0, -0.0, 1, -1, INF, -INF, NAN, 65504, 2**-24])
        return torch.cat([values, ends]).to(dtype)
    limit = 2**26 if dtype == torch.int64 else 2**7
    return torch.tensor(d.rng.randint(-limit, limit, count)).to(dtype)


for name in ['float16', 'bfloat16', 'int8', 'int64']:
    dtype = getattr(torch, name)
    d = Draw(name)
    a, b = spread(d, dtype), spread(d, dtype).flip(0)
    for op, run in {**BINARY, **BOTH}.items():
        entry(op, [a, b], run(a, b))
    entry('neg', [a], torch.neg(a))
    entry('abs', [a], torch.abs(a))
    terms = Draw(f'{name} sums').normal(3, 17).mul(16).to(dtype)
    # maru's small integers add up to int32, and torch's to int64
    total = dtype if dtype in (torch.float16, torch.bfloat16, torch.int64) else torch.int32
    entry('sum', [terms], terms.double().sum(1).to(total))

whole = torch.tensor(Draw('whole').rng.randint(-(2**31), 2**31, 32)).to(torch.int32)
for dtype in [torch.float16, torch.bfloat16]:
    for x in [spread(Draw('cast'), torch.float32), spread(Draw('wide'), torch.float64), whole]:
        entry('cast', [x], x.to(dtype))

promotion = {
    a: {b: str(torch.promote_types(getattr(torch, a), getattr(torch, b)))[6:] for b in NAMES} for a in NAMES
}
write('ops/fixtures/dtypes.json', 'dtypes.py', {'promotion': promotion}, entries)
