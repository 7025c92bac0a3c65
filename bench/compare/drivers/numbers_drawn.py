"""Numbers that every driver draws alike: see numbers-drawn.mjs."""

import math

import numpy as np


def seed_of(name):
    seed = 0x811C9DC5
    for letter in name:
        seed = ((seed ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    return seed


def mixed(name, size):
    h = np.arange(size, dtype=np.uint32) * np.uint32(0x9E3779B9) + np.uint32(seed_of(name))
    h = (h ^ (h >> np.uint32(16))) * np.uint32(0x85EBCA6B)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(0xC2B2AE35)
    return h ^ (h >> np.uint32(16))


def uniform(name, size, scale=1.0):
    whole = (mixed(name, size) >> np.uint32(8)).astype(np.float64) * 2.0**-23 - 1.0
    return whole.astype(np.float32) * np.float32(scale)


def integers(name, size, below):
    return (mixed(name, size) % np.uint32(below)).astype(np.int64)


def started(i, name, shape):
    size = math.prod(shape)
    if len(shape) > 1:
        return uniform(f'p{i}', size, 1 / math.sqrt(size / shape[0])).reshape(shape)
    return np.full(shape, 1.0 if name.endswith('weight') else 0.0, np.float32)
