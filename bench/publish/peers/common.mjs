// What the three peers share: their roles, the posts, and the call that each job makes.
//
//   node <peer>.mjs fill <server> <number of jobs> <due time, ms since 1970>
//   node <peer>.mjs work <server> <address of the sink>
//
// `fill` prints `ready` when all jobs are planned. A line on its standard input makes it wait until the queue has a durable
// record of the end of each job; then it prints `done`. `work` prints `ready` when it waits for jobs. Both end when their
// standard input does, so that none outlives whoever started it.
import http from 'node:http'
import process from 'node:process'
import readline from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'

/** Calls that one process has in flight at most. */
export const IN_FLIGHT = 50

/** How many jobs are planned in one go. */
const GO = 1000

const FILLER = 'bells '.repeat(60)

const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT })

/** Posts a text; an answer outside 2xx is an error, so that the queue knows. */
function post(url, text) {
  const body = JSON.stringify({ text })
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve, reject) => {
    const request = http.request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.resume()
      answer.on('error', reject)
      answer.on('end', () =>
        answer.statusCode < 300 ? resolve() : reject(new Error(`the sink answers ${answer.statusCode}`)),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** The data of a job: a text of 240 characters at most that begins with its own name. */
const job = (name, number) => ({ text: `${name}-${number} ${FILLER}`.slice(0, 240).trim() })

/**
 * Plays the role that the command line asks for. A peer is an object of
 *   open(server)        prepares the queue and gives { plan(list of data, due), left() }
 *   work(server, call)  begins to work: `call(data)` for each job
 */
export async function play(name, peer) {
  const [role, server, ...rest] = process.argv.slice(2)
  const lines = readline.createInterface({ input: process.stdin })
  lines.on('close', () => process.exit(0))
  if (role === 'work') {
    const [sink] = rest
    await peer.work(server, ({ text }) => post(sink, text))
  } else if (role === 'fill') {
    const [count, due] = rest.map(Number)
    const queue = await peer.open(server)
    for (let first = 0; first < count; first += GO) {
      const numbers = Array.from({ length: Math.min(GO, count - first) }, (_, n) => first + n)
      await queue.plan(numbers.map((number) => job(name, number)), due)
    }
    lines.once('line', async () => {
      while ((await queue.left(count)) > 0) await sleep(5)
      process.stdout.write('done\n')
    })
  } else {
    process.stderr.write(`unknown role: ${role}\n`)
    process.exit(2)
  }
  process.stdout.write('ready\n')
}
