// Lighthouse with its mobile profile on each page of the plan: its scores, the times behind them, and what took points away.
//
// Plan: { runs, pages: [{ name, url, cookie }] }. Each run begins with nothing in the browser's cache.
import { load, measure } from './browser.mjs'

const CATEGORIES = ['performance', 'accessibility', 'best-practices']

/** Times behind the performance score, and the layout's shift, which has no unit. */
const TIMES = {
  'first-contentful-paint': 'fcp_ms',
  'largest-contentful-paint': 'lcp_ms',
  'speed-index': 'si_ms',
  'total-blocking-time': 'tbt_ms',
  'cumulative-layout-shift': 'cls',
}

/** How often a look is tried whose recording failed, which says nothing of the page. */
const TRIES = 3

/** What counts in a category and did not get all its points. */
const lost = ({ categories, audits }) =>
  CATEGORIES.flatMap((name) => categories[name].auditRefs)
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => ({ id, score: audits[id].score, title: audits[id].title }))

/** What it advises and does not count. */
const advised = ({ audits }) =>
  Object.values(audits)
    .filter(({ score, scoreDisplayMode }) => scoreDisplayMode === 'metricSavings' && score !== null && score < 1)
    .map(({ id, displayValue }) => (displayValue ? `${id} (${displayValue})` : id))

await measure(async (browser, { runs, pages }) => {
  const lighthouse = (await load('lighthouse')).default
  const port = Number(new URL(browser.wsEndpoint()).port)
  const told = []
  let version
  for (const { name, url, cookie } of pages) {
    const all = []
    for (let run = 0; run < runs; run += 1) {
      const look = () =>
        lighthouse(url, {
          port,
          output: 'json',
          logLevel: 'error',
          onlyCategories: CATEGORIES,
          extraHeaders: cookie ? { Cookie: cookie } : undefined,
        })
      let { lhr } = await look()
      for (let again = 1; again < TRIES && lhr.runtimeError?.code === 'NO_NAVSTART'; again += 1) ({ lhr } = await look())
      version = lhr.lighthouseVersion
      if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.code}: ${lhr.runtimeError.message}`)
      if (new URL(lhr.finalDisplayedUrl).pathname !== new URL(url).pathname) {
        throw new Error(`${name}: ${url} leads to ${lhr.finalDisplayedUrl}`)
      }
      const scores = CATEGORIES.map((category) => [category, Math.round(lhr.categories[category].score * 100)])
      const times = Object.entries(TIMES).map(([id, field]) => [field, lhr.audits[id].numericValue])
      all.push({ ...Object.fromEntries([...scores, ...times]), lost: lost(lhr), advised: advised(lhr) })
    }
    // The run in the middle by performance; accessibility and best practices do not vary.
    all.sort((a, b) => a.performance - b.performance)
    told.push({ name, ...all[Math.floor(all.length / 2)] })
  }
  return { lighthouse: version, pages: told }
})
