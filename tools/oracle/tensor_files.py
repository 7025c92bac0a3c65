"""Writes packages/maru/test/io/fixtures/: npy, npz and .pt files by NumPy and PyTorch, and what is in them."""

import collections
import io
import json
from pathlib import Path

import numpy as np
import torch

FOLDER = Path(__file__).resolve().parents[2] / 'packages' / 'maru' / 'test' / 'io' / 'fixtures'


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def grid(dtype, *shape):
    return (np.arange(np.prod(shape, dtype=int)) - 3).astype(dtype).reshape(shape)


ARRAYS = {
    'float32': grid('<f4', 2, 3),
    'float64': grid('<f8', 2, 2, 2),
    'float16': grid('<f2', 3),
    'int64': grid('<i8', 4),
    'int32': grid('<i4', 2, 1),
    'int16': grid('<i2', 3),
    'int8': grid('i1', 5),
    'uint8': np.arange(4, dtype='u1'),
    'uint16': np.arange(3, dtype='<u2'),
    'bool': np.array([True, False, True]),
    'scalar': np.float64(2.5),
    'empty': np.zeros((0, 3), dtype='<f4'),
    'big-endian': grid('>f4', 2, 3),
    'big-endian-int': grid('>i8', 3),
    'fortran': np.asfortranarray(grid('<f4', 2, 3, 4)),
}


def write_arrays():
    lines = {}
    for name, array in ARRAYS.items():
        lines[name] = {
            'file': npy(array).hex(),
            'shape': list(np.shape(array)),
            'values': np.asarray(array).astype('f8').ravel().tolist(),
        }
    lines['object'] = {'file': npy(np.array([{}], dtype=object)).hex()}
    lines['text'] = {'file': npy(np.array(['a'])).hex()}
    lines['complex'] = {'file': npy(np.array([1j])).hex()}
    text = ',\n'.join(f'{json.dumps(k)}:{json.dumps(v, separators=(",", ":"))}' for k, v in lines.items())
    (FOLDER / 'npy.json').write_text('{' + text + '}\n')
    np.savez(FOLDER / 'plain.npz', weight=ARRAYS['float32'], **{'a/b': ARRAYS['int64']})
    np.savez_compressed(FOLDER / 'packed.npz', weight=ARRAYS['float32'], zeros=np.zeros((64, 64), 'f4'))


class Strange:
    """Not a tensor: what a reader must refuse by name."""


def write_torch():
    torch.manual_seed(0)
    base = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    checkpoint = {
        'epoch': 3,
        'lr': 0.5,
        'name': '마루',
        'state_dict': collections.OrderedDict(
            weight=base,
            transposed=base.t(),
            part=base[1:, 1:3],
            repeated=torch.tensor([1.0, 2.0]).expand(3, 2),
            half=torch.tensor([1.5, -2.0], dtype=torch.float16),
            brain=torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
            count=torch.tensor(7),
            flags=torch.tensor([True, False]),
            empty=torch.zeros(0, 5),
            parameter=torch.nn.Parameter(torch.tensor([3.0])),
        ),
        'list': [torch.tensor([1], dtype=torch.int8), torch.tensor([2], dtype=torch.uint8)],
    }
    torch.save(checkpoint, FOLDER / 'checkpoint.pt')
    torch.save(torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3)).state_dict(), FOLDER / 'state-dict.pt')
    torch.save({'thing': Strange()}, FOLDER / 'strange.pt')
    torch.save(base, FOLDER / 'old.pt', _use_new_zipfile_serialization=False)


if __name__ == '__main__':
    write_arrays()
    write_torch()
