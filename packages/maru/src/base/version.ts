/** The version of the package, which its tests compare with package.json. */
export const VERSION = '0.1.0'
