"""Optimisers that PyTorch 1.13 lacks, written from their papers and from later PyTorch."""

import torch
from torch.optim import Optimizer


class Rule(Optimizer):
    """A subclass has `defaults` and `update(p, g, state, group, step)`, which changes p in place."""

    def __init__(self, params, **options):
        super().__init__(params, {**self.defaults_of, **options})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group['params']:
                state = self.state[p]
                state['step'] = state.get('step', 0) + 1
                self.update(p, p.grad, state, group, state['step'])


def zeros(state, name, like):
    return state.setdefault(name, torch.zeros_like(like))


class Lion(Rule):
    """Chen et al. 2023, program 2."""

    defaults_of = {'lr': 1e-4, 'betas': (0.9, 0.99), 'weight_decay': 0}

    def update(self, p, g, state, group, _):
        m = zeros(state, 'm', p)
        beta1, beta2 = group['betas']
        p.mul_(1 - group['lr'] * group['weight_decay'])
        p.sub_(group['lr'] * (beta1 * m + (1 - beta1) * g).sign())
        m.mul_(beta2).add_(g, alpha=1 - beta2)


class LARS(Rule):
    """You et al. 2017, algorithm 1, with the trust ratio before the momentum."""

    defaults_of = {'lr': 1, 'momentum': 0.9, 'trust': 1e-3, 'eps': 1e-8, 'weight_decay': 0}

    def update(self, p, g, state, group, _):
        decay = group['weight_decay']
        ratio = group['trust'] * p.norm() / (g.norm() + decay * p.norm() + group['eps'])
        if p.norm() == 0 or g.norm() == 0:
            ratio = 1
        buffer = zeros(state, 'buffer', p)
        buffer.mul_(group['momentum']).add_(ratio * (g + decay * p))
        p.sub_(group['lr'] * buffer)


class LAMB(Rule):
    """You et al. 2020, algorithm 2."""

    defaults_of = {'lr': 1e-3, 'betas': (0.9, 0.999), 'eps': 1e-6, 'weight_decay': 0}

    def update(self, p, g, state, group, step):
        m, v = zeros(state, 'm', p), zeros(state, 'v', p)
        beta1, beta2 = group['betas']
        m.mul_(beta1).add_(g, alpha=1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        root = (v / (1 - beta2**step)).sqrt() + group['eps']
        r = m / (1 - beta1**step) / root + group['weight_decay'] * p
        ratio = p.norm() / r.norm() if p.norm() > 0 and r.norm() > 0 else 1
        p.sub_(group['lr'] * ratio * r)


class Adafactor(Rule):
    """`_single_tensor_adafactor` of PyTorch 2.5."""

    defaults_of = {'lr': 1e-2, 'decay': 0.8, 'eps': 1e-3, 'clip_threshold': 1, 'weight_decay': 0}

    def update(self, p, g, state, group, step):
        tiny = torch.finfo(p.dtype).eps
        fresh = step ** -group['decay']
        rho = min(group['lr'], 1 / step**0.5)
        alpha = max(group['eps'], p.norm(2).item() / p.numel() ** 0.5) * rho
        p.mul_(1 - group['lr'] * group['weight_decay'])
        if g.dim() > 1:
            row = zeros(state, 'row', g[..., :1])
            column = zeros(state, 'column', g[..., :1, :])
            row.lerp_(g.square().mean(-1, keepdim=True), fresh)
            column.lerp_(g.square().mean(-2, keepdim=True), fresh)
            square = row @ column / row.mean(-2, keepdim=True).clamp(min=tiny)
        else:
            square = zeros(state, 'square', g).lerp_(g.square(), fresh).clone()
        u = square.clamp(min=tiny * tiny).rsqrt() * g
        shorten = max(1.0, u.norm(2).item() / (u.numel() ** 0.5 * group['clip_threshold']))
        p.sub_(alpha / shorten * u)


class NAdam(Rule):
    """PyTorch 2's; 1.13 multiplies one factor of the momenta's product twice."""

    defaults_of = {
        'lr': 2e-3,
        'betas': (0.9, 0.999),
        'eps': 1e-8,
        'weight_decay': 0,
        'momentum_decay': 4e-3,
    }

    def update(self, p, g, state, group, step):
        m, v = zeros(state, 'm', p), zeros(state, 'v', p)
        beta1, beta2 = group['betas']
        g = g + group['weight_decay'] * p
        mu, next_mu = (
            beta1 * (1 - 0.5 * 0.96 ** (each * group['momentum_decay']))
            for each in (step, step + 1)
        )
        state['product'] = state.get('product', 1) * mu
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        root = (v / (1 - beta2**step)).sqrt() + group['eps']
        p.addcdiv_(g, root, value=-group['lr'] * (1 - mu) / (1 - state['product']))
        p.addcdiv_(m, root, value=-group['lr'] * next_mu / (1 - state['product'] * next_mu))


class ASGD(Rule):
    """PyTorch's, but for the rate, which 1.13 keeps in float32."""

    defaults_of = {'lr': 1e-2, 'lambd': 1e-4, 'alpha': 0.75, 't0': 1e6, 'weight_decay': 0}

    def update(self, p, g, state, group, step):
        lr, lambd = group['lr'], group['lambd']
        g = g + group['weight_decay'] * p
        eta = lr / (1 + lambd * lr * (step - 1)) ** group['alpha']
        p.mul_(1 - lambd * eta).sub_(eta * g)
        ax = zeros(state, 'ax', p)
        ax.add_((p - ax) / max(1, step - 1 - group['t0']))


class Muon(Rule):
    """PyTorch 2.9's, but in the dtype of the parameters instead of bfloat16."""

    defaults_of = {
        'lr': 1e-3,
        'weight_decay': 0.1,
        'momentum': 0.95,
        'nesterov': True,
        'eps': 1e-7,
        'ns_steps': 5,
    }

    def update(self, p, g, state, group, _):
        buffer = zeros(state, 'buffer', p).lerp_(g, 1 - group['momentum'])
        u = g.lerp(buffer, group['momentum']) if group['nesterov'] else buffer
        tall = u.size(0) > u.size(1)
        x = u.T if tall else u
        x = x / x.norm().clamp(min=group['eps'])
        for _ in range(group['ns_steps']):
            gram = x @ x.T
            x = 3.4445 * x + (-4.775 * gram + 2.0315 * gram @ gram) @ x
        x = x.T if tall else x
        p.mul_(1 - group['lr'] * group['weight_decay'])
        p.sub_(group['lr'] * max(1, p.size(0) / p.size(1)) ** 0.5 * x)


class Shampoo(Rule):
    """Gupta et al. 2018, algorithm 2, with a root for each axis of length 2 to `longest`."""

    defaults_of = {
        'lr': 0.1,
        'momentum': 0,
        'eps': 1e-4,
        'every': 1,
        'longest': 1024,
        'weight_decay': 0,
    }

    def update(self, p, g, state, group, step):
        g = g + group['weight_decay'] * p
        way = g
        for axis, size in enumerate(g.shape):
            if not 1 < size <= group['longest']:
                continue
            columns = g.movedim(axis, 0).reshape(size, -1)
            sums = state.setdefault(f'sums{axis}', torch.zeros(size, size, dtype=p.dtype))
            sums.add_(columns @ columns.T)
            if (step - 1) % group['every'] == 0:
                values, vectors = torch.linalg.eigh(sums)
                powers = (values.clamp(min=0) + group['eps']) ** (-1 / (2 * g.dim()))
                state[f'root{axis}'] = vectors @ torch.diag(powers) @ vectors.T
            way = torch.tensordot(state[f'root{axis}'], way, dims=([1], [axis])).movedim(0, axis)
        if group['momentum']:
            way = zeros(state, 'buffer', p).mul_(group['momentum']).add_(way)
        p.sub_(group['lr'] * way)
