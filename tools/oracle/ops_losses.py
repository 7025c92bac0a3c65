"""Writes packages/maru/test/ops/fixtures/torch-losses.json: losses, their reductions and their edges."""

import torch
import torch.nn.functional as F

from cases import INF, case, finish, values

REDUCTIONS = ('mean', 'sum', 'none')
TORCH = {
    'reduction': 'reduction',
    'labelSmoothing': 'label_smoothing',
    'ignoreIndex': 'ignore_index',
    'logTarget': 'log_target',
    'logInput': 'log_input',
    'zeroInfinity': 'zero_infinity',
}


def renamed(args):
    """torch's names for maru's."""
    return {TORCH.get(name, name): value for name, value in args.items()}


def loss(op, sample, inputs, run, /, grad=True, **args):
    """`run` takes tensors and torch's options; `args` are maru's."""
    case(op, sample, inputs, lambda *t: run(*t, **renamed(args)), grad, **args)


def reductions(op, inputs, run, /, **args):
    for reduction in REDUCTIONS:
        loss(op, reduction, inputs, run, reduction=reduction, **args)


def normals(*shapes):
    return lambda d: [d.normal(*shape) for shape in shapes]


def chances(*shapes):
    return lambda d: [d.uniform(*shape, low=0.0625, high=0.9375) for shape in shapes]


def signs(d, *shape):
    """Integers, since torch gives targets of 1 and -1 no gradient."""
    return torch.where(d.flags(*shape), 1, -1).int()


def cast(run):
    """The last tensor as floats."""
    return lambda *t, **o: run(*t[:-1], t[-1].double(), **o)


def labels(d, *shape, classes):
    return d.integers(*shape, low=0, high=classes)


def scored(n, c, *rest):
    return lambda d: [d.normal(n, c, *rest), labels(d, n, *rest, classes=c)]


def weights(d, n):
    """Integers, since torch gives weights no gradient."""
    return d.integers(n, low=1, high=5)


def weighed(n, c, *rest):
    return lambda d: [*scored(n, c, *rest)(d), weights(d, c)]


# numbers

for op, run in (
    ('mseLoss', F.mse_loss),
    ('l1Loss', F.l1_loss),
    ('smoothL1Loss', F.smooth_l1_loss),
    ('huberLoss', F.huber_loss),
):
    reductions(op, normals([3, 4], [3, 4]), run)
    far = lambda d: [values(-300, 300, 1e4), values(1, 1, -1)]
    loss(op, 'far', far, run, reduction='none')
    loss(op, 'scalars', normals([], []), run)
for beta in (0.5, 2.0, 0):
    loss('smoothL1Loss', f'beta {beta}', normals([9], [9]), F.smooth_l1_loss, beta=beta)
for delta in (0.5, 2.0):
    loss('huberLoss', f'delta {delta}', normals([9], [9]), F.huber_loss, delta=delta)
loss('l1Loss', 'ties', lambda d: [values(1, 2), values(1, 3)], F.l1_loss)

# yes or no

reductions('binaryCrossEntropy', chances([3, 4], [3, 4]), F.binary_cross_entropy)
loss(
    'binaryCrossEntropy',
    'weight',
    lambda d: [*chances([3, 4], [3, 4])(d), weights(d, 4)],
    cast(F.binary_cross_entropy),
)
loss(
    'binaryCrossEntropy',
    'sure',
    lambda d: [values(0, 0, 1, 1), values(0, 1, 0, 1)],
    F.binary_cross_entropy,
    grad=False,
    reduction='none',
)

WITH_LOGITS = 'binaryCrossEntropyWithLogits'
with_logits = F.binary_cross_entropy_with_logits
mixed = lambda d: [d.normal(3, 4), d.uniform(3, 4)]
reductions(WITH_LOGITS, mixed, with_logits)
loss(
    WITH_LOGITS,
    'far',
    lambda d: [values(-1e4, -30, 0, 30, 1e4, -1e4, 1e4), values(0, 0, 1, 1, 1, 1, 0)],
    with_logits,
    reduction='none',
)
both = lambda d: [*mixed(d), weights(d, 4), weights(d, 4)]
loss(
    WITH_LOGITS, 'weight and posWeight', both,
    lambda x, y, w, p, **o: with_logits(x, y, w.double(), pos_weight=p.double(), **o),
)
reductions('multiLabelSoftMarginLoss', mixed, F.multilabel_soft_margin_loss)
loss(
    'multiLabelSoftMarginLoss',
    'weight',
    lambda d: [*mixed(d), weights(d, 4)],
    cast(F.multilabel_soft_margin_loss),
)


def focal(x, y, alpha=0.25, gamma=2, reduction='mean'):
    """Lin and others 2017, as torchvision writes it."""
    p = x.sigmoid()
    right = p * y + (1 - p) * (1 - y)
    losses = with_logits(x, y, reduction='none') * (1 - right) ** gamma
    if alpha is not None:
        losses = losses * (alpha * y + (1 - alpha) * (1 - y))
    return {'mean': torch.mean, 'sum': torch.sum, 'none': lambda t: t}[reduction](losses)


reductions('focalLoss', mixed, focal)
loss('focalLoss', 'gamma', mixed, focal, gamma=1.5, alpha=0.75)
loss('focalLoss', 'cross entropy', mixed, focal, gamma=0, alpha=None)

# distributions

logs = lambda d: [torch.log_softmax(d.normal(3, 4), 1).float().double(), *chances([3, 4])(d)]
reductions('klDiv', logs, F.kl_div)
loss('klDiv', 'batchMean', logs, lambda x, y, reduction: F.kl_div(x, y, reduction='batchmean'),
     reduction='batchMean')
loss('klDiv', 'logTarget', normals([3, 4], [3, 4]), F.kl_div, logTarget=True)
loss('klDiv', 'nothing', lambda d: [values(-1, -2), values(0, 1)], F.kl_div, grad=False)
poisson = cast(F.poisson_nll_loss)
counts = lambda d: [d.normal(3, 4), d.integers(3, 4, low=0, high=6)]
reductions('poissonNllLoss', counts, poisson)
loss('poissonNllLoss', 'full', counts, poisson, full=True)
rates = lambda d: [d.uniform(3, 4, low=0.25, high=4), d.integers(3, 4, low=0, high=6)]
loss('poissonNllLoss', 'rate', rates, poisson, logInput=False)
spread = lambda *s: lambda d: [d.normal(3, 4), d.normal(3, 4), d.uniform(*s, low=0.25, high=3)]
reductions('gaussianNllLoss', spread(3, 4), F.gaussian_nll_loss)
loss('gaussianNllLoss', 'full', spread(3, 4), F.gaussian_nll_loss, full=True)
loss('gaussianNllLoss', 'one for a row', spread(3, 1), F.gaussian_nll_loss)
loss('gaussianNllLoss', 'no last axis', spread(3), F.gaussian_nll_loss)
tiny = lambda d: [values(1, 2, 3), values(1.5, 2, 1), values(0.25, 0, 0.125)]
loss('gaussianNllLoss', 'least variance', tiny, F.gaussian_nll_loss, eps=0.5, reduction='none')


def mixture(w, m, s, y, reduction='mean'):
    s = s if s.ndim == m.ndim else s.unsqueeze(-1).expand_as(m)
    parts = torch.distributions.Independent(torch.distributions.Normal(m, s.exp()), 1)
    of = torch.distributions.Categorical(logits=w)
    losses = -torch.distributions.MixtureSameFamily(of, parts).log_prob(y)
    return {'mean': torch.mean, 'sum': torch.sum, 'none': lambda t: t}[reduction](losses)


reductions('mixtureNllLoss', normals([3, 4], [3, 4, 2], [3, 4, 2], [3, 2]), mixture)
loss('mixtureNllLoss', 'round', normals([3, 4], [3, 4, 2], [3, 4], [3, 2]), mixture)


def normal_divergence(m, v, reduction='mean'):
    d = torch.distributions
    of = d.Independent(d.Normal(m, (v / 2).exp()), 1)
    to = d.Independent(d.Normal(torch.zeros_like(m), torch.ones_like(m)), 1)
    losses = d.kl_divergence(of, to)
    return {'mean': torch.mean, 'sum': torch.sum, 'none': lambda t: t}[reduction](losses)


reductions('gaussianKlLoss', normals([3, 4], [3, 4]), normal_divergence)

# classes


def entropy(x, ids, w=None, **o):
    return F.cross_entropy(x, ids.long(), w if w is None else w.double(), **o)


def nll(x, ids, w=None, **o):
    return F.nll_loss(x, ids.long(), w if w is None else w.double(), **o)


for op, run in (('crossEntropy', entropy), ('nllLoss', nll)):
    reductions(op, scored(4, 5), run)
    for reduction in REDUCTIONS:
        loss(op, f'weight, {reduction}', weighed(4, 5), run, reduction=reduction)
        loss(op, f'pictures, {reduction}', weighed(2, 3, 2, 2), run, reduction=reduction)
        loss(op, f'ignored, {reduction}', weighed(6, 3), run, reduction=reduction, ignoreIndex=1)
    loss(op, 'ignored, no weight', scored(6, 3), run, ignoreIndex=2)
    outside = lambda d: [d.normal(3, 4), torch.tensor([1, -100, 3], dtype=torch.int32)]
    loss(op, 'ignored, outside', outside, run, ignoreIndex=-100)
    all_ignored = lambda d: [d.normal(2, 3), torch.tensor([-100, -100], dtype=torch.int32)]
    loss(op, 'all ignored', all_ignored, run, grad=False, ignoreIndex=-100)
    loss(op, 'all ignored, sum', all_ignored, run, ignoreIndex=-100, reduction='sum')
far = lambda d: [
    torch.stack([values(1e4, 0, -1e4), values(-5, 5000, 4999)]),
    torch.tensor([2, 1], dtype=torch.int32),
]
loss('crossEntropy', 'far', far, entropy, reduction='none')
for reduction in REDUCTIONS:
    args = {'labelSmoothing': 0.25, 'reduction': reduction}
    loss('crossEntropy', f'smooth, {reduction}', scored(4, 5), entropy, **args)
    loss('crossEntropy', f'smooth and weight, {reduction}', weighed(4, 5), entropy, **args)
    loss(
        'crossEntropy', f'smooth, weight, ignored, {reduction}', weighed(6, 3), entropy,
        ignoreIndex=1, **args,
    )
    soft = lambda d: [d.normal(3, 4), *chances([3, 4])(d)]
    loss('crossEntropy', f'probabilities, {reduction}', soft, F.cross_entropy, reduction=reduction)
    soft_all = lambda d: [d.normal(2, 3, 2), *chances([2, 3, 2])(d), weights(d, 3)]
    loss('crossEntropy', f'probabilities, everything, {reduction}', soft_all, cast(F.cross_entropy), **args)


# margins

reductions(
    'multiMarginLoss', scored(4, 5), lambda x, ids, **o: F.multi_margin_loss(x, ids.long(), **o)
)
for p in (1, 2):
    loss(
        'multiMarginLoss', f'weight, p {p}', weighed(4, 5),
        lambda x, ids, w, **o: F.multi_margin_loss(x, ids.long(), weight=w.double(), **o),
        p=p, margin=0.5, reduction='none',
    )
loss(
    'multiMarginLoss', 'p 2', scored(4, 5),
    lambda x, ids, **o: F.multi_margin_loss(x, ids.long(), **o), p=2, margin=0.75,
)
listed = torch.tensor([[3, 0, -1, 1], [-1, 2, 0, 1], [0, 1, 2, 3], [2, 2, -1, -1]], dtype=torch.int32)
reductions(
    'multiLabelMarginLoss',
    lambda d: [d.normal(4, 4), listed],
    lambda x, y, **o: F.multilabel_margin_loss(x, y.long(), **o),
)
soft_margin = cast(F.soft_margin_loss)
reductions('softMarginLoss', lambda d: [d.normal(3, 4), signs(d, 3, 4)], soft_margin)
loss(
    'softMarginLoss', 'far',
    lambda d: [values(-300, 1e4, 30, -30), torch.tensor([1, 1, -1, 1], dtype=torch.int32)],
    soft_margin, reduction='none',
)
hinge = cast(F.hinge_embedding_loss)
reductions('hingeEmbeddingLoss', lambda d: [d.normal(3, 4), signs(d, 3, 4)], hinge)
loss('hingeEmbeddingLoss', 'margin', lambda d: [d.normal(9), signs(d, 9)], hinge, margin=0.5)
ranked = lambda d: [d.normal(6), d.normal(6), signs(d, 6)]
reductions('marginRankingLoss', ranked, cast(F.margin_ranking_loss))
loss('marginRankingLoss', 'margin', ranked, cast(F.margin_ranking_loss), margin=0.5)

# representations

pairs = lambda d: [d.normal(5, 3), d.normal(5, 3), signs(d, 5)]
reductions('cosineEmbeddingLoss', pairs, cast(F.cosine_embedding_loss))
loss('cosineEmbeddingLoss', 'margin', pairs, cast(F.cosine_embedding_loss), margin=0.25)
triplet = normals([5, 3], [5, 3], [5, 3])
reductions('tripletMarginLoss', triplet, F.triplet_margin_loss)
for p in (1.0, 3.0):
    loss('tripletMarginLoss', f'p {p}', triplet, F.triplet_margin_loss, p=p)
loss('tripletMarginLoss', 'swap', triplet, F.triplet_margin_loss, swap=True, margin=0.5)

# sequences: log-probabilities are made of the logits that are given


def ctc(logits, targets, heard, said, **o):
    logp = logits.log_softmax(2)
    return F.ctc_loss(logp, targets.long(), heard.long(), said.long(), **o)


def spoken(t, n, c, s, heard, said, blank=0):
    def inputs(d):
        ids = labels(d, n, s, classes=c - 1)
        ids = ids + (ids >= blank).int()
        return [
            d.normal(t, n, c), ids,
            torch.tensor(heard, dtype=torch.int32), torch.tensor(said, dtype=torch.int32),
        ]
    return inputs


reductions('ctcLoss', spoken(7, 3, 4, 3, [7, 5, 6], [3, 2, 1]), ctc)
loss('ctcLoss', 'another blank', spoken(6, 2, 3, 2, [6, 4], [2, 2], 2), ctc, blank=2)
loss('ctcLoss', 'nothing said', spoken(4, 2, 3, 2, [4, 3], [0, 1]), ctc, reduction='none')
repeated = lambda d: [
    d.normal(6, 2, 3), torch.tensor([[1, 1, 2], [2, 2, 2]], dtype=torch.int32),
    torch.tensor([6, 5], dtype=torch.int32), torch.tensor([3, 3], dtype=torch.int32),
]
loss('ctcLoss', 'repeats', repeated, ctc, reduction='none')
short = spoken(4, 2, 3, 3, [4, 2], [2, 3])
loss('ctcLoss', 'does not fit', short, ctc, grad=False, reduction='none')
loss('ctcLoss', 'does not fit, as zero', short, ctc, zeroInfinity=True)

finish('losses')
