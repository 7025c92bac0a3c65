"""Writes packages/maru/test/data/fixtures/torchvision.json: changes of images, as torchvision 0.14.1 makes them."""

import torch
import torchvision
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

from fixture import Draw, tensor, write

LINEAR = InterpolationMode.BILINEAR


def image(name, channels=3, height=6, width=7):
    """Levels of 1/256: exact in float32."""
    return Draw(name).uniform(channels, height, width, step=256).float()


def affine(x, angle=0.0, translate=(0, 0), scale=1.0, shear=(0.0, 0.0), border=0.0):
    """With a wide border in place of `fill`, which weighs pixels on the edge twice."""
    height, width = x.shape[-2:]
    wide = F.pad(x, [24], fill=border)
    moved = F.affine(wide, angle, list(translate), scale, list(shear), LINEAR)
    return F.crop(moved, 24, 24, height, width)


def crop(x, top, left, height, width):
    return F.crop(x, top, left, height, width)


def levels(change):
    return lambda x, **args: change((x * 255).round().byte(), **args).float() / 255


CHANGES = {
    'affine': [
        (affine, {'angle': 30.0}),
        (affine, {'angle': -100.0, 'scale': 0.7}),
        (affine, {'angle': 10.0, 'translate': [2, -1], 'scale': 1.3}),
        (affine, {'shear': [20.0, 0.0]}),
        (affine, {'shear': [0.0, -25.0]}),
        (affine, {'angle': 45.0, 'translate': [-1, 1], 'scale': 0.9, 'shear': [10.0, 5.0]}),
        (affine, {'angle': 33.0, 'scale': 0.5, 'border': 0.5}),
    ],
    'crop': [
        (crop, {'top': 1, 'left': 2, 'height': 4, 'width': 3}),
        (crop, {'top': -2, 'left': 4, 'height': 5, 'width': 8}),
    ],
    'horizontalFlip': [(F.hflip, {})],
    'verticalFlip': [(F.vflip, {})],
    'adjustBrightness': [(F.adjust_brightness, {'brightness_factor': f}) for f in (0.0, 0.6, 1.7)],
    'adjustContrast': [(F.adjust_contrast, {'contrast_factor': f}) for f in (0.0, 0.6, 1.7)],
    'adjustSaturation': [(F.adjust_saturation, {'saturation_factor': f}) for f in (0.0, 0.6, 1.7)],
    'adjustHue': [(F.adjust_hue, {'hue_factor': f}) for f in (-0.5, -0.2, 0.0, 0.1, 0.4)],
    'adjustSharpness': [(F.adjust_sharpness, {'sharpness_factor': f}) for f in (0.0, 0.6, 1.7)],
    'solarize': [(F.solarize, {'threshold': 0.4})],
    'posterize': [(levels(F.posterize), {'bits': b}) for b in (1, 4, 7)],
    'autocontrast': [(F.autocontrast, {})],
    'equalize': [(levels(F.equalize), {})],
    'invert': [(F.invert, {})],
}


def entries():
    for name, rows in CHANGES.items():
        for channels in (1,) if name == 'equalize' else (3, 1):
            for i, (change, args) in enumerate(rows):
                # levels are counted in a larger image, so that there are several of each
                side = 18 if name == 'equalize' else 6
                x = image(f'{name}-{channels}-{i}', channels, side, side + 1)
                if name in ('posterize', 'equalize'):
                    x = (x * 255).round() / 255
                yield {
                    'change': name,
                    'args': list(args.values()) if name.startswith('adjust') else args,
                    'input': tensor(x),
                    'output': tensor(change(x, **args)),
                }


if __name__ == '__main__':
    write(
        'data/fixtures/torchvision.json',
        'augment.py',
        {'torchvision': torchvision.__version__},
        list(entries()),
    )
