"""PyTorch at the recipe of `npm start`: LeNet-5 on MNIST's 10,000 test digits, 8,000 to train.

    /usr/bin/python3 tools/oracle/lenet_mnist.py --data DIR

Pixels are scaled to [0, 1], and with --standardise to mean 0 and deviation 1. Initial weights are
PyTorch's own; the learning rate falls from 1e-3 to 0 along a cosine, step by step. Prints the test
error of each seed and the mean.
"""

import argparse
import gzip
import math
import time
from pathlib import Path

import torch
import torch.nn.functional as F

from lenet import LeNet5

IMAGES, LABELS = 0x00000803, 0x00000801  # unsigned bytes, of three axes and of one


def idx(path, magic):
    """The tensor in a gzipped IDX file."""
    raw = gzip.decompress(path.read_bytes())
    words = [int.from_bytes(raw[i : i + 4], 'big') for i in range(0, 16, 4)]
    if words[0] != magic:
        raise SystemExit(f'{path}: magic number {words[0]:#010x}, {magic:#010x} was expected')
    ndim = magic & 255
    shape = words[1 : 1 + ndim]
    return torch.frombuffer(bytearray(raw[4 + 4 * ndim :]), dtype=torch.uint8).reshape(shape)


def train(model, images, labels, epochs, batch, rate, constrain=lambda: None):
    """Adam whose rate falls by a cosine; `constrain` follows each step."""
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    steps = epochs * math.ceil(len(images) / batch)
    decay = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / steps))
    )
    for _ in range(epochs):
        for ids in torch.randperm(len(images)).split(batch):
            optimizer.zero_grad()
            F.cross_entropy(model(images[ids]), labels[ids]).backward()
            optimizer.step()
            decay.step()
            constrain()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='folder of the t10k files')
    parser.add_argument(
        '--standardise', action='store_true', help="training pixels to mean 0 and deviation 1"
    )
    parser.add_argument('--epochs', type=int, default=20)
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3])
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    images = idx(options.data / 't10k-images-idx3-ubyte.gz', IMAGES).unsqueeze(1) / 255
    if options.standardise:
        images = (images - images[:8000].mean()) / images[:8000].std()
    labels = idx(options.data / 't10k-labels-idx1-ubyte.gz', LABELS).long()

    errors = []
    for seed in options.seeds:
        torch.manual_seed(seed)
        model = LeNet5()
        start = time.perf_counter()
        train(model, images[:8000], labels[:8000], options.epochs, batch=64, rate=1e-3)
        seconds = time.perf_counter() - start
        with torch.no_grad():
            wrong = (model(images[8000:]).argmax(1) != labels[8000:]).sum().item()
        errors.append(100 * wrong / 2000)
        figures = f'{errors[-1]:.2f} % ({wrong} of 2000 wrong), {seconds:.0f} s'
        print(f'seed {seed}: {figures}', flush=True)
    print(f'mean: {sum(errors) / len(errors):.2f} %')


if __name__ == '__main__':
    main()
