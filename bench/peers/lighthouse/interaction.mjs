// How soon pages answer to people: the calendar while a month with thousands of posts is open, and the composer with many accounts chosen.
//
// Plan: { acts, cookie, calendar, composer, accounts }. Both addresses are whole; the month has posts that can be moved.
//
// An answer is what the Event Timing API (W3C) tells of an act: the longest of its events, from the browser's receiving it to the next
// frame after its handlers. Event Timing leaves out events below 16 ms, so an act that it says nothing of counts as 16. Turning to another
// month asks the server; what counts there is the time from the click to the frame that shows the other month.
import { setTimeout as sleep } from 'node:timers/promises'
import { measure } from './browser.mjs'

/** Shortest duration that the API tells, ms. */
const LEAST = 16
/** Longest wait for a page or a part of it, ms. */
const PATIENCE = 30_000
/** Long enough for a frame and for the record of an event after it, ms. */
const SETTLE = 120

/** Runs in each page before its own scripts: collects the records. */
const watch = () => {
  window.seenEvents = []
  const keep = (list) => {
    for (const { name, duration, startTime } of list) window.seenEvents.push({ name, duration, startTime })
  }
  new PerformanceObserver((list) => keep(list.getEntries())).observe({ type: 'event', durationThreshold: 16 })
}

const settled = (page) =>
  page.evaluate(
    (ms) => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, ms))),
    SETTLE,
  )

/** The longest event of what `act` does, ms. */
const answerTo = async (page, act) => {
  await page.evaluate(() => {
    window.seenEvents = []
  })
  await act()
  await settled(page)
  return page.evaluate((least) => Math.max(least, ...window.seenEvents.map(({ duration }) => duration)), LEAST)
}

const open = async (browser, plan, url) => {
  const page = await browser.newPage()
  await page.setViewport({ width: 1440, height: 900 })
  page.setDefaultTimeout(PATIENCE)
  const { hostname } = new URL(url)
  const pairs = plan.cookie.split('; ').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])
  await browser.setCookie(...pairs.map(([name, value]) => ({ name, value, domain: hostname, path: '/', httpOnly: true })))
  await page.evaluateOnNewDocument(watch)
  const answer = await page.goto(url, { waitUntil: 'load' })
  if (answer.status() !== 200 || page.url() !== url) throw new Error(`${url}: ${answer.status()}, at ${page.url()}`)
  await settled(page)
  return page
}

/** Forth and back between the full month and the one after it, which is drawn in place. */
const turn = async (page, acts) => {
  const shown = []
  for (let act = 0; act < acts; act += 1) {
    const link = act % 2 ? 'prev' : 'next'
    await page.evaluate(() => {
      let clicked = 0
      document.addEventListener('click', (event) => { clicked = event.timeStamp }, { capture: true, once: true })
      const title = () => document.querySelector('.page-head h1').textContent
      const before = title()
      window.turned = new Promise((resolve) => {
        const look = new MutationObserver(() => {
          if (title() === before) return
          look.disconnect()
          // The first task after the frame that shows it.
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => resolve(performance.now() - clicked)
            port2.postMessage(null)
          })
        })
        look.observe(document.getElementById('cal-page').parentElement, { childList: true, subtree: true })
      })
    })
    await page.click(`.cal-nav [rel=${link}]`)
    shown.push(await page.evaluate(() => window.turned))
    await settled(page)
  }
  return shown
}

/** Where something is: across its middle, and so far below its top, or in its middle. One look, since what is there may be drawn anew between two. */
const place = (page, selector, below) =>
  page.evaluate(
    (selector, below) => {
      const found = document.querySelector(selector)
      if (below === undefined) found.scrollIntoView({ block: 'center', behavior: 'instant' })
      const { x, y, width, height } = found.getBoundingClientRect()
      return { x: x + width / 2, y: y + (below ?? height / 2) }
    },
    selector,
    below,
  )

/** Drags the first post of a day to the day after it, and back: how long each drag's events take, and until it is saved. */
const drag = async (page, acts) => {
  const [from, to] = await page.evaluate(() => {
    const free = [...document.querySelectorAll('#cal [data-day]:not(.is-past, .is-outside)')]
    const first = free.findIndex((day) => day.querySelector('[data-post]'))
    return free.slice(first, first + 2).map((day) => day.dataset.day)
  })
  if (!to) throw new Error('the month has no post to drag, or no day to drag it to')
  const post = await page.$eval(`#cal [data-day="${from}"] [data-post]`, (tile) => tile.dataset.post)
  const [answers, saved] = [[], []]
  for (let act = 0; act < acts; act += 1) {
    const day = act % 2 ? from : to
    // On a day with more posts than a month draws it may not be among those that are drawn.
    const own = `#cal [data-post="${post}"]`
    const tile = (await page.$(own)) ? own : `#cal [data-day="${act % 2 ? to : from}"] [data-post]`
    const start = await place(page, tile)
    const end = await place(page, `#cal [data-day="${day}"]`, 12)
    await page.mouse.move(start.x, start.y)
    await settled(page)
    let began = 0
    answers.push(
      await answerTo(page, async () => {
        await page.mouse.down()
        // A drag begins a little after the first movement.
        await page.mouse.move(start.x + 12, start.y + 4, { steps: 3 })
        await settled(page)
        await page.mouse.move(end.x, end.y, { steps: 8 })
        await settled(page)
        began = performance.now()
        await page.mouse.up()
      }),
    )
    // Saved, drawn anew, and said; a question that stands against it is answered with yes.
    const done = async () => (await page.$('[data-cal-toast]')) && !(await page.$('#cal-page [aria-busy]'))
    while (!(await done())) {
      if (performance.now() - began > PATIENCE) throw new Error('a post was dropped and not saved')
      const question = await page.$('#confirm[open] button[value=yes]')
      if (question) await question.click()
      await sleep(10)
    }
    saved.push(performance.now() - began)
    await page.$$eval('[data-cal-toast]', (toasts) => toasts.forEach((toast) => toast.remove()))
  }
  return { answers, saved }
}

/** Picks a post up with the keyboard, walks with it, and puts it back where it was. */
const walk = async (page, acts) => {
  const answers = []
  const press = async (key) => answers.push(await answerTo(page, () => page.keyboard.press(key)))
  await page.$eval('#cal [data-day]:not(.is-past, .is-outside) [data-post]', (tile) => tile.focus())
  for (let act = 0; act < acts; act += 1) {
    for (const key of ['m', 'ArrowRight', 'ArrowDown', 'ArrowLeft', 'Escape']) await press(key)
  }
  return answers
}

/** Writes as people do, while checks, previews and drafts follow. */
const write = async (page, acts, accounts) => {
  const boxes = await page.$$('input[name=account]:not(:disabled)')
  if (boxes.length < accounts) throw new Error(`${boxes.length} accounts can be chosen, ${accounts} are wanted`)
  for (const box of boxes.slice(0, accounts)) await box.click()
  await page.waitForNetworkIdle({ idleTime: 1_000, concurrency: 1 })
  await page.focus('#text')
  const text = 'The roast of the week is a washed one from Huila, with plums and a long finish. '
  const answers = []
  for (let act = 0; act < acts; act += 1) {
    answers.push(await answerTo(page, () => page.keyboard.press(text[act % text.length])))
    // Now and then a pause, in which the answer of the server comes.
    if (act % 10 === 9) await sleep(600)
  }
  return answers
}

await measure(async (browser, plan) => {
  const calendar = await open(browser, plan, plan.calendar)
  const turned = await turn(calendar, plan.acts)
  await calendar.goto(plan.calendar, { waitUntil: 'load' })
  await settled(calendar)
  const walked = await walk(calendar, Math.ceil(plan.acts / 5))
  const dragged = await drag(calendar, plan.acts)
  await calendar.close()
  const composer = await open(browser, plan, plan.composer)
  const written = await write(composer, plan.acts * 5, plan.accounts)
  return { turned, walked, dragged: dragged.answers, saved: dragged.saved, written }
})
