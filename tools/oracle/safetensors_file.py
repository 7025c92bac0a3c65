"""Writes packages/maru/test/io/fixtures/reference.safetensors with the reference implementation.

    python3 -m venv VENV && VENV/bin/pip install safetensors==0.8.0
    VENV/bin/python tools/oracle/safetensors_file.py
"""

import ctypes
from pathlib import Path

from safetensors import TensorSpec, serialize

FIXTURES = Path(__file__).resolve().parents[2] / 'packages' / 'maru' / 'test' / 'io' / 'fixtures'
BYTES = {
    'bool': 1, 'uint8': 1, 'int8': 1, 'int16': 2, 'uint16': 2, 'float16': 2, 'bfloat16': 2,
    'int32': 4, 'uint32': 4, 'float32': 4, 'float64': 8, 'int64': 8, 'uint64': 8,
}  # fmt: skip
buffers = []  # the specs hold addresses only


def tensor(dtype, *shape):
    """Bytes 0, 1, 2 … of a tensor, which every dtype can hold (0 and 1 only for bool)."""
    size = BYTES[dtype]
    for dim in shape:
        size *= dim
    top = 2 if dtype == 'bool' else 251
    buffer = ctypes.create_string_buffer(bytes(i % top for i in range(size)), max(size, 1))
    buffers.append(buffer)
    where = ctypes.addressof(buffer)
    return TensorSpec(dtype=dtype, shape=list(shape), data_ptr=where, data_len=size)


tensors = {f'dtype.{dtype}': tensor(dtype, 2) for dtype in BYTES}
# names whose order differs between UTF-16 and UTF-8, and names that JavaScript treats specially
tensors |= {
    'layer.0.weight': tensor('float32', 2, 3),
    'layer.10.weight': tensor('float32', 1, 2),
    'layer.2.weight': tensor('float32', 3, 1),
    '마루.가중치': tensor('float32', 1),
    '\U0001d6c1': tensor('float32', 1),
    '\uff5e': tensor('float32', 1),
    '__proto__': tensor('float32', 1),
    'quote " and \\ and \n': tensor('float32', 1),
    'scalar': tensor('float64'),
    'empty': tensor('int64', 0, 3),
    '': tensor('uint8', 3),
}

FIXTURES.mkdir(parents=True, exist_ok=True)
target = FIXTURES / 'reference.safetensors'
target.write_bytes(bytes(serialize(tensors, {'framework': 'maru 마루'})))
print(f'{target.name}: {len(tensors)} tensors, {target.stat().st_size} bytes')
