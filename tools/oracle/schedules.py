"""Writes packages/maru/test/optim/fixtures/schedules.json: learning rates step by step, as shares of 1."""

import warnings

import torch
from torch.optim import lr_scheduler as S

from fixture import write

STEPS = 50

SCHEDULES = {
    'constant': lambda o: S.ConstantLR(o, factor=0.25, total_iters=7),
    'stepDecay': lambda o: S.StepLR(o, step_size=8, gamma=0.3),
    'multiStep': lambda o: S.MultiStepLR(o, milestones=[5, 20, 21], gamma=0.5),
    'exponentialDecay': lambda o: S.ExponentialLR(o, gamma=0.93),
    'linear': lambda o: S.LinearLR(o, start_factor=0.2, end_factor=0.9, total_iters=12),
    'polynomial': lambda o: S.PolynomialLR(o, total_iters=30, power=1.7),
    'cosine': lambda o: S.CosineAnnealingLR(o, T_max=STEPS, eta_min=0.1),
    'cosineRestarts': lambda o: S.CosineAnnealingWarmRestarts(o, T_0=7),
    'cosineRestarts, longer each time': lambda o: S.CosineAnnealingWarmRestarts(
        o, T_0=4, T_mult=2, eta_min=0.05
    ),
    'oneCycle': lambda o: S.OneCycleLR(o, max_lr=1, total_steps=STEPS),
    'oneCycle, linear, in three phases': lambda o: S.OneCycleLR(
        o,
        max_lr=1,
        total_steps=STEPS,
        pct_start=0.4,
        div_factor=10,
        final_div_factor=100,
        anneal_strategy='linear',
        three_phase=True,
    ),
    'cyclic': lambda o: S.CyclicLR(o, 0.1, 1, step_size_up=5, cycle_momentum=False),
    'cyclic, halving': lambda o: S.CyclicLR(
        o, 0.2, 1, step_size_up=5, step_size_down=9, mode='triangular2', cycle_momentum=False
    ),
    'cyclic, exponential': lambda o: S.CyclicLR(
        o, 0, 1, step_size_up=6, mode='exp_range', gamma=0.95, cycle_momentum=False
    ),
    'chain': lambda o: S.ChainedScheduler(
        [S.LinearLR(o, start_factor=0.1, total_iters=5), S.ExponentialLR(o, gamma=0.9)]
    ),
    'sequential': lambda o: S.SequentialLR(
        o,
        [S.LinearLR(o, start_factor=0.1, total_iters=10), S.StepLR(o, step_size=6, gamma=0.5)],
        milestones=[10],
    ),
}

# Options of ReduceLROnPlateau, and what it is told.
METRICS = [3, 2, 2, 2.5, 1.9999, 2, 2, 2, 2, 1, 0.999, 0.9985, float('nan'), 1, 1, 1, 1, 1, 1, 1, 0.2]
PLATEAUS = [
    {'patience': 2},
    {'patience': 1, 'factor': 0.5, 'threshold': 0.01, 'cooldown': 2},
    {'patience': 0, 'factor': 0.2, 'min_lr': 0.01, 'threshold': 0.01, 'threshold_mode': 'abs'},
    {'patience': 1, 'mode': 'max', 'factor': 0.5},
]


def optimizer():
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1)


def rates(make):
    own = optimizer()
    schedule = make(own)
    found = []
    for _ in range(STEPS):
        found.append(own.param_groups[0]['lr'])
        own.step()
        if len(found) < STEPS:
            schedule.step()
    return found


def falls(options):
    own = optimizer()
    plateau = S.ReduceLROnPlateau(own, **options)
    found = []
    for metric in METRICS:
        plateau.step(metric)
        found.append(own.param_groups[0]['lr'])
    return found


if __name__ == '__main__':
    warnings.simplefilter('ignore')
    write(
        'optim/fixtures/schedules.json',
        'schedules.py',
        {
            'metrics': ['NaN' if each != each else each for each in METRICS],
            'plateaus': [{'options': each, 'rates': falls(each)} for each in PLATEAUS],
        },
        [{'schedule': name, 'rates': rates(make)} for name, make in SCHEDULES.items()],
    )
