import { C, L, N, type Row } from '../row.ts'

/** Language, sequences and transfer. */
export const language: readonly Row[] = [
  {
    id: 'K1',
    title: 'Transfer',
    lines: [
      C('Weights are copied by name and shape'),
      C('Layers are frozen and freed; frozen parameters are bit-identical after training'),
      C('Rates by layer, and another head'),
      N(
        'Pretrained on one set, 20 images a class of another: the gain over training from nothing that was calibrated',
      ),
      N('It works in a browser'),
      C('Weights of TensorFlow and of PyTorch are imported'),
    ],
  },
  {
    id: 'K2',
    title: 'Time series',
    lines: [
      C('Windows and splits that leak nothing'),
      N('Naive and seasonal baselines are always printed'),
      N('An RNN has at least 30 % less squared error than an MLP on noisy sums of sines'),
      N('Keywords among generated tones'),
      N('Prices of stock: the naive forecast is not beaten, and that is shown'),
    ],
  },
  {
    id: 'K3',
    title: 'Recurrent networks for language',
    lines: [N('Sentiment on a small public set'), N('Characters', ['C5']), N('Tagging')],
  },
  {
    id: 'K4',
    title: 'FastText',
    lines: [
      C('Hashes and n-gram ids equal the official ones'),
      C('.bin and .vec are read and written'),
      C('Supervised, skip-gram and CBOW, with negative sampling and hierarchical softmax'),
      N('1,000 words with one edit: the nearest neighbour is right for at least 80 %'),
      N('Accuracy falls by at most 5 points at 10 % typos, by words by more'),
      N('Jamo n-grams lose less than syllable n-grams on Korean typos'),
      L('AG News at about 92.5 %'),
    ],
  },
  {
    id: 'K5',
    title: 'Encoder and decoder',
    lines: [
      C('Masks, scheduled sampling, beam search'),
      N('Formats of dates and numbers in words, Korean too: at least 99 % exact'),
      N('With and without attention, by length'),
    ],
  },
  {
    id: 'K6',
    title: 'ELMo',
    lines: [
      C('Character CNN, two layers of a bidirectional language model, a mix of scalars'),
      C('Imported weights equal the reference to 1e-4'),
      N('Senses of one word are separated by context'),
    ],
  },
  {
    id: 'K7',
    title: 'GPT',
    lines: [
      C('Causal transformer: a cache of keys and values equals the whole computation to 1e-5'),
      C('Byte-pair encoding is exact'),
      N('10 M parameters on characters of Shakespeare: below 1.5 nats'),
      L('Imported GPT-2 weights: logits equal to 1e-3, perplexity to 0.1'),
      N('It runs in a browser'),
    ],
  },
  {
    id: 'K8',
    title: 'BERT',
    lines: [
      C('Heads for masked words and next sentences'),
      C('WordPiece is exact on 10,000 lines, Korean among them'),
      C('Imported hidden states equal the reference to 1e-4'),
      N('A tiny BERT, fine-tuned, beats FastText on sentiment'),
      L('MNLI at about 84.6'),
      N('A page compares ELMo, GPT and BERT on one task'),
    ],
  },
  {
    id: 'K9',
    title: 'Sampling of text',
    lines: [C('Greedy, top-k, top-p, temperature and beam, by seed')],
  },
]
