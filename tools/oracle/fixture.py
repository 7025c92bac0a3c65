"""How the oracle scripts draw numbers and write fixtures."""

import json
import math
import zlib
from pathlib import Path

import numpy as np
import torch

SEED = 20261120
TESTS = Path(__file__).resolve().parents[2] / 'packages' / 'maru' / 'test'

torch.set_num_threads(1)
torch.use_deterministic_algorithms(True)

DTYPES = {
    torch.float64: 'float64',
    torch.float32: 'float32',
    torch.int32: 'int32',
    torch.int64: 'int32',  # torch's index dtype; maru's is int32
    torch.uint8: 'uint8',
    torch.bool: 'bool',
}


class Draw:
    """Numbers that depend on the seed and a name only, so that adding a case moves no other.

    Floats are multiples of 1/64 (or 1/16): exact in every float dtype, and short in a file.
    """

    def __init__(self, name):
        self.rng = np.random.RandomState((SEED + zlib.crc32(name.encode())) % 2**32)

    def normal(self, *shape, scale=1.5, step=64):
        return torch.tensor(np.round(self.rng.randn(*shape) * scale * step) / step)

    def uniform(self, *shape, low=0.0, high=1.0, step=64):
        draws = self.rng.randint(round(low * step), round(high * step) + 1, shape)
        return torch.tensor(draws / step)

    def integers(self, *shape, low, high):
        return torch.tensor(self.rng.randint(low, high, shape).astype(np.int32))

    def distinct(self, *shape, step=16):
        """A shuffled grid around zero: no two values tie."""
        size = int(np.prod(shape))
        order = self.rng.permutation(size)
        return torch.tensor(((order - size // 2) / step).reshape(shape).astype(np.float64))

    def flags(self, *shape):
        return torch.tensor(self.rng.rand(*shape) < 0.5)


def number(value, wide=False):
    """The value whose shortest text reads back as the same float32 (float64 if `wide`)."""
    if isinstance(value, (bool, int)):
        return int(value)
    if math.isnan(value):
        return 'NaN'
    narrow = value if wide else float(np.float32(value))
    if math.isinf(narrow):
        return 'Infinity' if narrow > 0 else '-Infinity'
    if narrow == int(narrow) and abs(narrow) < 2**24 and (narrow or math.copysign(1, narrow) > 0):
        return int(narrow)
    return narrow if wide else float(str(np.float32(narrow)))


def tensor(t, dtype=None, wide=False):
    """`{ shape, dtype, data }` with the data in row-major order."""
    data = t.detach().contiguous().reshape(-1).tolist()
    return {
        'shape': list(t.shape),
        'dtype': dtype or DTYPES[t.dtype],
        'data': [number(x, wide) for x in data],
    }


def write(path, generator, header, entries):
    """One header line and one line per entry: small to store, readable in a diff."""
    head = {
        'generator': f'tools/oracle/{generator}',
        'torch': torch.__version__,
        'seed': SEED,
        **header,
    }
    target = TESTS / path
    target.parent.mkdir(parents=True, exist_ok=True)
    rows = ',\n'.join(dump(entry) for entry in entries)
    text = dump({**head, 'entries': []})[:-2] + '\n' + rows + '\n]}\n'
    target.write_text(text)
    print(f'{path}: {len(entries)} entries, {len(text) / 1000:.1f} kB')


def dump(value):
    return json.dumps(value, separators=(',', ':'), allow_nan=False)
