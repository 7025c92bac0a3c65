"""Writes test/nn/fixtures/torch-recurrent.json and torch-attention.json: layers over sequences, with given weights.

As for the ops, everything is computed in float64 and rounded to float32. Parameters have the names of
PyTorch's state dict. GRUs whose reset gate comes before the product, and attention with scores of its own,
are written out here.
"""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from fixture import Draw, tensor, write

torch.set_default_dtype(torch.float64)


def rounded(t):
    return tensor(t, 'float32')


def given(t):
    return tensor(t, 'float32', wide=True) if t.is_floating_point() else tensor(t)


def entry(layer, sample, module, how, call, inputs, draw):
    """`how` has the layer's arguments and options in maru's names; `call` gives named results."""
    for _, parameter in module.named_parameters():
        parameter.data = draw.normal(*parameter.shape, scale=0.5)
    for value in inputs.values():
        if isinstance(value, torch.Tensor) and value.is_floating_point():
            value.requires_grad_()
    results = call(module, **inputs)
    cotangents = {name: draw.normal(*value.shape, step=16) for name, value in results.items()}
    sum((results[name] * each).sum() for name, each in cotangents.items()).backward()
    leaves = {
        name: value
        for name, value in [*inputs.items(), *module.named_parameters()]
        if isinstance(value, torch.Tensor) and value.grad is not None
    }
    return {
        'layer': layer,
        'sample': sample,
        **how,
        'parameters': {name: given(p) for name, p in module.named_parameters()},
        'inputs': {
            name: given(value) if isinstance(value, torch.Tensor) else value
            for name, value in inputs.items()
        },
        'results': {name: rounded(value) for name, value in results.items()},
        'cotangents': {name: given(value) for name, value in cotangents.items()},
        'grads': {name: rounded(value.grad) for name, value in leaves.items()},
    }


# Recurrent layers

NAMES = {
    'numLayers': 'num_layers',
    'batchFirst': 'batch_first',
    'dimFeedforward': 'dim_feedforward',
    'normFirst': 'norm_first',
    'layerNormEps': 'layer_norm_eps',
    'paddingIndex': 'padding_idx',
    'elementwiseAffine': 'elementwise_affine',
}


def torch_options(options):
    return {NAMES.get(name, name): value for name, value in options.items()}


def run_recurrent(module, x, hidden=None, memory=None, lengths=None):
    state = hidden if memory is None else (hidden, memory)
    first = module.batch_first
    if lengths is not None:
        total = x.shape[1 if first else 0]
        packed = pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False)
        output, last = module(packed, state)
        output, _ = pad_packed_sequence(output, batch_first=first, total_length=total)
    else:
        output, last = module(x, state)
    if isinstance(last, tuple):
        return {'output': output, 'hidden': last[0], 'memory': last[1]}
    return {'output': output, 'hidden': last}


BOTH = {'bidirectional': True}
RECURRENT = [
    ('one layer', {}, [4, 2, 3], {}),
    ('no batch', {}, [3, 3], {}),
    ('with a state', {'batchFirst': True}, [2, 3, 3], {'state': [1, 2, 2]}),
    ('two layers both ways', {'numLayers': 2, **BOTH}, [3, 2, 3], {'state': [4, 2, 2]}),
    ('no bias', {'bias': False}, [3, 1, 3], {}),
    ('lengths', {'batchFirst': True}, [3, 4, 3], {'lengths': [2, 4, 1]}),
    ('lengths both ways', {'numLayers': 2, **BOTH}, [4, 3, 3], {'lengths': [4, 1, 3], 'state': [4, 3, 2]}),
    ('one step', {}, [1, 2, 3], {}),
]


def recurrent_entries():
    entries = []
    for kind in [nn.RNN, nn.LSTM, nn.GRU]:
        name = kind.__name__
        rows = RECURRENT + [('relu', {'nonlinearity': 'relu'}, [3, 2, 3], {})] * (kind is nn.RNN)
        for sample, options, shape, more in rows:
            draw = Draw(f'{name}/{sample}')
            inputs = {'x': draw.normal(*shape)}
            if 'state' in more:
                inputs['hidden'] = draw.normal(*more['state'], scale=0.5)
                if kind is nn.LSTM:
                    inputs['memory'] = draw.normal(*more['state'], scale=0.5)
            if 'lengths' in more:
                inputs['lengths'] = more['lengths']
            how = {'arguments': [3, 2], 'options': options}
            module = kind(3, 2, **torch_options(options))
            entries.append(entry(name, sample, module, how, run_recurrent, inputs, draw))
    return entries


def run_cell(module, x, hidden=None, memory=None):
    state = hidden if memory is None else (hidden, memory)
    last = module(x, state)
    if isinstance(last, tuple):
        return {'hidden': last[0], 'memory': last[1]}
    return {'hidden': last}


def cell_entries():
    entries = []
    for kind in [nn.RNNCell, nn.LSTMCell, nn.GRUCell]:
        name = kind.__name__
        rows = [('batch', {}, [2]), ('no batch', {}, []), ('no bias', {'bias': False}, [1])]
        if kind is nn.RNNCell:
            rows.append(('relu', {'nonlinearity': 'relu'}, [2]))
        for sample, options, batch in rows:
            draw = Draw(f'{name}/{sample}')
            inputs = {'x': draw.normal(*batch, 3), 'hidden': draw.normal(*batch, 2)}
            if kind is nn.LSTMCell:
                inputs['memory'] = draw.normal(*batch, 2)
            how = {'arguments': [3, 2], 'options': options}
            entries.append(entry(name, sample, kind(3, 2, **options), how, run_cell, inputs, draw))
    return entries


def run_reset_before(module, x, hidden):
    """The GRU of the paper: the reset gate before the product, as Keras's `reset_after=False`."""
    n = hidden.shape[-1]
    outputs = []
    weight, bias = module.weight_hh_l0, module.bias_hh_l0
    state = hidden[0]
    for element in x:
        of_x = element @ module.weight_ih_l0.T + module.bias_ih_l0
        of_h = state @ weight[: 2 * n].T + bias[: 2 * n]
        r = torch.sigmoid(of_x[..., :n] + of_h[..., :n])
        z = torch.sigmoid(of_x[..., n : 2 * n] + of_h[..., n:])
        c = torch.tanh(of_x[..., 2 * n :] + (r * state) @ weight[2 * n :].T + bias[2 * n :])
        state = (1 - z) * c + z * state
        outputs.append(state)
    return {'output': torch.stack(outputs), 'hidden': state[None]}


def reset_before_entry():
    draw = Draw('GRU/reset before')
    inputs = {'x': draw.normal(3, 2, 3), 'hidden': draw.normal(1, 2, 2, scale=0.5)}
    how = {'arguments': [3, 2], 'options': {'resetAfter': False}}
    return entry('GRU', 'reset before', nn.GRU(3, 2), how, run_reset_before, inputs, draw)


# Attention

def run_attention(module, query, key=None, value=None, causal=False, mask=None, keyPaddingMask=None):
    key = query if key is None else key
    value = key if value is None else value
    if causal:
        n = query.shape[1 if module.batch_first else 0]
        mask = torch.ones(n, n, dtype=torch.bool).triu(1)
    output, weights = module(
        query, key, value,
        key_padding_mask=keyPaddingMask, attn_mask=mask, average_attn_weights=False,
    )
    return {'output': output, 'weights': weights}


def flags(rows):
    return torch.tensor(rows, dtype=torch.bool)


def attention_entries():
    first = {'batchFirst': True}
    rows = [
        ('itself', {}, lambda d: {'query': d.normal(3, 2, 4)}),
        ('causal', first, lambda d: {'query': d.normal(2, 3, 4), 'causal': True}),
        ('no batch', {}, lambda d: {'query': d.normal(3, 4)}),
        ('other keys', first, lambda d: {'query': d.normal(1, 2, 4), 'key': d.normal(1, 3, 4)}),
        ('other values', {'bias': False}, lambda d: {
            'query': d.normal(2, 1, 4), 'key': d.normal(3, 1, 4), 'value': d.normal(3, 1, 4)}),
        ('other sizes', {'kdim': 3, 'vdim': 2}, lambda d: {
            'query': d.normal(2, 1, 4), 'key': d.normal(3, 1, 3), 'value': d.normal(3, 1, 2)}),
        ('padding', first, lambda d: {
            'query': d.normal(2, 3, 4), 'keyPaddingMask': flags([[0, 0, 1], [0, 1, 1]])}),
        ('flags', {}, lambda d: {
            'query': d.normal(3, 1, 4), 'mask': flags([[0, 1, 1], [1, 0, 0], [0, 0, 1]])}),
        ('flags for each head', {}, lambda d: {
            'query': d.normal(2, 1, 4), 'mask': flags([[[0, 1], [0, 0]], [[0, 0], [1, 0]]])}),
        ('summands', {}, lambda d: {'query': d.normal(3, 1, 4), 'mask': d.normal(3, 3)}),
    ]
    entries = []
    for sample, options, inputs in rows:
        draw = Draw(f'MultiheadAttention/{sample}')
        module = nn.MultiheadAttention(4, 2, **torch_options(options))
        how = {'arguments': [4, 2], 'options': options}
        entries.append(
            entry('MultiheadAttention', sample, module, how, run_attention, inputs(draw), draw)
        )
    return entries


class Additive(nn.Module):
    def __init__(self, query, key, hidden):
        super().__init__()
        self.query = nn.Linear(query, hidden, bias=False)
        self.key = nn.Linear(key, hidden, bias=False)
        self.score = nn.Linear(hidden, 1, bias=False)

    def scores(self, query, key):
        sums = self.query(query)[..., :, None, :] + self.key(key)[..., None, :, :]
        return self.score(torch.tanh(sums))[..., 0]


class Dot(nn.Module):
    def __init__(self, query, key, score='dot'):
        super().__init__()
        if score == 'general':
            self.key = nn.Linear(key, query, bias=False)
        self.map = self.key if score == 'general' else nn.Identity()

    def scores(self, query, key):
        return query @ self.map(key).transpose(-1, -2)


def run_alignment(module, query, key, value=None, keyPaddingMask=None):
    scores = module.scores(query, key)
    if keyPaddingMask is not None:
        scores = scores.masked_fill(keyPaddingMask[..., None, :], float('-inf'))
    weights = scores.softmax(-1)
    return {'output': weights @ (key if value is None else value), 'weights': weights}


def alignment_entries():
    padding = flags([[0, 0, 0], [0, 0, 1]])
    rows = [
        ('AdditiveAttention', 'keys', Additive, [2, 3, 4], {}, [2, 2], [3, 3], {}),
        ('AdditiveAttention', 'padding', Additive, [2, 2, 3], {}, [2, 2, 2], [2, 3, 2], {'keyPaddingMask': padding}),
        ('DotAttention', 'dot', Dot, [3, 3], {}, [1, 2, 3], [1, 4, 3], {}),
        ('DotAttention', 'general', Dot, [2, 3], {'score': 'general'}, [2, 2, 2], [2, 3, 3], {'keyPaddingMask': padding}),
    ]
    entries = []
    for name, sample, kind, sizes, options, query, key, more in rows:
        draw = Draw(f'{name}/{sample}')
        inputs = {'query': draw.normal(*query), 'key': draw.normal(*key), **more}
        if name == 'AdditiveAttention' and not more:
            inputs['value'] = draw.normal(*key[:-1], 2)
        how = {'arguments': sizes, 'options': options}
        entries.append(entry(name, sample, kind(*sizes, **options), how, run_alignment, inputs, draw))
    return entries


# Transformers

def run_encoder(module, x, causal=False, keyPaddingMask=None):
    layer = module.layers[0] if hasattr(module, 'layers') else module
    n = x.shape[1 if layer.self_attn.batch_first else 0]
    mask = torch.ones(n, n, dtype=torch.bool).triu(1) if causal else None
    return {'output': module(x, mask, src_key_padding_mask=keyPaddingMask)}


def run_decoder(module, x, memory, causal=False, memoryMask=None, memoryKeyPaddingMask=None):
    layer = module.layers[0] if hasattr(module, 'layers') else module
    n = x.shape[1 if layer.self_attn.batch_first else 0]
    mask = torch.ones(n, n, dtype=torch.bool).triu(1) if causal else None
    output = module(
        x, memory, tgt_mask=mask, memory_mask=memoryMask,
        memory_key_padding_mask=memoryKeyPaddingMask,
    )
    return {'output': output}


def transformer_entries():
    small = {'dimFeedforward': 3, 'dropout': 0}
    modern = {**small, 'normFirst': True, 'activation': 'gelu', 'batchFirst': True, 'layerNormEps': 2**-10}
    encoder, decoder = nn.TransformerEncoderLayer, nn.TransformerDecoderLayer
    padding = flags([[0, 0, 1], [0, 0, 0]])
    rows = [
        ('TransformerEncoderLayer', 'norm after', encoder, 1, small, lambda d: {'x': d.normal(3, 2, 4)}),
        ('TransformerEncoderLayer', 'norm first', encoder, 1, modern, lambda d: {
            'x': d.normal(2, 3, 4), 'causal': True, 'keyPaddingMask': padding}),
        ('TransformerDecoderLayer', 'norm after', decoder, 1, small, lambda d: {
            'x': d.normal(2, 2, 4), 'memory': d.normal(3, 2, 4), 'causal': True,
            'memoryKeyPaddingMask': padding}),
        ('TransformerDecoderLayer', 'norm first', decoder, 1, modern, lambda d: {
            'x': d.normal(1, 2, 4), 'memory': d.normal(1, 3, 4), 'memoryMask': flags([[0, 1, 0], [0, 0, 1]])}),
        ('TransformerEncoder', 'two layers', encoder, 2, modern, lambda d: {
            'x': d.normal(2, 2, 4), 'causal': True}),
        ('TransformerDecoder', 'two layers', decoder, 2, modern, lambda d: {
            'x': d.normal(1, 2, 4), 'memory': d.normal(1, 2, 4)}),
    ]
    entries = []
    for name, sample, kind, count, options, inputs in rows:
        draw = Draw(f'{name}/{sample}')
        module = kind(4, 2, **torch_options(options))
        if name.endswith('coder'):
            norm = nn.LayerNorm(4, eps=options['layerNormEps'])
            stacked = nn.TransformerEncoder if kind is encoder else nn.TransformerDecoder
            module = stacked(module, count, norm)
        how = {'arguments': [4, 2], 'options': options, 'layers': count}
        run = run_encoder if kind is encoder else run_decoder
        entries.append(entry(name, sample, module, how, run, inputs(draw), draw))
    return entries


# Tables and normalisation

def run_plain(module, x):
    return {'output': module(x)}


def plain_entries():
    rows = [
        ('Embedding', 'table', nn.Embedding, [5, 3], {}, lambda d: d.integers(2, 4, low=0, high=5)),
        ('Embedding', 'padding', nn.Embedding, [4, 2], {'paddingIndex': -3}, lambda d: d.integers(7, low=0, high=4)),
        ('LayerNorm', 'last axis', nn.LayerNorm, [4], {}, lambda d: d.normal(2, 3, 4)),
        ('LayerNorm', 'last two axes', nn.LayerNorm, [[2, 3]], {'eps': 2**-6}, lambda d: d.normal(3, 2, 3)),
        ('LayerNorm', 'nothing learned', nn.LayerNorm, [3], {'elementwiseAffine': False}, lambda d: d.normal(2, 3)),
    ]
    entries = []
    for name, sample, kind, sizes, options, x in rows:
        draw = Draw(f'{name}/{sample}')
        how = {'arguments': sizes, 'options': options}
        module = kind(*sizes, **torch_options(options))
        entries.append(entry(name, sample, module, how, run_plain, {'x': x(draw)}, draw))
    return entries


if __name__ == '__main__':
    header = {'arithmetic': 'float64, rounded to float32'}
    files = {
        'recurrent': [*recurrent_entries(), *cell_entries(), reset_before_entry()],
        'attention': [
            *attention_entries(), *alignment_entries(), *transformer_entries(), *plain_entries(),
        ],
    }
    for name, entries in files.items():
        write(f'nn/fixtures/torch-{name}.json', 'nn_sequence.py', header, entries)
