"""Writes packages/maru/test/optim/fixtures/second-order.json, in float64.

L-BFGS is PyTorch's. K-FAC is written here from the papers named in its docstring, with the gradients of
single examples taken one by one and every product as a loop over them: slow, and nothing like the
library's. NIST's problems have certified answers: https://www.itl.nist.gov/div898/strd/nls/nls_main.shtml
"""

import torch
import torch.nn.functional as F

from fixture import Draw, number, tensor, write

WIDE = {'dtype': torch.float64}


def rosenbrock(p):
    return 100 * (p[1] - p[0] ** 2) ** 2 + (1 - p[0]) ** 2


def beale(p):
    return sum((c - p[0] + p[0] * p[1] ** (i + 1)) ** 2 for i, c in enumerate((1.5, 2.25, 2.625)))


def bowl(p):
    """Curvatures from 1 to 1000, and a corner that is no parabola."""
    return (torch.logspace(0, 3, 8, **WIDE) * (p - 1) ** 2).sum() / 2 + (p**4).sum() / 4


PLACES = {
    'rosenbrock': (rosenbrock, [-1.2, 1.0]),
    'beale': (beale, [1.0, 1.0]),
    'bowl': (bowl, [0.5, -1.0, 2.0, -0.25, 1.5, 3.0, -2.0, 0.125]),
}
LBFGS_OPTIONS = [
    {'max_iter': 5, 'line_search_fn': 'strong_wolfe'},
    {'max_iter': 3, 'history_size': 2, 'lr': 0.5, 'line_search_fn': 'strong_wolfe'},
    {'max_iter': 4, 'lr': 1e-3},
]


def lbfgs(name, options, steps=6):
    function, start = PLACES[name]
    p = torch.tensor(start, requires_grad=True, **WIDE)
    optimizer = torch.optim.LBFGS([p], **options)
    evaluations, losses, places = 0, [], []

    def closure():
        nonlocal evaluations
        evaluations += 1
        optimizer.zero_grad()
        loss = function(p)
        loss.backward()
        return loss

    for _ in range(steps):
        losses.append(number(optimizer.step(closure).item(), True))
        places.append(tensor(p, wide=True)['data'])
    return {
        'kind': 'lbfgs',
        'function': name,
        'start': start,
        'options': {
            'maxIter': options['max_iter'],
            **({'historySize': options['history_size']} if 'history_size' in options else {}),
            **({'lr': options['lr']} if 'lr' in options else {}),
            'lineSearch': 'line_search_fn' in options,
        },
        'losses': losses,
        'places': places,
        'evaluations': evaluations,
    }


class Kfac:
    """Martens & Grosse 2015 (linear layers) and Grosse & Martens 2016 (convolutions), empirical Fisher.

    `forward(parameters, x)` gives the output and, by layer, what went in and came out.
    """

    def __init__(self, forward, parameters, options):
        self.forward, self.parameters = forward, parameters
        self.options, self.step_count, self.state = options, 0, {}

    def step(self, x, loss_of):
        o = self.options
        self.step_count += 1
        k = self.step_count
        output, layers = self.forward(self.parameters, x)
        loss = loss_of(output, range(len(x)))
        slopes = dict(zip(self.parameters, torch.autograd.grad(loss, self.parameters.values())))
        factors = self.factors(x, loss_of)
        ways = dict(slopes)
        for layer in layers:
            state = self.state.setdefault(layer, {})
            kept = min(1 - 1 / k, o['decay'])
            for which, seen in zip('AG', factors[layer]):
                state[which] = kept * state.get(which, 0 * seen) + (1 - kept) * seen
            if (k - 1) % o['every'] == 0:
                a, g = state['A'], state['G']
                pi = ((a.trace() / len(a)) / (g.trace() / len(g))) ** 0.5
                root = o['damping'] ** 0.5
                state['Ai'] = torch.linalg.inv(a + pi * root * torch.eye(len(a), **WIDE))
                state['Gi'] = torch.linalg.inv(g + root / pi * torch.eye(len(g), **WIDE))
            weight = slopes[f'{layer}.weight']
            joint = torch.cat([weight.flatten(1), slopes[f'{layer}.bias'][:, None]], 1)
            way = state['Gi'] @ joint @ state['Ai']
            ways[f'{layer}.weight'] = way[:, :-1].reshape(weight.shape)
            ways[f'{layer}.bias'] = way[:, -1]
        length = sum(
            (slopes[name] * ways[name]).sum() * o['lr'] ** 2
            for name in slopes
            if name.rsplit('.', 1)[0] in layers
        )
        nu = min(1, (o['trust'] / length).item() ** 0.5)
        with torch.no_grad():
            for name, p in self.parameters.items():
                buffer = self.state.setdefault(name, torch.zeros_like(p))
                buffer.mul_(o['momentum']).add_(nu * ways[name])
                p.sub_(o['lr'] * buffer)
        return loss.item()

    def factors(self, x, loss_of):
        """Means over examples, of which each is looked at alone."""
        sums = {}
        for i in range(len(x)):
            output, layers = self.forward(self.parameters, x[i : i + 1])
            loss = loss_of(output, [i])
            slopes = torch.autograd.grad(loss, [made for _, made in layers.values()])
            for (layer, (given, _)), slope in zip(layers.items(), slopes):
                a = torch.cat([given, torch.ones(len(given), 1, **WIDE)], 1)
                g = slope.reshape(slope.shape[1], -1).T
                pair = sum(torch.outer(r, r) for r in a), sum(torch.outer(r, r) for r in g) / len(g)
                old = sums.get(layer, (0 * pair[0], 0 * pair[1]))
                sums[layer] = old[0] + pair[0] / len(x), old[1] + pair[1] / len(x)
        return sums


def perceptron(p, x):
    h = F.linear(x, p['0.weight'], p['0.bias'])
    y = F.linear(h.tanh(), p['2.weight'], p['2.bias'])
    return y, {'0': (x, h), '2': (h.tanh(), y)}


def convolution(p, x):
    h = F.conv2d(x, p['0.weight'], p['0.bias'], stride=2, padding=1)
    y = F.linear(h.tanh().flatten(1), p['3.weight'], p['3.bias'])
    patches = F.unfold(x, 3, stride=2, padding=1)[0].T
    return y, {'0': (patches, h), '3': (h.tanh().flatten(1), y)}


def kfac(name, forward, shapes, x, target, options, steps=6):
    draw = Draw(f'kfac {name}')
    parameters = {key: draw.normal(*shape, scale=0.4).requires_grad_() for key, shape in shapes.items()}
    start = {key: tensor(p, 'float64', wide=True) for key, p in parameters.items()}
    optimizer = Kfac(forward, parameters, options)
    loss_of = lambda output, rows: F.mse_loss(output, target[list(rows)])
    losses = [number(optimizer.step(x, loss_of), True) for _ in range(steps)]
    return {
        'kind': 'kfac',
        'network': name,
        'options': options,
        'start': start,
        'input': tensor(x, 'float64', wide=True),
        'target': tensor(target, 'float64', wide=True),
        'losses': losses,
        'last': {key: tensor(p, 'float64', wide=True) for key, p in parameters.items()},
    }


if __name__ == '__main__':
    draw = Draw('kfac data')
    usual = {'lr': 0.1, 'momentum': 0.9, 'damping': 0.01, 'decay': 0.95, 'every': 1, 'trust': 0.01}
    linear = {'0.weight': (4, 3), '0.bias': (4,), '2.weight': (2, 4), '2.bias': (2,)}
    maps = {'0.weight': (2, 1, 3, 3), '0.bias': (2,), '3.weight': (2, 8), '3.bias': (2,)}
    x, pixels = draw.normal(6, 3), draw.normal(5, 1, 4, 4)
    y, classes = draw.normal(6, 2), draw.normal(5, 2)
    rare = {**usual, 'every': 3, 'trust': 1e-4, 'decay': 0.5}
    entries = [lbfgs(name, options) for name in PLACES for options in LBFGS_OPTIONS]
    entries += [
        kfac('perceptron', perceptron, linear, x, y, usual),
        kfac('perceptron', perceptron, linear, x, y, rare),
        kfac('convolution', convolution, maps, pixels, classes, usual),
    ]
    write('optim/fixtures/second-order.json', 'second_order.py', {}, entries)
