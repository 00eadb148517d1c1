// graphile-worker on PostgreSQL, tuned: it polls twice a second, fetches ahead into a local queue, and completes jobs in
// batches. The durable record is that the job's row is gone.
import { Logger, makeWorkerUtils, run } from 'graphile-worker'
import pg from 'pg'

import { IN_FLIGHT, play } from './common.mjs'

const NAME = 'post'

// A line for each job would be work that the others don't do.
const logger = new Logger(() => (level, message) => level === 'error' && console.error(message))

await play('graphile-worker', {
  async open(server) {
    const utils = await makeWorkerUtils({ connectionString: server, logger })
    await utils.migrate()
    const pool = new pg.Pool({ connectionString: server, max: 1 })
    return {
      plan: (jobs, due) =>
        utils.addJobs(jobs.map((payload) => ({ identifier: NAME, payload, runAt: new Date(due) }))),
      async left() {
        const { rows } = await pool.query('select count(*)::int as left from graphile_worker.jobs')
        return rows[0].left
      },
    }
  },
  async work(server, call) {
    const worker = {
      logger,
      connectionString: server,
      concurrentJobs: IN_FLIGHT,
      maxPoolSize: 20,
      pollInterval: 500,
      localQueue: { size: 100 },
      completeJobBatchDelay: 50,
      failJobBatchDelay: 50,
    }
    await run({ preset: { worker }, taskList: { [NAME]: call }, parsedCronItems: [], noHandleSignals: true })
  },
})
