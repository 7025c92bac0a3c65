import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  chart,
  confusionMatrix,
  displayWidth,
  ProgressBar,
  type ProgressOptions,
  pad,
  paint,
  pictures,
  type Screen,
  screenOf,
  showClock,
  showCount,
  showRate,
  showSeconds,
  showValue,
  sparkline,
  table,
  truncate,
} from '../../src/terminal/index.ts'

const terminal: Screen = { columns: 80, interactive: true, colors: 'none', unicode: true }
const log: Screen = { columns: 80, interactive: false, colors: 'none', unicode: true }
const colored: Screen = { ...terminal, colors: 'full' }
const ascii: Screen = { ...log, unicode: false }

/** Escape characters made visible. */
function visible(text: string): string {
  return text.replaceAll('\u001b', '␛').replaceAll('\r', '␍')
}

beforeEach(() => {
  process.env.MARU_LANG = 'en'
})
afterEach(() => {
  delete process.env.MARU_LANG
})

describe('screenOf', () => {
  const tty = { isTTY: true, columns: 120 }
  const rows: [name: string, stream: object, env: Record<string, string>, want: object][] = [
    ['a pipe', {}, { TERM: 'xterm-256color' }, { interactive: false, colors: 'none', columns: 80 }],
    ['a pipe of known width', {}, { COLUMNS: '100' }, { columns: 100 }],
    ['a terminal', tty, { TERM: 'xterm' }, { interactive: true, colors: 'basic', columns: 120 }],
    ['256 colours', tty, { TERM: 'xterm-256color' }, { colors: 'many' }],
    ['24 bits', tty, { TERM: 'xterm', COLORTERM: 'truecolor' }, { colors: 'full' }],
    ['Windows', tty, { WT_SESSION: 'x' }, { colors: 'full' }],
    ['NO_COLOR', tty, { TERM: 'xterm', NO_COLOR: '1' }, { interactive: true, colors: 'none' }],
    ['an empty NO_COLOR', tty, { TERM: 'xterm', NO_COLOR: '' }, { colors: 'basic' }],
    ['CI', tty, { TERM: 'xterm', CI: 'true' }, { interactive: false, colors: 'basic' }],
    ['CI that is off', tty, { TERM: 'xterm', CI: 'false' }, { interactive: true }],
    ['a dumb terminal', tty, { TERM: 'dumb' }, { interactive: false, unicode: false }],
    ['no locale', tty, {}, { unicode: true }],
    ['UTF-8', tty, { LANG: 'ko_KR.UTF-8' }, { unicode: true }],
    ['another encoding', tty, { LANG: 'ko_KR.UTF-8', LC_ALL: 'ko_KR.eucKR' }, { unicode: false }],
  ]
  it.each(rows)('knows %s', (_, stream, env, want) => {
    expect(screenOf(stream, env)).toMatchObject(want)
  })

  it('follows a window that is resized', () => {
    const stream = { isTTY: true, columns: 80 }
    const screen = screenOf(stream, {})
    stream.columns = 40
    expect(screen.columns).toBe(40)
  })
})

describe('text', () => {
  it.each([
    ['maru', 4],
    ['마루', 4],
    ['한글 and 漢字, かな', 19],
    ['ㄱㄴ', 4],
    ['\u1112\u1161\u11ab', 2], // 한 in three jamo
    ['e\u0301', 1],
    ['🙂', 2],
    ['👩‍👩‍👧', 2],
    ['①…·', 3],
    ['', 0],
    [paint(colored, '굵게', 'bold', 'red'), 4],
  ])('measures %j as %i cells', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('cuts and fills to a width, never splitting a character', () => {
    expect(truncate('마루는 산등성이', 8)).toBe('마루는 …')
    expect(truncate('마루는 산등성이', 9)).toBe('마루는 …')
    expect(truncate('same', 4)).toBe('same')
    expect(pad('마루', 7, 'center')).toBe(' 마루  ')
    const line = fc.string({ unit: 'grapheme', maxLength: 30 })
    fc.assert(
      fc.property(line, fc.nat(20), (text, width) => {
        expect(displayWidth(truncate(text, width))).toBeLessThanOrEqual(width)
        expect(displayWidth(pad(truncate(text, width), width, 'right'))).toBe(width)
      }),
      { seed: 20261120 },
    )
  })
})

describe('numbers', () => {
  const rows: [got: string, want: string][] = [
    [showCount(0), '0'],
    [showCount(1234567.4), '1,234,567'],
    [showValue(2.34567), '2.346'],
    [showValue(0.0123456), '0.01235'],
    [showValue(0.00001234), '1.23e-5'],
    [showValue(12345.6), '12346'],
    [showValue(9999999), '1.00e+7'],
    [showValue(-0.5, 3), '-0.500'],
    [showValue(3), '3'],
    [showValue(Number.NaN), 'NaN'],
    [showValue(Number.NEGATIVE_INFINITY), '-Infinity'],
    [showRate(0.5), '0.500'],
    [showRate(8123.4), '8,123'],
    [showClock(7.4), '0:07'],
    [showClock(59.6), '1:00'],
    [showClock(3723), '1:02:03'],
    [showSeconds(0.84), '0.8 s'],
    [showSeconds(42.3), '42 s'],
    [showSeconds(99.7), '1:40'],
  ]
  it.each(rows)('writes %s', (got, want) => {
    expect(got).toBe(want)
  })
})

describe('ProgressBar', () => {
  /** A bar whose output and clock are the test's. */
  function run(screen: Screen, options: Partial<ProgressOptions> = {}) {
    const written: string[] = []
    const clock = { ms: 1000 }
    const output = { screen, write: (text: string) => void written.push(text) }
    const bar = new ProgressBar(output, {
      total: 8000,
      label: 'epoch 1/20',
      unit: 'images',
      now: () => clock.ms,
      ...options,
    })
    return { bar, clock, text: () => visible(written.join('')) }
  }

  it('draws one line again and again, then one that stays', () => {
    const { bar, clock, text } = run({ ...terminal, columns: 100 })
    bar.update(64, { loss: 2.31 })
    clock.ms += 500
    bar.update(2000, { loss: 1.2345678 })
    clock.ms += 500
    bar.update(8000, { loss: 0.5 })
    bar.finish({ loss: 0.51, error: '9.1 %' })
    expect(text().replaceAll('␍', '\n')).toMatchInlineSnapshot(`
      "
      epoch 1/20  ────────────────────────────────    0 %  loss 2.310␛[K
      epoch 1/20  ━━━━━━━━────────────────────────   25 %  4,000 images/s  ETA 0:02  loss 1.235␛[K
      epoch 1/20  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━  100 %  8,000 images/s  ETA 0:00  loss 0.5000␛[K
      ␛[Kepoch 1/20  8,000 images  1.0 s  8,000 images/s  loss 0.5100  error 9.1 %
      "
    `)
  })

  it.each([
    [70, 'epoch 1/20  ━━━╸────────   33 %  2,666 images/s  ETA 0:02  loss 1.200'],
    [60, 'epoch 1/20  ━━━━━╸────────────   33 %  ETA 0:02  loss 1.200'],
    [46, 'epoch 1/20  ━━━━╸─────────   33 %  loss 1.200'],
    [34, 'epoch 1/20 33 % loss 1.200'],
    [20, 'epoch 1/20 33 % lo…'],
  ])('fits %i columns', (columns, want) => {
    const { bar, clock, text } = run({ ...terminal, columns })
    clock.ms += 1000
    bar.update(2666, { loss: 1.2 })
    expect(text()).toBe(`␍${want}␛[K`)
    expect(displayWidth(want)).toBeLessThan(columns)
  })

  it('draws no more often than eyes can follow', () => {
    const { bar, clock, text } = run(terminal)
    for (let done = 0; done < 1000; done++) {
      clock.ms += 1
      bar.update(done)
    }
    expect(text().split('␍').length - 1).toBeLessThan(15)
  })

  it('takes its rate from the last seconds', () => {
    const { bar, clock, text } = run({ ...terminal, columns: 100 }, { total: 100_000 })
    for (let done = 0; done <= 20_000; done += 100) {
      clock.ms += done < 10_000 ? 1000 : 100
      bar.update(done)
    }
    expect(text().split('␍').at(-1)).toContain('1,000 images/s  ETA 1:20')
  })

  it('puts other lines above itself', () => {
    const { bar, clock, text } = run(terminal, { label: '' })
    bar.print('before')
    clock.ms += 100
    bar.update(0)
    bar.print('between')
    expect(text().replaceAll('␍', '\n')).toMatchInlineSnapshot(`
      "before

      ────────────────────────────────    0 %␛[K
      ␛[Kbetween

      ────────────────────────────────    0 %␛[K"
    `)
  })

  it('writes plain lines now and then where nothing can be drawn again', () => {
    const { bar, clock, text } = run(log, { total: 3000, label: 'epoch 2/20' })
    for (let done = 0; done <= 3000; done += 100) {
      clock.ms += 1000
      bar.update(done, { loss: 3 - done / 1500 })
    }
    bar.finish()
    expect(text()).toMatchInlineSnapshot(`
      "epoch 2/20  900/3,000 images (30 %)  0:10  90 images/s  ETA 0:23  loss 2.400
      epoch 2/20  1,900/3,000 images (63 %)  0:20  100 images/s  ETA 0:11  loss 1.733
      epoch 2/20  2,900/3,000 images (96 %)  0:30  100 images/s  ETA 0:01  loss 1.067
      epoch 2/20  3,000 images  31 s  97 images/s  loss 1
      "
    `)
  })

  it('says nothing when quiet', () => {
    const { bar, clock, text } = run(terminal, { quiet: true })
    clock.ms += 1000
    bar.update(4000)
    bar.print('nothing')
    bar.finish()
    expect(text()).toBe('')
  })

  it('survives counts beyond the total and readings that are no numbers', () => {
    const { bar, clock, text } = run({ ...ascii, interactive: true })
    clock.ms += 1000
    bar.update(9000, { loss: Number.NaN })
    expect(text()).toBe(
      `␍epoch 1/20  ${'#'.repeat(24)}  100 %  9,000 images/s  ETA 0:00  loss NaN␛[K`,
    )
  })
})

describe('table', () => {
  const rows = [
    ['conv1', '[6, 1, 5, 5]', '156'],
    ['완전 연결층', '[120, 400]', '48,120'],
  ]
  const header = ['layer', 'weight', 'parameters']

  it('aligns by cells, Korean too', () => {
    const drawn = table(rows, terminal, { header, align: ['left', 'left', 'right'] })
    expect(drawn).toMatchInlineSnapshot(`
      "layer        weight        parameters
      conv1        [6, 1, 5, 5]         156
      완전 연결층  [120, 400]        48,120"
    `)
  })

  it('cuts the widest columns where the screen is narrow', () => {
    const narrow = { ...colored, columns: 24 }
    const styled = [[paint(narrow, 'a long name', 'red'), 'b'], ...rows]
    expect(visible(table(styled, narrow))).toMatchInlineSnapshot(`
      "a lon…  b
      conv1   [6, 1,…  156
      완전 …  [120, …  48,120"
    `)
  })

  it('draws nothing of nothing', () => {
    expect(table([], terminal)).toBe('')
  })
})

describe('confusionMatrix', () => {
  const counts = [
    [50, 3, 0],
    [1, 44, 12],
    [0, 0, 0],
  ]
  const labels = ['고양이', '강아지', 'bird']

  it('shows counts and the share of errors', () => {
    expect(confusionMatrix(counts, log, labels)).toMatchInlineSnapshot(`
      "truth \\ predicted  고양이  강아지  bird  errors
                 고양이      50       3     ·   5.7 %
                 강아지       1      44    12  22.8 %
                   bird       ·       ·     0"
    `)
  })

  it('dims what is right and lights up what is wrong', () => {
    process.env.MARU_LANG = 'ko'
    const drawn = confusionMatrix(
      [
        [50, 3],
        [12, 44],
      ],
      colored,
      ['A', 'B'],
    )
    expect(visible(drawn)).toMatchInlineSnapshot(`
      "␛[2m정답 \\ 예측   A   B    오답␛[22m
                A  ␛[2m50␛[22m   ␛[33m3␛[39m   5.7 %
                B  ␛[1m␛[31m12␛[39m␛[22m  ␛[2m44␛[22m  21.4 %"
    `)
  })

  it('lists the most frequent mistakes where the matrix does not fit', () => {
    expect(confusionMatrix(counts, { ...log, columns: 30 }, labels)).toMatchInlineSnapshot(`
      "most mistaken
      truth   predicted  errors
      강아지  bird           12
      고양이  강아지          3
      강아지  고양이          1"
    `)
  })
})

describe('pictures', () => {
  const ramp = { pixels: [0, 0.25, 0.5, 0.75, 1, 1, 0, 0, 1], width: 3, height: 3 }

  it('draws two pixels in a cell with colours', () => {
    expect(visible(pictures([ramp], colored))).toMatchInlineSnapshot(`
      "␛[38;2;0;0;0;48;2;191;191;191m▀␛[38;2;64;64;64;48;2;255;255;255m▀␛[38;2;128;128;128;48;2;255;255;255m▀␛[0m
      ␛[38;2;0;0;0m▀▀␛[38;2;255;255;255m▀␛[0m"
    `)
    expect(visible(pictures([ramp], { ...terminal, colors: 'many' }))).toMatchInlineSnapshot(`
      "␛[38;5;16;48;5;250m▀␛[38;5;237;48;5;231m▀␛[38;5;244;48;5;231m▀␛[0m
      ␛[38;5;16m▀▀␛[38;5;231m▀␛[0m"
    `)
  })

  it('draws letters side by side, captions below, and wraps', () => {
    const bright = { pixels: new Uint8Array(32).fill(255), width: 8, height: 4 }
    const dark = { ...bright, pixels: Array.from({ length: 32 }, (_, i) => i * 8) }
    const images = [
      { ...bright, caption: '7' },
      { ...dark, caption: '마루' },
      { ...dark, caption: '3, not 5' },
    ]
    expect(pictures(images, { ...log, columns: 24 }, { high: 255 })).toMatchInlineSnapshot(`
      "@@@@@@@@  ..:::---
      @@@@@@@@  ****###%
         7        마루
      ..:::---
      ****###%
      3, not 5"
    `)
  })

  it('draws an image wider than the screen smaller', () => {
    const wide = { pixels: new Float32Array(100 * 40).fill(1), width: 100, height: 40 }
    const lines = pictures([wide], { ...log, columns: 30 }).split('\n')
    expect(lines).toEqual(new Array(5).fill('@'.repeat(25)))
  })

  it('takes pixels outside the range, and missing ones, for black or white', () => {
    const odd = { pixels: [Number.NaN, -1, 2], width: 4, height: 1 }
    expect(pictures([odd], log)).toBe('  @')
  })
})

describe('chart', () => {
  const screen = { ...terminal, columns: 42 }
  const falling = Float32Array.from({ length: 300 }, (_, i) => 2.3 / (1 + i / 20))

  it('draws a curve with numbers at the axes', () => {
    const x = { name: 'step', from: 1, to: 2500 }
    const drawn = chart([{ name: 'loss', values: falling }], screen, { height: 5, x })
    expect(drawn).toMatchInlineSnapshot(`
      "   2.10 ┤⢣
              │⠈⢆
         1.12 ┤ ⠈⢢⡀
              │   ⠈⠒⠤⣀⡀
        0.145 ┤       ⠈⠉⠉⠒⠒⠒⠒⠢⠤⠤⠤⠤⠤⠤⠤⠤⣀⣀⣀⣀⣀⣀⣀⣀⣀
              └────────────────────────────────
               1           step           2,500"
    `)
  })

  it('tells curves apart by dots where there are no colours', () => {
    const series = [
      { name: 'train', values: [4, 2, 1, 0.5, 0] },
      { name: '검증', values: [4, 3, 2.5, 2.4, 2.6] },
    ]
    expect(chart(series, screen, { height: 4 })).toMatchInlineSnapshot(`
      "      4 ┤⠑⠲⢔⡄⠄⢀⢀
         2.53 ┤   ⠈⠑⠢⢄⡁⠁⠁⠐⠐⠐⠐⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠄⠐⠐⠐⠐
              │       ⠈⠉⠑⠒⠒⠤⠤⠤⣀⣀⣀
            0 ┤                  ⠉⠉⠉⠉⠒⠒⠒⠢⠤⠤⠤⢄⣀⣀
              └────────────────────────────────
               ━━ train   ┄┄ 검증"
    `)
    expect(
      chart(series, { ...screen, ...ascii, columns: 42 }, { height: 4 }),
    ).toMatchInlineSnapshot(`
      "      4 +*******
         2.53 +   *****************************
              |       ***********
            0 +                  **************
              +--------------------------------
               -- train   .. 검증"
    `)
    expect(visible(chart(series, { ...screen, colors: 'basic' }, { height: 1 }))).toContain('␛[33m')
  })

  it('leaves gaps where values are not finite', () => {
    const values = [1, Number.NaN, Number.POSITIVE_INFINITY, 2, 3]
    expect(chart([{ name: 'loss', values }], screen, { height: 3 })).toMatchInlineSnapshot(`
      "      3 ┤                           ⣀⡠⠤⠒⠉
            2 ┤                       ⠠⠔⠒⠉
            1 ┤⡀
              └────────────────────────────────"
    `)
    expect(chart([{ name: 'loss', values: [Number.NaN] }], screen)).toBe('')
    expect(chart([], screen)).toBe('')
  })

  it('draws one value, and values that are all the same', () => {
    expect(chart([{ name: 'a', values: [7] }], screen, { height: 1 })).toMatchInlineSnapshot(`
      "      7 ┤⠂
              └────────────────────────────────"
    `)
    expect(chart([{ name: 'a', values: [7, 7, 7] }], screen, { height: 1 })).toMatchInlineSnapshot(`
      "      7 ┤⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒
              └────────────────────────────────"
    `)
  })

  it('puts a curve in one line', () => {
    expect(sparkline(falling, screen, 12)).toMatchInlineSnapshot(`"█▄▃▂▂▂▂▁▁▁▁▁"`)
    expect(sparkline([1, Number.NaN, 3], screen)).toBe('▁ █')
    expect(sparkline([1, 2, 3], ascii)).toBe('_=#')
    expect(sparkline([], screen)).toBe('')
  })
})
