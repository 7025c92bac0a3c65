"""PyTorch at the recipe of `examples/photos.ts`: 10,000 images of CIFAR-10 to train, 2,000 to test.

    /usr/bin/python3 tools/oracle/cifar.py --data DIR

Pixels are standardised by the training set's mean and deviation. Initial weights are PyTorch's own;
Adam's rate falls from 1e-3 to 0 along a cosine, step by step. Prints the test error of each seed and
the mean.
"""

import argparse
import gzip
from pathlib import Path

import torch
from torch import nn

from lenet_mnist import train

RECORD = 1 + 3 * 32 * 32


def images_of(path):
    """Pixels [N, 3, 32, 32] in [0, 1] and labels [N] of a gzipped file of CIFAR's records."""
    raw = torch.frombuffer(bytearray(gzip.decompress(path.read_bytes())), dtype=torch.uint8)
    records = raw.reshape(-1, RECORD)
    return records[:, 1:].reshape(-1, 3, 32, 32) / 255, records[:, 0].long()


def network():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='folder of the two files')
    parser.add_argument('--epochs', type=int, default=10)
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3, 4, 5])
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    images, labels = images_of(options.data / 'train_10k.bin.gz')
    others, right = images_of(options.data / 'test_2k.bin.gz')
    mean, std = images.mean(), images.std()
    images, others = (images - mean) / std, (others - mean) / std

    errors = []
    for seed in options.seeds:
        torch.manual_seed(seed)
        model = network()
        train(model, images, labels, options.epochs, batch=50, rate=1e-3)
        with torch.no_grad():
            wrong = (model(others).argmax(1) != right).sum().item()
        errors.append(100 * wrong / len(right))
        print(f'seed {seed}: {errors[-1]:.2f} %', flush=True)
    print(f'mean: {sum(errors) / len(errors):.2f} %')


if __name__ == '__main__':
    main()
