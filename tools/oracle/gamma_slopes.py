"""Writes packages/maru/test/tensor/fixtures/gamma-slopes.json: how gamma numbers move with their shape."""

import torch

from fixture import Draw, SEED, tensor, write

torch.manual_seed(SEED)
draw = Draw('gamma slopes')
shapes = torch.cat(
    [draw.uniform(12, low=0.05, high=high) for high in (1, 4, 30)]
    + [torch.tensor([150.0, 2000.0, 50000.0], dtype=torch.float64)]
)
numbers = torch._standard_gamma(shapes)
slopes = torch._standard_gamma_grad(shapes, numbers)
entries = [
    {name: tensor(values, wide=True)['data']}
    for name, values in (('shapes', shapes), ('numbers', numbers), ('slopes', slopes))
]
write('tensor/fixtures/gamma-slopes.json', 'gamma_slopes.py', {}, entries)
