"""Writes packages/maru/test/optim/fixtures/torch.json: twenty steps of each optimiser.

Unlike the ops, the arithmetic is that of the entry's dtype: rounding is part of a trajectory.
"""

import torch
import torch.nn.functional as F

from fixture import Draw, number, tensor, write

STEPS = 20
KEPT = (1, 2, 5, STEPS)

# torch's class, torch's options
SGD, ADAM, ADAMW = torch.optim.SGD, torch.optim.Adam, torch.optim.AdamW
RUNS = [
    (SGD, {'lr': 0.1}),
    (SGD, {'lr': 0.1, 'weight_decay': 0.05}),
    (SGD, {'lr': 0.05, 'momentum': 0.9}),
    (SGD, {'lr': 0.05, 'momentum': 0.9, 'dampening': 0.5}),
    (SGD, {'lr': 0.05, 'momentum': 0.9, 'nesterov': True}),
    (SGD, {'lr': 0.05, 'momentum': 0.8, 'nesterov': True, 'weight_decay': 0.05}),
    (ADAM, {'lr': 0.01}),
    (ADAM, {'lr': 0.05, 'betas': (0.8, 0.95), 'eps': 1e-4}),
    (ADAM, {'lr': 0.01, 'weight_decay': 0.1}),
    (ADAMW, {'lr': 0.01}),
    (ADAMW, {'lr': 0.05, 'weight_decay': 0.3}),
]
NAMES = {'weight_decay': 'weightDecay'}


def quadratic():
    """A bowl that is 64 times steeper along one axis than along another."""
    draw = Draw('quadratic')
    return {
        'loss': 'sum(curvature * (x - target)^2) / 2',
        'constants': {
            'curvature': torch.tensor([0.0625, 0.25, 1, 4], dtype=torch.float64),
            'target': draw.normal(4),
        },
        'parameters': {'x': draw.normal(4)},
    }


def mlp():
    draw = Draw('mlp')
    return {
        'loss': 'mseLoss(linear(tanh(linear(input, w1, b1)), w2, b2), target)',
        'constants': {'input': draw.normal(5, 3), 'target': draw.normal(5, 2)},
        'parameters': {
            'w1': draw.normal(4, 3, scale=0.6),
            'b1': draw.normal(4, scale=0.3),
            'w2': draw.normal(2, 4, scale=0.5),
            'b2': draw.normal(2, scale=0.3),
        },
    }


LOSSES = {
    'quadratic': lambda t: (t['curvature'] * (t['x'] - t['target']) ** 2).sum() / 2,
    'mlp': lambda t: F.mse_loss(
        F.linear(F.linear(t['input'], t['w1'], t['b1']).tanh(), t['w2'], t['b2']), t['target']
    ),
}
PROBLEMS = {'quadratic': quadratic(), 'mlp': mlp()}


def trajectory(optimizer, options, problem, dtype):
    wide = dtype == torch.float64
    given = PROBLEMS[problem]
    parameters = {
        name: t.to(dtype).clone().requires_grad_() for name, t in given['parameters'].items()
    }
    constants = {name: t.to(dtype) for name, t in given['constants'].items()}
    stepper = optimizer(parameters.values(), **options)
    losses, kept = [], {}
    for step in range(1, STEPS + 1):
        stepper.zero_grad()
        loss = LOSSES[problem]({**constants, **parameters})
        loss.backward()
        stepper.step()
        losses.append(number(loss.item(), wide))
        if step in KEPT:
            kept[step] = {name: tensor(t, wide=wide)['data'] for name, t in parameters.items()}
    return {
        'optimizer': optimizer.__name__,
        'options': {NAMES.get(name, name): value for name, value in options.items()},
        'problem': problem,
        'dtype': 'float64' if wide else 'float32',
        'losses': losses,
        'parameters': kept,
    }


if __name__ == '__main__':
    entries = [
        trajectory(optimizer, options, problem, dtype)
        for optimizer, options in RUNS
        for problem in PROBLEMS
        for dtype in (torch.float32, torch.float64)
    ]
    stated = {
        name: {
            'loss': problem['loss'],
            **{
                kind: {key: tensor(t, 'float64', wide=True) for key, t in problem[kind].items()}
                for kind in ('constants', 'parameters')
            },
        }
        for name, problem in PROBLEMS.items()
    }
    write('optim/fixtures/torch.json', 'optim.py', {'steps': STEPS, 'problems': stated}, entries)
