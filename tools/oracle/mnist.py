"""PyTorch at the recipes of `examples/mnist.ts`: MNIST's 10,000 test digits, 8,000 to train.

    /usr/bin/python3 tools/oracle/mnist.py --data DIR

Pixels lie in [0, 1]. Initial weights are PyTorch's own; Adam's rate falls from 1e-3 to 0 along a
cosine, step by step. Prints the test error of each seed and the mean, for each network.
"""

import argparse
from pathlib import Path

import torch
from torch import nn

from lenet_mnist import IMAGES, LABELS, idx, train


def softmax_regression():
    return nn.Sequential(nn.Linear(784, 10))


def dropout():
    return nn.Sequential(
        nn.Dropout(0.2),
        nn.Linear(784, 800),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(800, 800),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.Linear(800, 10),
    )


def held(model, largest):
    """Keeps rows of weights at norms of at most `largest`, if there is such a limit."""
    weights = [each for each in model.parameters() if each.dim() == 2]

    def constrain():
        if largest is None:
            return
        with torch.no_grad():
            for weight in weights:
                weight.copy_(weight.renorm(2, 0, largest))

    return constrain


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--data', type=Path, required=True, help='folder of the t10k files')
    parser.add_argument('--epochs', type=int, default=25)
    parser.add_argument('--seeds', type=int, nargs='+', default=[1, 2, 3, 4, 5])
    parser.add_argument('--threads', type=int, default=1)
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    images = idx(options.data / 't10k-images-idx3-ubyte.gz', IMAGES).flatten(1) / 255
    labels = idx(options.data / 't10k-labels-idx1-ubyte.gz', LABELS).long()

    cases = [
        ('softmax regression', softmax_regression, None),
        ('dropout', dropout, None),
        ('dropout and norms of at most 1', dropout, 1.0),
    ]
    for name, network, largest in cases:
        errors = []
        for seed in options.seeds:
            torch.manual_seed(seed)
            model = network()
            constrain = held(model, largest)
            train(model, images[:8000], labels[:8000], options.epochs, 128, 1e-3, constrain)
            model.eval()
            with torch.no_grad():
                wrong = (model(images[8000:]).argmax(1) != labels[8000:]).sum().item()
            errors.append(100 * wrong / 2000)
            print(f'{name}, seed {seed}: {errors[-1]:.2f} %', flush=True)
        print(f'{name}: mean {sum(errors) / len(errors):.2f} %', flush=True)


if __name__ == '__main__':
    main()
