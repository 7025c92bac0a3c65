"""Writes packages/maru/test/data/fixtures/features.json: features of images by their definitions in numpy, others by scikit-learn 1.2.1."""

import numpy as np
import sklearn
import torch
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from fixture import Draw, tensor, write


def image(name, channels, height, width):
    return Draw(name).uniform(channels, height, width, step=256).numpy()


def gradient(x, smooth):
    """Of the steepest channel: magnitude, and angle modulo pi."""
    p = np.pad(x, ((0, 0), (1, 1), (1, 1)), mode='edge')
    if smooth:
        across = p[:, :-2] + 2 * p[:, 1:-1] + p[:, 2:]
        along = p[:, :, :-2] + 2 * p[:, :, 1:-1] + p[:, :, 2:]
    else:
        across, along = p[:, 1:-1], p[:, :, 1:-1]
    dx = across[:, :, 2:] - across[:, :, :-2]
    dy = along[:, 2:] - along[:, :-2]
    best = np.hypot(dx, dy).argmax(0)[None]
    dx, dy = np.take_along_axis(dx, best, 0)[0], np.take_along_axis(dy, best, 0)[0]
    return np.hypot(dx, dy), np.arctan2(dy, dx) % np.pi


def hog(x, orientations=9, cell=8, block=2, norm='l2Hys'):
    """Dalal and Triggs: for each cell and direction the sum over all pixels of magnitude and three hats."""
    magnitude, angle = gradient(x, smooth=False)
    height, width = magnitude.shape
    rows, columns = height // cell, width // cell
    ys, xs = np.arange(height) + 0.5, np.arange(width) + 0.5
    cells = np.zeros((rows, columns, orientations))
    for r in range(rows):
        near_y = np.clip(1 - np.abs(ys - (r + 0.5) * cell) / cell, 0, None)
        for c in range(columns):
            near_x = np.clip(1 - np.abs(xs - (c + 0.5) * cell) / cell, 0, None)
            for b in range(orientations):
                away = np.abs(angle - (b + 0.5) * np.pi / orientations)
                away = np.minimum(away, np.pi - away) / (np.pi / orientations)
                near = np.clip(1 - away, 0, None)
                cells[r, c, b] = (magnitude * near * np.outer(near_y, near_x)).sum()
    blocks = []
    for r in range(rows - block + 1):
        for c in range(columns - block + 1):
            v = cells[r : r + block, c : c + block].ravel()
            if norm in ('l2', 'l2Hys'):
                v = v / np.sqrt((v**2).sum() + 1e-10)
            else:
                v = v / (v.sum() + 1e-5)
            if norm == 'l1Sqrt':
                v = np.sqrt(v)
            if norm == 'l2Hys':
                v = np.minimum(v, 0.2)
                v = v / np.sqrt((v**2).sum() + 1e-10)
            blocks.append(v)
    return np.concatenate(blocks)


def grey(x):
    x = x.astype(np.float32)
    return x[0] if len(x) == 1 else 0.2989 * x[0] + 0.587 * x[1] + 0.114 * x[2]


def cells_of(size, grid):
    """Start and end of each cell along an axis: pixel i is in cell floor(i * grid / size)."""
    owner = np.arange(size) * grid // size
    return [np.flatnonzero(owner == k) for k in range(grid)]


def per_cell(values, grid, count):
    out = []
    for rows in cells_of(values.shape[-2], grid):
        for columns in cells_of(values.shape[-1], grid):
            histogram = count(rows, columns)
            total = histogram.sum()
            out.append(histogram / total if total else histogram)
    return np.concatenate(out)


def lbp(x, grid):
    g = grey(x)
    around = [(0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1), (1, 0), (1, 1)]
    height, width = g.shape
    centre = g[1:-1, 1:-1]
    code = np.zeros(centre.shape, int)
    for k, (dy, dx) in enumerate(around):
        other = g[1 + dy : height - 1 + dy, 1 + dx : width - 1 + dx]
        code += (other >= centre).astype(int) << k

    def changes(pattern):
        bits = [pattern >> k & 1 for k in range(8)]
        return sum(bits[k] != bits[k - 1] for k in range(8))

    uniform = [p for p in range(256) if changes(p) <= 2]
    assert len(uniform) == 58
    bins = np.array([uniform.index(p) if p in uniform else 58 for p in range(256)])[code]
    return per_cell(
        bins, grid, lambda r, c: np.bincount(bins[np.ix_(r, c)].ravel(), minlength=59).astype(float)
    )


def colours(x, bins, grid):
    levels = np.minimum((x * bins).astype(int), bins - 1)
    joint = levels[0]
    for channel in levels[1:]:
        joint = joint * bins + channel
    size = bins ** len(x)
    return per_cell(
        joint, grid, lambda r, c: np.bincount(joint[np.ix_(r, c)].ravel(), minlength=size).astype(float)
    )


def edges(x, bins, grid):
    magnitude, angle = gradient(x, smooth=True)
    which = np.minimum((angle / np.pi * bins).astype(int), bins - 1)

    def count(r, c):
        at = np.ix_(r, c)
        return np.bincount(which[at].ravel(), magnitude[at].ravel(), minlength=bins)

    return per_cell(magnitude, grid, count)


def row(feature, args, x, y):
    return {
        'feature': feature,
        'args': args,
        'input': tensor(torch.tensor(x).float()),
        'output': tensor(torch.tensor(y).float()),
    }


def images():
    for i, (channels, height, width, args) in enumerate(
        [
            (1, 16, 16, {}),
            (3, 17, 26, {}),
            (3, 12, 13, {'cellSize': 4, 'blockNorm': 'l2'}),
            (1, 12, 12, {'cellSize': 4, 'blockNorm': 'l1', 'orientations': 5}),
            (3, 9, 9, {'cellSize': 3, 'blockSize': 3, 'blockNorm': 'l1Sqrt'}),
            (1, 6, 10, {'cellSize': 5, 'blockSize': 1, 'orientations': 1}),
        ]
    ):
        x = image(f'hog-{i}', channels, height, width)
        names = {'cellSize': 'cell', 'blockSize': 'block', 'blockNorm': 'norm'}
        yield row('hog', args, x, hog(x, **{names.get(k, k): v for k, v in args.items()}))
    for channels, grid in ((1, 1), (3, 2), (1, 4)):
        x = image(f'lbp-{channels}-{grid}', channels, 9, 11)
        yield row('lbp', {'grid': grid}, x, lbp(x, grid))
    for channels, bins, grid in ((3, 4, 1), (3, 2, 3), (1, 8, 2)):
        x = image(f'colours-{channels}-{grid}', channels, 8, 9)
        yield row('colorHistogram', {'bins': bins, 'grid': grid}, x, colours(x, bins, grid))
    for channels, bins, grid in ((1, 8, 4), (3, 5, 1)):
        x = image(f'edges-{channels}-{grid}', channels, 9, 10)
        yield row('edgeHistogram', {'bins': bins, 'grid': grid}, x, edges(x, bins, grid))


def mfcc(x, rate, frame, hop, mels, count):
    starts = range(0, len(x) - frame + 1, hop)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
    power = np.array([np.abs(np.fft.rfft(window * x[s : s + frame])) ** 2 for s in starts])
    hertz = np.fft.rfftfreq(frame, 1 / rate)
    top = 2595 * np.log10(1 + rate / 2 / 700)
    corners = 700 * (10 ** (np.linspace(0, top, mels + 2) / 2595) - 1)
    bank = [np.interp(hertz, corners[m : m + 3], [0, 1, 0]) for m in range(mels)]
    energy = np.log(np.maximum(power @ np.array(bank).T, 1e-10))
    m = np.arange(mels)
    waves = np.array([np.cos(np.pi * k * (m + 0.5) / mels) for k in range(count)])
    waves *= np.sqrt(2 / mels)
    waves[0] /= np.sqrt(2)
    return energy.T, (energy @ waves.T).T


def sounds():
    for rate, frame, hop, mels, count, length in (
        (16000, 512, 160, 40, 13, 1000),
        (8000, 200, 80, 20, 20, 500),
    ):
        t = np.arange(length) / rate
        x = np.sin(2 * np.pi * (300 + 900 * t) * t)
        x = np.round((x + Draw(f'sound-{rate}').normal(length, scale=0.05).numpy()) * 64) / 64
        spectra, cepstra = mfcc(x, rate, frame, hop, mels, count)
        yield {
            'sound': 'mfcc',
            'args': {'sampleRate': rate, 'frameLength': frame, 'hopLength': hop, 'numMels': mels},
            'count': count,
            'input': tensor(torch.tensor(x).float()),
            'spectra': tensor(torch.tensor(spectra.copy()).float()),
            'output': tensor(torch.tensor(cepstra.copy()).float()),
        }


TEXTS = [
    'The cat sat on the mat.',
    'the dog sat; the cat ran',
    '영화가 정말 재미있었다',
    '정말 재미없는 영화',
    'a  b\tcat\n cat cat',
    '',
]
OTHERS = ['cat and dog', '재미있는 영화', 'nothing known']


def texts():
    for name, args in [
        ('CountVectorizer', {}),
        ('CountVectorizer', {'ngramRange': [1, 2], 'minDf': 2}),
        ('CountVectorizer', {'analyzer': 'char', 'ngramRange': [2, 3], 'maxFeatures': 12}),
        ('CountVectorizer', {'analyzer': 'charWb', 'ngramRange': [2, 5]}),
        ('CountVectorizer', {'lowercase': False}),
        ('TfidfVectorizer', {}),
        ('TfidfVectorizer', {'analyzer': 'charWb', 'ngramRange': [3, 4]}),
        ('TfidfVectorizer', {'analyzer': 'char', 'ngramRange': [1, 2], 'minDf': 2}),
    ]:
        names = {'ngramRange': 'ngram_range', 'minDf': 'min_df', 'maxFeatures': 'max_features'}
        given = {names.get(k, k): v for k, v in args.items()}
        if 'ngram_range' in given:
            given['ngram_range'] = tuple(given['ngram_range'])
        if given.get('analyzer') == 'charWb':
            given['analyzer'] = 'char_wb'
        made = {'CountVectorizer': CountVectorizer, 'TfidfVectorizer': TfidfVectorizer}[name](**given)
        own = made.fit_transform(TEXTS).toarray()
        other = made.transform(OTHERS).toarray()
        yield {
            'vectorizer': name,
            'args': args,
            'terms': list(made.get_feature_names_out()),
            'output': tensor(torch.tensor(np.concatenate([own, other])).float()),
        }


def classifiers():
    draw = Draw('classes')
    centres = draw.normal(3, 4).numpy()
    labels = np.arange(45) % 3
    x = centres[labels] + draw.normal(45, 4, scale=1.2).numpy()
    others = draw.normal(12, 4).numpy()
    counts = draw.integers(30, 6, low=0, high=5).numpy()
    more = draw.integers(8, 6, low=0, high=5).numpy()
    for name, args, model, features, test in [
        ('KNeighborsClassifier', {}, KNeighborsClassifier(), x, others),
        (
            'KNeighborsClassifier',
            {'nNeighbors': 3, 'weights': 'distance'},
            KNeighborsClassifier(3, weights='distance'),
            x,
            others,
        ),
        (
            'KNeighborsClassifier',
            {'nNeighbors': 4, 'metric': 'cosine'},
            KNeighborsClassifier(4, metric='cosine'),
            x,
            others,
        ),
        ('GaussianNB', {}, GaussianNB(), x, others),
        ('MultinomialNB', {}, MultinomialNB(), counts, more),
        ('MultinomialNB', {'alpha': 0.3}, MultinomialNB(alpha=0.3), counts, more),
        ('LogisticRegression', {}, LogisticRegression(tol=1e-10, max_iter=10000), x, others),
        ('LogisticRegression', {'C': 0.05}, LogisticRegression(C=0.05, tol=1e-10), x, others),
    ]:
        own = labels[: len(features)]
        model.fit(features, own)
        yield {
            'classifier': name,
            'args': args,
            'features': tensor(torch.tensor(features).float()),
            'labels': own.tolist(),
            'input': tensor(torch.tensor(test).float()),
            'output': tensor(torch.tensor(model.predict_proba(test)).float()),
        }


def projections():
    for rows, columns, k in ((30, 5, 3), (4, 9, 2)):
        x = Draw(f'pca-{rows}').normal(rows, columns).numpy()
        pca = PCA(k, svd_solver='full').fit(x)
        # scikit-learn turns signs by the projected rows; here by the largest element of a direction
        top = pca.components_[np.arange(k), np.abs(pca.components_).argmax(1)]
        components = pca.components_ * np.sign(top)[:, None]
        yield {
            'projection': 'PCA',
            'k': k,
            'input': tensor(torch.tensor(x).float()),
            'output': tensor(torch.tensor((x - x.mean(0)) @ components.T).float()),
            'variances': pca.explained_variance_.tolist(),
        }
    x = Draw('scaler').normal(7, 3).numpy()
    x[:, 1] = 2.5
    yield {
        'projection': 'StandardScaler',
        'input': tensor(torch.tensor(x).float()),
        'output': tensor(torch.tensor(StandardScaler().fit_transform(x)).float()),
    }


if __name__ == '__main__':
    write(
        'data/fixtures/features.json',
        'features.py',
        {'sklearn': sklearn.__version__, 'texts': TEXTS, 'others': OTHERS},
        [*images(), *sounds(), *texts(), *classifiers(), *projections()],
    )
