// pg-boss on PostgreSQL: jobs with a start time, taken and completed in batches as large as the calls that may be in
// flight, polled as often as it lets one; the durable record is the job's completed row.
import pg from 'pg'
import { PgBoss } from 'pg-boss'

import { IN_FLIGHT, play } from './common.mjs'

const NAME = 'posts'
/** Batches that are worked on at once: while one is being recorded, another makes calls. */
const BATCHES = 2

async function start(server) {
  const boss = new PgBoss({ connectionString: server, max: 10 })
  boss.on('error', (error) => console.error(error))
  await boss.start()
  return boss
}

await play('pg-boss', {
  async open(server) {
    const boss = await start(server)
    await boss.createQueue(NAME)
    const pool = new pg.Pool({ connectionString: server, max: 1 })
    return {
      plan: (jobs, due) => boss.insert(NAME, jobs.map((data) => ({ data, startAfter: new Date(due) }))),
      async left(count) {
        const sql = "select count(*)::int as done from pgboss.job where name = $1 and state = 'completed'"
        const { rows } = await pool.query(sql, [NAME])
        return count - rows[0].done
      },
    }
  },
  async work(server, call) {
    const boss = await start(server)
    const options = {
      batchSize: IN_FLIGHT / BATCHES,
      localConcurrency: BATCHES,
      pollingIntervalSeconds: 0.5,
      burstWhenBatchFull: true,
    }
    await boss.work(NAME, options, (jobs) => Promise.all(jobs.map((job) => call(job.data))))
  },
})
