"""PyTorch's training steps, inference and generation, with the models of torch_models.py."""

import torch
import torch.nn.functional as F

from serve import Unsupported
from torch_models import (
    COMPILES,
    CharLstm,
    Gpt,
    Past,
    Vae,
    compiled,
    discriminator,
    drawn,
    generator,
    ids,
    lenet,
    mlp,
    numbers,
    resnet18,
)

OPTIMIZERS = {
    'adam': lambda p: torch.optim.Adam(p, lr=1e-3),
    'adamw': lambda p: torch.optim.AdamW(p, lr=3e-4),
    'sgd': lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9),
    'sgd with decay': lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=5e-4),
}


def stepping(model, how, loss_of):
    optimizer = OPTIMIZERS[how](model.parameters())
    loss_of = compiled(loss_of)

    def run():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of()
        loss.backward()
        optimizer.step()
        return loss.item()

    return run


def classifier(model, how, x, y):
    def loss_of():
        logits = model(x)
        return F.cross_entropy(logits.reshape(-1, logits.shape[-1]), y.reshape(-1))

    return stepping(drawn(model), how, loss_of)


def mlp_step(batch, depth=2, width=512):
    x, y = numbers('x', batch, 784), ids('y', batch, below=10)
    return classifier(mlp(depth, width), 'adam', x, y)


def lenet_step(batch):
    x, y = numbers('x', batch, 1, 28, 28), ids('y', batch, below=10)
    return classifier(lenet(), 'sgd', x, y)


def resnet18_step(batch, **_):
    x, y = numbers('x', batch, 3, 32, 32), ids('y', batch, below=10)
    return classifier(resnet18(), 'sgd with decay', x, y)


def char_lstm_step(batch, time=64):
    x, y = ids('x', batch, time, below=96), ids('y', batch, time, below=96)
    return classifier(CharLstm(), 'adam', x, y)


def gpt_step(batch, time=128, layers=4):
    x, y = ids('x', batch, time, below=4096), ids('y', batch, time, below=4096)
    return classifier(Gpt(layers=layers, context=time), 'adamw', x, y)


def dcgan_step(batch):
    make, judge = drawn(generator()), drawn(discriminator())
    made_of, judged_of = compiled(make), compiled(judge)
    kind = {'lr': 2e-4, 'betas': (0.5, 0.999)}
    of_make = torch.optim.Adam(make.parameters(), **kind)
    of_judge = torch.optim.Adam(judge.parameters(), **kind)
    real, noise = numbers('x', batch, 3, 64, 64), numbers('noise', batch, 100, 1, 1)

    def run():
        of_judge.zero_grad(set_to_none=True)
        fake = made_of(noise)
        judged = F.softplus(-judged_of(real)).mean() + F.softplus(judged_of(fake.detach())).mean()
        judged.backward()
        of_judge.step()
        of_make.zero_grad(set_to_none=True)
        made = F.softplus(-judged_of(fake)).mean()
        made.backward()
        of_make.step()
        return judged.item() + made.item()

    return run


def vae_step(batch):
    model = drawn(Vae())
    x, noise = numbers('x', batch, 784).abs(), numbers('noise', batch, 20)
    return stepping(model, 'adam', lambda: model.loss(x, noise))


STEPS = {
    'mlp': mlp_step,
    'lenet': lenet_step,
    'resnet18': resnet18_step,
    'char-lstm': char_lstm_step,
    'gpt': gpt_step,
    'dcgan': dcgan_step,
    'vae': vae_step,
}


def step(model, **spec):
    """A training step; its values are the losses of the first three."""
    if model not in STEPS:
        raise Unsupported(f'no model {model}')
    run = STEPS[model](**spec)
    return run, lambda: [('losses', [run(), run(), run()])]


def infer(model, batch, **_):
    if model != 'resnet18':
        raise Unsupported(f'no model {model}')
    network = compiled(drawn(resnet18()).eval())
    x = numbers('x', batch, 3, 32, 32)

    def run():
        with torch.no_grad():
            return network(x)

    return run, lambda: [('logits', run())]


def generate(tokens):
    """Greedy continuation of eight tokens; values are the scores after each."""
    if COMPILES:
        raise Unsupported('a cache that grows is another program at every token')
    model = drawn(Gpt(context=tokens)).eval()
    prompt = ids('prompt', 1, 8, below=4096)

    def run(scores=None):
        with torch.no_grad():
            pasts = [Past(4, tokens, 64) for _ in range(4)]
            fresh, start = prompt, 0
            while start + fresh.shape[1] < tokens:
                logits = model(fresh, start, pasts)[0, -1]
                start += fresh.shape[1]
                if scores is not None:
                    scores.append(logits)
                fresh = logits.argmax().reshape(1, 1)

    def values():
        scores = []
        run(scores)
        return [('scores', torch.stack(scores))]

    return run, values
