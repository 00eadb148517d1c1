// Runs a Bluesky PDS with its PLC directory on loopback, for tests.
//
//   node start.mjs <folder with node_modules> <folder for data> [<port of a front>]
//
// Prints one JSON line {"pds_url","pds_port","plc_url"} when both answer, logs nothing else, and ends when its standard
// input does, so that no server outlives the test that started it.
//
// With a front's port the server says of itself, in the documents of its accounts too, that it is at that port, and
// listens at another: whoever started it stands in between.
import dns from 'node:dns'
import fs from 'node:fs'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import process from 'node:process'

const [packages, data, front] = process.argv.slice(2)
if (!packages || !data) {
  console.error('usage: node start.mjs <folder with node_modules> <folder for data> [<port of a front>]')
  process.exit(2)
}

// Nothing may listen on other addresses than loopback: the package binds to all of them.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number') {
    const rest = args.slice(1).filter((arg) => typeof arg !== 'string')
    const port = args[0] === Number(front) ? 0 : args[0]
    return listen.call(this, { port, host: '127.0.0.1' }, ...rest)
  }
  if (args[0] && typeof args[0] === 'object') args[0] = { ...args[0], host: '127.0.0.1' }
  return listen.apply(this, args)
}

// And nothing may call the world: no name but localhost is looked up.
const lookup = dns.lookup
dns.lookup = (name, ...rest) => {
  if (name === 'localhost' || net.isIP(name)) return lookup(name, ...rest)
  const error = Object.assign(new Error(`no look-up of ${name} in tests`), { code: 'ENOTFOUND' })
  process.nextTick(() => rest.at(-1)(error))
}

process.env.LOG_ENABLED = 'false'
const root = path.basename(packages) === 'node_modules' ? path.dirname(packages) : packages
const require = createRequire(path.join(path.resolve(root), 'package.json'))
const { TestPlc, TestPds } = require('@atproto/dev-env')

fs.mkdirSync(path.join(data, 'pds'), { recursive: true })
const plc = await TestPlc.create({})
const pds = await TestPds.create({
  ...(front && { port: Number(front) }),
  didPlcUrl: plc.url,
  dataDirectory: path.join(data, 'pds'),
  blobstoreDiskLocation: path.join(data, 'blobs'),
  // There is no index of the network here; a port that nobody answers stands for it.
  bskyAppViewUrl: 'http://127.0.0.1:9',
  bskyAppViewDid: 'did:web:localhost%3A9',
})

process.stdin.on('end', async () => {
  await Promise.allSettled([pds.close(), plc.close()])
  process.exit(0)
})
process.stdin.resume()
const { port } = pds.server.server.address()
process.stdout.write(`${JSON.stringify({ pds_url: pds.url, pds_port: port, plc_url: plc.url })}\n`)
