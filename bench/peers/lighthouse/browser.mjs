// What the measurements in a browser share: where packages are, how Chromium is started, and how the plan comes in.
//
//   node <script>.mjs <folder with node_modules> <chromium> <plan as JSON>
//
// Each prints one line of JSON when it is done and ends; a failure goes to stderr, and the exit code is 1.
import { createRequire } from 'node:module'
import path from 'node:path'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

const [packages, chromium, plan] = process.argv.slice(2)
if (!packages || !chromium || !plan) {
  console.error(`usage: node ${path.basename(process.argv[1])} <folder with node_modules> <chromium> <plan as JSON>`)
  process.exit(2)
}

const root = path.basename(packages) === 'node_modules' ? path.dirname(packages) : packages
const require = createRequire(path.join(path.resolve(root), 'package.json'))

/** A package from the folder that was named. */
export const load = (name) => import(pathToFileURL(require.resolve(name)).href)

// Nothing is looked up outside, nothing is asked at the start, and nothing is slowed down because nobody looks.
const FLAGS = [
  '--no-sandbox',
  '--no-first-run',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-breakpad',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  // What changes outside of the window is never drawn, however large the page is told to be, so it must be larger than any page.
  '--window-size=1600,1200',
  '--lang=en-US',
]

/** Starts Chromium with an empty profile, gives it and the plan to the work, prints what that gives, and ends it. */
export async function measure(work) {
  const { launch } = await load('puppeteer-core')
  const browser = await launch({
    executablePath: chromium,
    args: FLAGS,
    // Windows have the size of the measurement, not one of the driver's.
    defaultViewport: null,
    env: { ...process.env, TZ: 'UTC' },
  })
  try {
    const told = await work(browser, JSON.parse(plan))
    process.stdout.write(`${JSON.stringify({ chromium: await browser.version(), ...told })}\n`)
  } finally {
    await browser.close()
  }
}
