/** What the terminal can show, and text styled accordingly. */

/** How many colours may be used: none, the 16 basic ones, 256, or any. */
export type Colors = 'none' | 'basic' | 'many' | 'full'

/** A terminal, a file or a pipe, as far as drawing cares. */
export interface Screen {
  /** Character cells in a line; read anew for each drawing, since windows are resized. */
  readonly columns: number
  /** Lines may be drawn again: a person looks at a terminal, not at a log. */
  readonly interactive: boolean
  readonly colors: Colors
  /** Block, line and braille characters exist. */
  readonly unicode: boolean
}

/** The parts of a stream that tell whether it is a terminal. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Describes where a stream ends.
 *
 * `NO_COLOR` takes the colours away, `CI` and `TERM=dumb` the redrawing too.
 *
 * @see https://no-color.org
 */
export function screenOf(stream: OutputStream, environment: Environment): Screen {
  const terminal = stream.isTTY === true && environment.TERM !== 'dumb'
  return {
    get columns() {
      return stream.columns || Number(environment.COLUMNS) || 80
    },
    interactive: terminal && !isOn(environment.CI),
    colors: terminal && !environment.NO_COLOR ? colorsOf(environment) : 'none',
    unicode: speaksUnicode(environment),
  }
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false'
}

function colorsOf(environment: Environment): Colors {
  const { COLORTERM = '', TERM = '', WT_SESSION } = environment
  if (/truecolor|24bit/.test(COLORTERM) || isOn(WT_SESSION) || TERM.includes('direct')) {
    return 'full'
  }
  return TERM.includes('256') ? 'many' : 'basic'
}

/** A locale that names another encoding says no; Linux's own console has no braille. */
function speaksUnicode({ LC_ALL, LC_CTYPE, LANG, TERM }: Environment): boolean {
  if (TERM === 'linux' || TERM === 'dumb') return false
  const encoding = /\.([\w-]+)/.exec(LC_ALL || LC_CTYPE || LANG || '')?.[1]
  return encoding === undefined || /^utf-?8$/i.test(encoding)
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const

export type Style = keyof typeof codes

/** The text in the styles given, or as it is where there are no colours. */
export function paint(screen: Screen, text: string, ...styles: readonly Style[]): string {
  if (screen.colors === 'none' || text === '') return text
  return styles.reduce((inner, style) => {
    const [on, off] = codes[style]
    return `\u001b[${on}m${inner}\u001b[${off}m`
  }, text)
}
