// BullMQ on Redis: delayed jobs; the durable record is the job's move to the finished ones.
import { Queue, Worker } from 'bullmq'
import IORedis from 'ioredis'

import { IN_FLIGHT, play } from './common.mjs'

const NAME = 'posts'

const connect = (server) => new IORedis(server, { maxRetriesPerRequest: null })

await play('bullmq', {
  async open(server) {
    const queue = new Queue(NAME, { connection: connect(server) })
    await queue.waitUntilReady()
    return {
      plan: (jobs, due) =>
        queue.addBulk(jobs.map((data) => ({ name: 'post', data, opts: { delay: due - Date.now() } }))),
      async left(count) {
        const { completed } = await queue.getJobCounts('completed')
        return count - completed
      },
    }
  },
  async work(server, call) {
    const options = { connection: connect(server), concurrency: IN_FLIGHT }
    const worker = new Worker(NAME, (job) => call(job.data), options)
    worker.on('error', (error) => console.error(error))
    await worker.waitUntilReady()
  },
})
