import { C, L, N, type Row } from '../row.ts'

/** Tasks of vision, and their metrics. */
export const vision: readonly Row[] = [
  {
    id: 'J0',
    title: 'Top-k error',
    lines: [
      C('Top-1 to top-k against a reference'),
      C('Ties are defined, and hold'),
      C('Every classifier reports it'),
    ],
  },
  {
    id: 'J1',
    title: 'Detection by regions',
    lines: [
      C(
        'Selective search: recall of at least 0.9 at IoU 0.5 with at most 500 proposals on generated shapes',
      ),
      C(
        'NMS, IoU, regression of boxes and average precision (11 points, all points, COCO) against cases by hand',
      ),
      N('R-CNN on shapes: mAP of at least 0.90 at IoU 0.5'),
      N('Fast or Faster R-CNN: at least 0.93'),
      L('VOC 2012 at about 53.3 mAP with an imported backbone'),
    ],
  },
  {
    id: 'J2',
    title: 'Segmentation',
    lines: [
      C('Mean IoU, pixel accuracy and Dice against cases by hand, with a label that is void'),
    ],
  },
  {
    id: 'J3',
    title: 'Fully convolutional networks',
    lines: [
      C('Inputs of any size'),
      C('FCN-32s, 16s and 8s'),
      C('A fully connected layer as a convolution equals it to 1e-5'),
      N('Shapes: mean IoU of at least 0.90 by 8s, and 8s above 16s above 32s'),
      N('U-Net and DeepLab'),
      L('VOC 2012 at about 62.2 % mean IU'),
    ],
  },
  {
    id: 'J4',
    title: 'Captions of images',
    lines: [
      C('Teacher forcing, greedy and beam search'),
      C('BLEU-1 to BLEU-4 equal a reference'),
      N(
        'Generated scenes: BLEU-4 of at least 0.90 and at least 95 % of attributes right on combinations not seen',
      ),
      N('Captions in Korean'),
      L('COCO at about BLEU-4 27.7'),
    ],
  },
  {
    id: 'J5',
    title: 'Recognition, and CNNs for time series',
    lines: [N('1-D CNN and TCN against LSTM on sines and a series like ECG: a table')],
  },
  {
    id: 'J6',
    title: 'ImageNet',
    lines: [
      C('Folders, tar files, TFRecord and WebDataset are streamed, never held whole'),
      C('A table of 1,000 classes'),
      C('A tool for labels in the studio writes data sets'),
      L('Evaluation of imported networks'),
    ],
  },
]
