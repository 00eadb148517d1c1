// Moving posts in the calendar: drag a tile to another day or hour; or press M on it, choose with the arrow keys and put it down with
// Enter. It is drawn there at once, and back where it was if that is refused. Without this file a post is moved on its own page.
//
// Another month, view or colour is drawn in place, which takes half as long as to load a page. The months before and after are read
// ahead, so that turning to them waits for nothing.

import { ask, keyOf } from './app.js';

let page = document.getElementById('cal-page');
const toasts = document.getElementById('toasts');
const tileOf = (post) => document.querySelector(`#cal [data-post="${post}"]`);
const cellOf = (tile) => tile.closest('[data-day]');
const isFree = (cell) => cell && !cell.classList.contains('is-past');

const say = (text) => {
  document.getElementById('cal-say').textContent = text;
};
const toast = (text, back) => {
  // What was done before can't be undone past what was done since.
  for (const old of toasts.querySelectorAll('[data-cal-toast]')) old.remove();
  const node = document.getElementById('cal-toast').content.cloneNode(true).firstElementChild;
  node.querySelector('[data-said]').textContent = text;
  if (back) {
    const button = node.querySelector('[data-back]');
    button.hidden = false;
    button.addEventListener('click', () => {
      node.remove();
      back();
    });
  }
  toasts.append(node);
  return node;
};

// The tile that is being moved, and the place that it would get. Before a drag begins its tile is pressed.
let held = null;
let pressed = false;
const isInHand = () => held || pressed;
let target = null;
const aim = (cell) => {
  target?.classList.remove('is-aim');
  target = cell;
  target?.classList.add('is-aim');
};
const letGo = () => {
  held?.tile.classList.remove('is-held');
  held = null;
  aim(null);
};

// What the server did, or nothing: refused, or not wanted after what stands against it was read.
const send = async (post, version, where) => {
  const body = new URLSearchParams({ ...where, version });
  for (;;) {
    const url = page.dataset.move.replace(':post', post);
    const answer = await fetch(url, { method: 'POST', body, headers: { 'hx-request': 'true' } });
    const elsewhere = answer.headers.get('hx-redirect');
    if (elsewhere) {
      location.assign(elsewhere);
      return null;
    }
    if (answer.headers.get('hx-retarget') === '#toasts') {
      toasts.insertAdjacentHTML('beforeend', await answer.text());
      return null;
    }
    const done = await answer.json();
    if (!done.ask) return done;
    if (!(await ask(done.ask))) return null;
    body.set('sure', '1');
  }
};

const load = async (url) => {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new DOMParser().parseFromString(await answer.text(), 'text/html');
};

// Whatever was asked for before is not wanted any more.
let turn = 0;
// The changes that were heard of, and how many of them are in what is drawn.
let heard = 0;
let drawn = 0;
const refresh = async () => {
  // Somebody turns to another page, which may have been made before what was heard of.
  if (page.hasAttribute('aria-busy')) {
    soonAgain();
    return;
  }
  const mine = ++turn;
  const upTo = heard;
  const fresh = (await load(shown)).getElementById('cal');
  if (mine !== turn) return;
  if (isInHand()) {
    soonAgain();
    return;
  }
  if (!fresh) {
    location.reload();
    return;
  }
  const now = document.getElementById('cal');
  const focus = now.contains(document.activeElement) && document.activeElement.getAttribute('href');
  now.replaceWith(fresh);
  drawn = upTo;
  const again = focus && [...fresh.querySelectorAll('a')].find((link) => link.getAttribute('href') === focus);
  if (again) again.focus({ preventScroll: true });
  soonAhead();
};

// The pages before and after, by address, which somebody may turn to next; one of them is often the one that was just left. When
// something that is planned changes they are forgotten; of all else that they show, a minute is no age.
const AGE = 60_000;
const near = new Map();
const keep = (url, loaded) => near.set(url, { until: performance.now() + AGE, loaded });
const fetchNear = (url) => {
  const known = near.get(url);
  if (known && performance.now() < known.until) return known.loaded;
  const loaded = load(url).then((other) => ({ page: other.getElementById('cal-page'), title: other.title }));
  keep(url, loaded);
  // Whoever turns to it later asks again.
  loaded.catch(() => {
    if (near.get(url)?.loaded === loaded) near.delete(url);
  });
  return loaded;
};
const readAhead = () => {
  const urls = [...page.querySelectorAll('.cal-nav a[rel]')].map((link) => link.href);
  for (const url of near.keys()) if (!urls.includes(url)) near.delete(url);
  if (!navigator.connection?.saveData) for (const url of urls) fetchNear(url);
};
// Once what is shown is on the screen.
const soonAhead = () => requestAnimationFrame(() => setTimeout(readAhead));

const whole = () => location.origin + location.pathname + location.search;
let shown = whole();
const links = () => [...page.querySelectorAll('.cal-nav a, .segments a')];
const turnTo = async (url, isNew) => {
  const mine = ++turn;
  const upTo = heard;
  page.setAttribute('aria-busy', 'true');
  let other;
  try {
    other = await fetchNear(url);
  } catch (error) {
    other = { isAway: error instanceof TypeError };
  }
  if (mine !== turn) return;
  near.delete(url);
  page.removeAttribute('aria-busy');
  if (other.isAway) {
    document.dispatchEvent(new Event('carillon:unreachable'));
    return;
  }
  if (!other.page) {
    // What is the matter is told by the page itself.
    location.assign(url);
    return;
  }
  const place = links().indexOf(document.activeElement);
  other.page.querySelector('.cal-filters').open = page.querySelector('.cal-filters').open;
  letGo();
  page.replaceWith(other.page);
  if (drawn === heard && !page.querySelector('[aria-busy]')) {
    keep(shown, Promise.resolve({ page, title: document.title }));
  }
  ({ page } = other);
  drawn = upTo;
  document.title = other.title;
  if (isNew && url !== whole()) history.pushState(null, '', url);
  shown = whole();
  if (place >= 0) links()[place]?.focus({ preventScroll: true });
  else if (isNew) scrollTo({ top: 0, behavior: 'instant' });
  say(page.querySelector('h1').textContent);
  soonAhead();
};
const turning = (event) => {
  const link = event.target.closest?.('#cal-page a[href]');
  const stays = link?.origin === location.origin && link.pathname === location.pathname;
  return stays && !link.target && !link.hash && link;
};
document.addEventListener('click', (event) => {
  const link = turning(event);
  const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
  if (!link || elsewhere || event.defaultPrevented) return;
  event.preventDefault();
  turnTo(link.href, true);
});
for (const kind of ['pointerover', 'focusin']) {
  document.addEventListener(kind, (event) => {
    const link = turning(event);
    if (link?.rel) fetchNear(link.href);
  });
}
addEventListener('popstate', () => {
  // A link to a part of the page is no other page.
  if (whole() !== shown) turnTo(whole(), false);
});

// What others do, and what goes out, shows by itself, once nothing is in somebody's hand.
let soon = null;
const soonAgain = () => {
  soon ??= setTimeout(() => {
    soon = null;
    if (isInHand() || page.querySelector('[aria-busy]')) soonAgain();
    else refresh().catch(() => {});
  }, 1500);
};
const forget = () => {
  heard += 1;
  near.clear();
};
const changed = () => {
  forget();
  soonAgain();
};
for (const kind of ['sse:post', 'sse:resync']) document.addEventListener(kind, changed);
if (document.readyState === 'complete') soonAhead();
else addEventListener('load', soonAhead, { once: true });

const move = async (post, version, where) => {
  try {
    const done = await send(post, version, where);
    if (!done) return false;
    forget();
    tileOf(post)?.setAttribute('data-version', done.version);
    await refresh().catch(() => {});
    toast(done.said, () => move(post, done.version, done.was ? { at: done.was } : { none: '1' }));
    return true;
  } catch {
    toast(page.dataset.offline).classList.replace('toast-success', 'toast-danger');
    return false;
  }
};

const put = async (tile, cell) => {
  const { post, version } = tile.dataset;
  const { day, hour = '' } = cell.dataset;
  const item = tile.parentElement;
  const list = item.parentElement;
  const next = item.nextElementSibling;
  cell.querySelector('.cal-chips').append(item);
  tile.setAttribute('aria-busy', 'true');
  tile.focus();
  if (!(await move(post, version, { day, hour })) && item.isConnected) {
    list.insertBefore(item, next?.parentElement === list ? next : null);
    tile.removeAttribute('aria-busy');
    // It may have been refused because it is not what is shown any more.
    changed();
  }
  // Whoever went on meanwhile is left where they are.
  const at = document.activeElement;
  if (at === document.body || at.closest('#cal')) {
    (tileOf(post) ?? document.querySelector(`#cal [data-day="${day}"] a`))?.focus();
  }
};

const drop = () => {
  const { tile } = held;
  const cell = target;
  letGo();
  if (cell && cell !== cellOf(tile)) put(tile, cell);
};

document.addEventListener('pointerdown', (event) => {
  pressed = event.button === 0 && Boolean(event.target.closest?.('#cal a'));
});
// Not every browser ends a press where a drag begins.
for (const kind of ['pointerup', 'pointercancel', 'dragend']) {
  document.addEventListener(kind, () => {
    pressed = false;
  });
}
document.addEventListener('dragstart', (event) => {
  const tile = event.target.closest?.('.cal-page [data-post]');
  if (!tile) return;
  held = { tile };
  tile.classList.add('is-held');
  event.dataTransfer.effectAllowed = 'move';
});
document.addEventListener('dragover', (event) => {
  if (!held) return;
  const cell = event.target.closest?.('#cal [data-day]');
  aim(isFree(cell) ? cell : null);
  if (target) event.preventDefault();
});
document.addEventListener('drop', (event) => {
  if (!held) return;
  event.preventDefault();
  drop();
});
document.addEventListener('dragend', letGo);

const cells = () => [...document.querySelectorAll('#cal [data-day]')].filter((cell) => cell.checkVisibility());
const tell = () => say(target.querySelector('.cal-date time').textContent.trim());
const pickUp = (tile) => {
  const own = cellOf(tile);
  const first = isFree(own) ? own : cells().find(isFree);
  if (!first) return;
  held = { tile, byKeys: true };
  tile.classList.add('is-held');
  aim(first);
  say(page.dataset.held);
};
const step = (key) => {
  const days = document.querySelector('#cal .cal-days');
  const columns = getComputedStyle(days).gridTemplateColumns.split(' ').length;
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  const all = cells();
  const cell = all[all.indexOf(target) + by];
  if (!isFree(cell)) return;
  aim(cell);
  cell.scrollIntoView({ block: 'nearest' });
  tell();
};
document.addEventListener('keydown', (event) => {
  if (held?.byKeys) {
    if (event.key.startsWith('Arrow')) step(event.key);
    else if (event.key === 'Enter' || event.key === ' ') drop();
    else if (event.key === 'Escape') {
      letGo();
      say(page.dataset.dropped);
    } else return;
    event.preventDefault();
  } else if (keyOf(event) === 'm' && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const tile = event.target.closest?.('.cal-page [data-post]');
    if (tile) pickUp(tile);
  }
});
// Whoever goes elsewhere with the focus has put nothing down.
document.addEventListener('focusout', () => {
  if (held?.byKeys) letGo();
});

// An empty slot is pressed as its link would be.
document.addEventListener('click', (event) => {
  const cell = event.target.closest('#cal [data-day]');
  if (cell && !event.target.closest('a, button') && getSelection().isCollapsed) {
    cell.querySelector('.cal-add')?.click();
  }
});
