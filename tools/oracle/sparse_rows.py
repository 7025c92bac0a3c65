"""Writes packages/maru/test/optim/fixtures/torch-sparse.json: optimisers on gradients of few rows."""

import torch
import torch.nn.functional as F

from fixture import Draw, tensor, write
from optim import camel

# Rows of a step: some twice, row 3 never, and a step that comes back to a row after a pause.
STEPS = [[0, 2, 2, 5], [1, 1, 6, 0], [4, 2], [0], [6, 5, 4, 0, 0], [2, 1]]
# SparseAdam adds eps before it corrects the bias of the root, Adam after it: here it is too small to matter.
RUNS = [
    (torch.optim.SGD, {'lr': 0.1}),
    (torch.optim.SparseAdam, {'lr': 0.05, 'betas': (0.8, 0.95), 'eps': 1e-15}),
    (torch.optim.Adagrad, {'lr': 0.1, 'lr_decay': 0.01, 'initial_accumulator_value': 0.1}),
]


def run(kind, options, start, weights):
    table = start.clone().requires_grad_()
    optimizer = kind([table], **options)
    kept = []
    for ids in STEPS:
        optimizer.zero_grad()
        rows = F.embedding(torch.tensor(ids), table, sparse=True)
        (rows.square() * weights[: len(ids)]).sum().backward()
        optimizer.step()
        kept.append(tensor(table, wide=True)['data'])
    name = kind.__name__.replace('Sparse', '')
    return {
        'optimizer': name,
        'options': {camel(key): value for key, value in options.items()},
        'tables': kept,
    }


if __name__ == '__main__':
    draw = Draw('sparse rows')
    start, weights = draw.normal(7, 3), draw.normal(5, 3)
    header = {
        'steps': STEPS,
        'start': tensor(start, 'float64', wide=True),
        'weights': tensor(weights, 'float64', wide=True),
    }
    write(
        'optim/fixtures/torch-sparse.json',
        'sparse_rows.py',
        header,
        [run(*each, start, weights) for each in RUNS],
    )
