"""Writes packages/maru/test/optim/fixtures/torch.json: twenty steps of each optimiser.

Unlike the ops, the arithmetic is that of the entry's dtype: rounding is part of a trajectory.
"""

import torch
import torch.nn.functional as F

import optimizers
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
# The other optimisers: one short run each, and long ones of all their options.
O = torch.optim
OTHERS = [
    (O.Adagrad, {'lr': 0.1}),
    (O.Adagrad, {'lr': 0.5, 'lr_decay': 0.01, 'initial_accumulator_value': 0.1, 'weight_decay': 0.05}),
    (O.Adadelta, {'lr': 0.1}),
    (O.Adadelta, {'lr': 0.05, 'rho': 0.8, 'eps': 1e-4, 'weight_decay': 0.05}),
    (O.RMSprop, {'lr': 5e-4}),
    (O.RMSprop, {'lr': 2e-4, 'alpha': 0.9, 'momentum': 0.5, 'weight_decay': 0.05}),
    (O.RMSprop, {'lr': 2e-4, 'centered': True, 'eps': 1e-4}),
    (O.Adamax, {'lr': 1e-3}),
    (O.Adamax, {'lr': 1e-3, 'betas': (0.8, 0.99), 'weight_decay': 0.05}),
    (optimizers.NAdam, {'lr': 1e-3}),
    (optimizers.NAdam, {'lr': 1e-3, 'momentum_decay': 0.05, 'weight_decay': 0.05}),
    (O.RAdam, {'lr': 1e-3}),
    (O.RAdam, {'lr': 1e-3, 'betas': (0.8, 0.99), 'weight_decay': 0.05}),
    (optimizers.ASGD, {'lr': 0.01}),
    (optimizers.ASGD, {'lr': 0.01, 'lambd': 0.01, 'alpha': 0.6, 't0': 50, 'weight_decay': 0.05}),
    (O.Rprop, {}),
    (O.Rprop, {'lr': 0.1, 'etas': (0.4, 1.1), 'step_sizes': (1e-3, 0.5)}),
    (optimizers.Lion, {'lr': 3e-4}),
    (optimizers.Lion, {'lr': 3e-4, 'betas': (0.8, 0.9), 'weight_decay': 0.5}),
    (optimizers.LARS, {'lr': 0.1}),
    (optimizers.LARS, {'lr': 0.05, 'momentum': 0.5, 'trust': 0.01, 'weight_decay': 0.05}),
    (optimizers.LAMB, {'lr': 5e-4}),
    (optimizers.LAMB, {'lr': 5e-4, 'weight_decay': 0.1}),
    (optimizers.Adafactor, {'lr': 1e-3}),
    (optimizers.Adafactor, {'lr': 1e-3, 'decay': 0.6, 'eps': 0.01, 'weight_decay': 0.1}),
    (optimizers.Shampoo, {'lr': 0.01}),
    (optimizers.Shampoo, {'lr': 5e-3, 'momentum': 0.5, 'eps': 1e-2, 'every': 7, 'longest': 2}),
]
LONG = [
    (SGD, {'lr': 0.01}),
    (SGD, {'lr': 0.002, 'momentum': 0.9, 'nesterov': True}),
    (ADAM, {'lr': 1e-3}),
    (ADAM, {'lr': 1e-3, 'amsgrad': True, 'weight_decay': 0.01}),
    (ADAMW, {'lr': 1e-3, 'amsgrad': True, 'weight_decay': 0.1}),
    *OTHERS,
]
MATRICES = [(optimizers.Muon, {}), (optimizers.Muon, {'lr': 0.02, 'nesterov': False, 'ns_steps': 3})]
LONG_KEPT = (1, 10, 100, 1000)
# These go to and fro across Beale's narrow valley; which side they are on at last is chance.
CROSSING = (optimizers.Lion, optimizers.LARS, O.RMSprop)


def camel(name):
    first, *rest = name.split('_')
    return first + ''.join(word.capitalize() for word in rest)


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


def beale():
    return {
        'loss': "Beale's function at (x, y); its least value is at (3, 0.5)",
        'constants': {'target': torch.tensor([1.5, 2.25, 2.625], dtype=torch.float64)},
        'parameters': {
            'x': torch.tensor(1.5, dtype=torch.float64),
            'y': torch.tensor(0.25, dtype=torch.float64),
        },
    }


def logistic():
    """A regression whose classes overlap, with a penalty: one best place, and a matrix to factor."""
    draw = Draw('logistic')
    return {
        'loss': 'mean(softplus(s) - target * s) + 0.05 * sum(w^2), s = input @ w + b',
        'constants': {
            'input': draw.normal(12, 3),
            'target': draw.flags(12, 2).to(torch.float64),
        },
        'parameters': {'w': draw.normal(3, 2), 'b': torch.zeros(2, dtype=torch.float64)},
    }


def matrix():
    """A linear regression with a tall matrix, for what takes nothing but matrices."""
    draw = Draw('matrix')
    return {
        'loss': 'mseLoss(input @ w, target)',
        'constants': {'input': draw.normal(6, 4), 'target': draw.normal(6, 2)},
        'parameters': {'w': draw.normal(4, 2)},
    }


def logistic_loss(t):
    s = t['input'] @ t['w'] + t['b']
    return (F.softplus(s) - t['target'] * s).mean() + 0.05 * (t['w'] ** 2).sum()


LOSSES = {
    'quadratic': lambda t: (t['curvature'] * (t['x'] - t['target']) ** 2).sum() / 2,
    'mlp': lambda t: F.mse_loss(
        F.linear(F.linear(t['input'], t['w1'], t['b1']).tanh(), t['w2'], t['b2']), t['target']
    ),
    'beale': lambda t: sum(
        (c - t['x'] + t['x'] * t['y'] ** (i + 1)) ** 2 for i, c in enumerate(t['target'])
    ),
    'logistic': logistic_loss,
    'matrix': lambda t: F.mse_loss(t['input'] @ t['w'], t['target']),
}
PROBLEMS = {make.__name__: make() for make in (quadratic, mlp, matrix, beale, logistic)}
SHORT_PROBLEMS = ('quadratic', 'mlp')
LONG_PROBLEMS = ('quadratic', 'beale', 'logistic')
DTYPES = (torch.float32, torch.float64)


def trajectory(optimizer, options, problem, dtype, kept_steps=KEPT):
    wide = dtype == torch.float64
    given = PROBLEMS[problem]
    parameters = {
        name: t.to(dtype).clone().requires_grad_() for name, t in given['parameters'].items()
    }
    constants = {name: t.to(dtype) for name, t in given['constants'].items()}
    stepper = optimizer(parameters.values(), **options)
    losses, kept = [], {}
    for step in range(1, kept_steps[-1] + 1):
        stepper.zero_grad()
        loss = LOSSES[problem]({**constants, **parameters})
        loss.backward()
        stepper.step()
        losses.append(number(loss.item(), wide))
        if step in kept_steps:
            kept[step] = {name: tensor(t, wide=wide)['data'] for name, t in parameters.items()}
    return {
        'optimizer': optimizer.__name__,
        'options': {camel(name): value for name, value in options.items()},
        'problem': problem,
        'dtype': 'float64' if wide else 'float32',
        'losses': losses,
        'parameters': kept,
    }


def stated(names):
    """The problems, so that a reader of the fixture needs nothing else."""
    return {
        name: {
            'loss': PROBLEMS[name]['loss'],
            **{
                kind: {
                    key: tensor(t, 'float64', wide=True) for key, t in PROBLEMS[name][kind].items()
                }
                for kind in ('constants', 'parameters')
            },
        }
        for name in names
    }


def write_runs(name, steps, problems, entries):
    header = {'steps': steps, 'problems': stated(problems)}
    write(f'optim/fixtures/{name}.json', 'optim.py', header, entries)


def long_run(optimizer, options, problem):
    """The parameters alone, in float64: rounding must not matter in the long run."""
    kept = LONG_KEPT[:3] if problem == 'beale' and optimizer in CROSSING else LONG_KEPT
    run = trajectory(optimizer, options, problem, torch.float64, kept)
    return {**run, 'losses': []}


if __name__ == '__main__':
    entries = [
        trajectory(optimizer, options, problem, dtype)
        for optimizer, options in RUNS
        for problem in SHORT_PROBLEMS
        for dtype in DTYPES
    ]
    firsts = {optimizer: (optimizer, options) for optimizer, options in reversed(OTHERS)}
    entries += [
        trajectory(*firsts[each], 'mlp', dtype) for each in reversed(firsts) for dtype in DTYPES
    ]
    entries += [trajectory(*run, 'matrix', dtype) for run in MATRICES for dtype in DTYPES]
    write_runs('torch', STEPS, (*SHORT_PROBLEMS, 'matrix'), entries)
    runs = [long_run(*run, problem) for run in LONG for problem in LONG_PROBLEMS]
    write_runs('torch-long', LONG_KEPT[-1], LONG_PROBLEMS, runs)
