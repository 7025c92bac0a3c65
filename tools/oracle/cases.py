"""What the scripts of tensor ops share: one entry is one call, its output and its gradients.

Everything is computed in float64 from inputs that float32 holds exactly, then rounded to float32:
the expected value of an op, not of one implementation's rounding.
"""

import torch

from fixture import Draw, tensor, write

CASES = []


def case(op, sample, inputs, run, /, grad=True, dtype=None, **args):
    """One entry. `run(*inputs)` uses torch's names; `args` and `op` are maru's."""
    CASES.append((op, sample, inputs, run, grad, dtype, args))


def entry(op, sample, inputs, run, grad, dtype, args):
    draw = Draw(f'{op}/{sample}')
    leaves = [t.detach().clone() for t in inputs(draw)]
    floats = [t for t in leaves if t.is_floating_point()]
    for leaf in floats:
        leaf.requires_grad_(grad)
    output = run(*leaves)
    row = {
        'op': op,
        'sample': sample,
        'args': args,
        'inputs': [given(t) for t in leaves],
        'output': rounded(output, dtype),
    }
    if grad:
        cotangent = draw.normal(*output.shape, step=16)
        grads = iter(torch.autograd.grad(output, floats, cotangent))
        row['cotangent'] = given(cotangent)
        row['grads'] = [
            rounded(next(grads)) if t.is_floating_point() else None for t in leaves
        ]
    return row


def given(t):
    """An input, which float32 holds exactly, in all its digits."""
    return tensor(t, 'float32', wide=True) if t.is_floating_point() else tensor(t)


def rounded(t, dtype=None):
    return tensor(t, dtype or ('float32' if t.is_floating_point() else None))


def values(*numbers):
    return torch.tensor(numbers, dtype=torch.float64)


INF, NAN = float('inf'), float('nan')
SPECIAL = values(0.0, -0.0, 1.0, -1.0, INF, -INF, NAN)


def finish(family):
    """Writes the entries of the script `ops_<family>.py`."""
    entries = [entry(*fields) for fields in CASES]
    header = {'arithmetic': 'float64, rounded to float32'}
    write(f'ops/fixtures/torch-{family}.json', f'ops_{family}.py', header, entries)
