/** Stands for koffi: loading it takes a while, and leaves a file in `FOLDER` when it begins, and another at the end. */
const { writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { threadId } = require('node:worker_threads')

const note = (what) => writeFileSync(join(process.env.FOLDER, `${what} ${threadId}`), '')

note('begun')
for (const until = Date.now() + 200; Date.now() < until; );
note('loaded')

module.exports = { load() {}, address: () => 0n, proto: () => ({}), decode: () => () => {} }
