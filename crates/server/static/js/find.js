// The palette (pages, actions, and what a text finds) and the keys. Nothing is reached by them alone: the search has a page of its
// own, and all else is a link or a button somewhere.

import { keyOf } from './app.js';

const palette = document.getElementById('palette');
const map = document.getElementById('keys');
const field = palette.querySelector('[role=combobox]');
const lines = palette.querySelector('[role=listbox]');
const offered = lines.querySelector('[data-offered]');
const found = lines.querySelector('[data-found]');
const all = lines.querySelector('[data-all]');
const none = palette.querySelector('.palette-none');
const said = palette.querySelector('[role=status]');
const mac = /^(Mac|iP)/.test(navigator.platform);

// ---------- the palette ----------

// Without case and accents, so that nobody has to type those.
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const shown = () => [...lines.querySelectorAll('[role=option]')].filter((line) => !line.closest('[hidden]'));

let active = null;
// Whether the person chose, so that what comes later leaves the choice alone.
let chosen = false;
const choose = (line) => {
  active?.setAttribute('aria-selected', 'false');
  active = line ?? null;
  if (active) {
    active.setAttribute('aria-selected', 'true');
    field.setAttribute('aria-activedescendant', active.id);
    active.scrollIntoView({ block: 'nearest' });
  } else {
    field.removeAttribute('aria-activedescendant');
  }
};

let asked = null;
let timer = 0;
const tell = () => {
  const there = shown();
  const count = there.filter((line) => line !== all).length;
  none.hidden = count > 0 || asked !== null;
  if (all && !none.hidden) all.hidden = true;
  said.textContent = asked ? '' : `${said.dataset.label} ${count}`;
  if (!chosen || !active?.isConnected || active.closest('[hidden]')) choose(there[0]);
};

// Answers with the lines for a text, or nothing where another question came in between.
const ask = async (text) => {
  asked?.abort();
  const mine = new AbortController();
  asked = mine;
  try {
    const query = text && `?q=${encodeURIComponent(text)}`;
    const headers = { 'hx-request': 'true' };
    const answer = await fetch(palette.dataset.url + query, { signal: mine.signal, headers });
    // The session has ended: the server says where to sign in.
    const away = answer.headers.get('hx-redirect');
    if (away) location.assign(away);
    return answer.ok && !away ? await answer.text() : null;
  } catch {
    if (!mine.signal.aborted) document.dispatchEvent(new Event('carillon:unreachable'));
    return null;
  } finally {
    if (asked === mine) asked = null;
  }
};

const filter = () => {
  const words = plain(field.value).split(/\s+/).filter(Boolean);
  for (const group of offered.querySelectorAll('[role=group]')) {
    let some = false;
    for (const line of group.querySelectorAll('[role=option]')) {
      const text = plain(line.textContent);
      line.hidden = !words.every((word) => text.includes(word));
      some ||= !line.hidden;
    }
    group.hidden = !some;
  }
  if (all) {
    all.hidden = words.length === 0;
    all.href = `${all.pathname}?q=${encodeURIComponent(field.value.trim())}`;
  }
};

field.addEventListener('input', () => {
  clearTimeout(timer);
  const text = field.value.trim();
  chosen = false;
  filter();
  if (!text) {
    asked?.abort();
    asked = null;
    found.replaceChildren();
    tell();
    return;
  }
  tell();
  timer = setTimeout(async () => {
    const html = await ask(text);
    if (html !== null && field.value.trim() === text) found.innerHTML = html;
    tell();
  }, 150);
});

const open = async () => {
  if (document.querySelector('dialog[open]')) return;
  field.value = '';
  found.replaceChildren();
  chosen = false;
  palette.showModal();
  field.focus();
  filter();
  tell();
  if (offered.childElementCount > 0) return;
  const html = await ask('');
  if (html !== null) offered.innerHTML = html;
  filter();
  tell();
};

field.addEventListener('keydown', (event) => {
  if (event.isComposing) return;
  const there = shown();
  const at = there.indexOf(active);
  if (event.key === 'ArrowDown') choose(there[(at + 1) % there.length]);
  else if (event.key === 'ArrowUp') choose(there[(at <= 0 ? there.length : at) - 1]);
  else if (event.key === 'PageDown') choose(there[Math.min(at + 8, there.length - 1)]);
  else if (event.key === 'PageUp') choose(there[Math.max(at - 8, 0)]);
  else if (event.key === 'Enter') active?.click();
  else return;
  chosen = true;
  event.preventDefault();
});
lines.addEventListener('pointermove', (event) => {
  const line = event.target.closest('[role=option]');
  if (!line || line === active || (event.movementX === 0 && event.movementY === 0)) return;
  chosen = true;
  choose(line);
});
lines.addEventListener('click', (event) => {
  if (event.target.closest('[role=option]')) palette.close();
});
palette.addEventListener('click', (event) => {
  if (event.target === palette) palette.close();
});
palette.addEventListener('close', () => {
  clearTimeout(timer);
  asked?.abort();
});

// ---------- the keys ----------

const named = () => {
  const byKeys = new Map();
  // What the page itself says comes before what surrounds it.
  for (const element of document.querySelectorAll('[data-keys]')) {
    const keys = element.dataset.keys;
    if (!byKeys.has(keys) || element.closest('main')) byKeys.set(keys, element);
  }
  return byKeys;
};

const cap = (key) => {
  const element = document.createElement('kbd');
  element.textContent = key.length === 1 ? key.toUpperCase() : key;
  return element;
};

const list = () => {
  const target = map.querySelector('.keys-list');
  const { then, control } = target.dataset;
  const rows = [...named()].map(([keys, element]) => {
    const row = document.createElement('li');
    const what = document.createElement('span');
    what.textContent = element.dataset.keysLabel ?? element.textContent.trim();
    const how = document.createElement('span');
    keys.split(' ').forEach((key, place) => {
      if (place > 0) how.append(` ${then} `);
      const parts = key.length > 1 ? key.split('+') : [key];
      parts.forEach((part) => how.append(cap(part === 'Control' ? (mac ? '⌘' : control) : part)));
    });
    row.append(what, how);
    return row;
  });
  target.replaceChildren(...rows);
};

document.addEventListener('click', (event) => {
  const opener = event.target.closest('[data-opens]');
  if (opener) {
    const dialog = document.getElementById(opener.dataset.opens);
    if (dialog === map) list();
    opener.closest('details.menu')?.removeAttribute('open');
    dialog.showModal();
    return;
  }
  const plainClick = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (plainClick && event.target.closest('[data-find]')) {
    event.preventDefault();
    open();
  }
});

const typing = (target) =>
  target.closest?.('input, textarea, select, [contenteditable], [role=textbox], [role=combobox]');

let first = '';
let forget = 0;
document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const command = mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
  if (command && !event.altKey && !event.shiftKey && keyOf(event) === 'k') {
    event.preventDefault();
    if (palette.open) palette.close();
    else open();
    return;
  }
  const before = first;
  first = '';
  clearTimeout(forget);
  if ('off' in map.dataset || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector('dialog[open]')) return;
  const key = keyOf(event);
  if (key.length > 1 || (event.shiftKey && /^[a-z]$/.test(key))) return;
  const byKeys = named();
  const element = byKeys.get(before ? `${before} ${key}` : key);
  if (element && !('keysOwn' in element.dataset)) {
    event.preventDefault();
    if (element.matches('input, textarea')) element.select();
    else element.click();
  } else if ([...byKeys.keys()].some((keys) => keys.startsWith(`${key} `))) {
    first = key;
    forget = setTimeout(() => (first = ''), 1500);
  }
});
