// Small helpers for every page. Nothing here is needed for a page's main action.

const root = document.documentElement;

// Menus are <details>: close the open ones on a click elsewhere and on Escape.
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  const open = document.querySelector('details.menu[open]');
  if (open) {
    open.open = false;
    open.querySelector('summary')?.focus();
  }
});

// Light, dark, or as the system: at once, and kept by the server.
document.addEventListener('submit', (event) => {
  const form = event.target.closest('[data-look-form]');
  const look = event.submitter?.value;
  if (!form || !look) return;
  event.preventDefault();
  root.dataset.look = look;
  root.dispatchEvent(new Event('carillon:look'));
  for (const button of document.querySelectorAll('[data-look-form] button')) {
    button.setAttribute('aria-pressed', String(button.value === look));
  }
  const body = new URLSearchParams({ theme: look, back: '/' });
  fetch(form.action, { method: 'POST', body, redirect: 'manual' });
});

// When the server can't be reached people are told, and what they send or open meanwhile waits instead of ending on the browser's
// own page. Whether they are online says little: the server may be on this machine, or be down.
const unreachable = document.getElementById('unreachable');
let next = 0;
const answers = async () => {
  clearTimeout(next);
  try {
    const signal = AbortSignal.timeout(5000);
    unreachable.hidden = (await fetch(unreachable.dataset.url, { cache: 'no-store', signal })).ok;
  } catch {
    unreachable.hidden = false;
  }
  if (!unreachable.hidden) next = setTimeout(answers, 5000);
  return unreachable.hidden;
};
for (const trouble of ['htmx:sendError', 'htmx:sseError', 'carillon:unreachable']) {
  document.addEventListener(trouble, answers);
}
addEventListener('offline', answers);
addEventListener('online', answers);
unreachable.querySelector('button').addEventListener('click', answers);
document.addEventListener(
  'submit',
  async (event) => {
    if (unreachable.hidden || event.target.method === 'dialog') return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (await answers()) event.target.requestSubmit(event.submitter);
  },
  true,
);
document.addEventListener('click', async (event) => {
  const link = event.target.closest('a[href]');
  if (unreachable.hidden || event.defaultPrevented || !link || link.target || link.origin !== location.origin) return;
  event.preventDefault();
  if (await answers()) location.assign(link.href);
});

// Live events. A browser has six connections to a server without TLS, for all its tabs and for the pages that it keeps to go back to, and a
// stream takes one as long as it is open. So a page listens while it is looked at; when it is shown again, it hears what it missed.
class Stream {
  static open = new Set();
  // How far the page has heard: at first until just before it was made.
  static place = '';
  listeners = [];
  source = null;
  constructor(url) {
    const { pathname, searchParams } = new URL(url, location.href);
    this.url = pathname;
    Stream.place ||= searchParams.get('after') ?? '';
    Stream.open.add(this);
    this.look();
  }
  get readyState() {
    return this.source?.readyState ?? (Stream.open.has(this) ? EventSource.CONNECTING : EventSource.CLOSED);
  }
  addEventListener(name, listener) {
    this.listeners.push([name, listener]);
    this.source?.addEventListener(name, listener);
  }
  removeEventListener(name, listener) {
    this.listeners = this.listeners.filter(([own, heard]) => own !== name || heard !== listener);
    this.source?.removeEventListener(name, listener);
  }
  close() {
    Stream.open.delete(this);
    this.rest();
  }
  rest() {
    this.source?.close();
    this.source = null;
  }
  look(seen = document.visibilityState === 'visible') {
    if (!seen) this.rest();
    else if (!this.source) this.listen();
  }
  listen() {
    const after = Stream.place && `?after=${Stream.place}`;
    const source = new EventSource(this.url + after);
    this.source = source;
    for (const kind of ['post', 'publication', 'account', 'notices', 'place']) {
      source.addEventListener(kind, ({ lastEventId }) => (Stream.place = lastEventId));
    }
    for (const [name, listener] of this.listeners) source.addEventListener(name, listener);
    source.onopen = (event) => this.onopen?.(event);
    source.onerror = (event) => {
      // One that is given up is followed by another one.
      if (source.readyState === EventSource.CLOSED) Stream.open.delete(this);
      this.onerror?.(event);
    };
  }
}
htmx.createEventSource = (url) => new Stream(url);
const listen = (seen) => Stream.open.forEach((stream) => stream.look(seen));
document.addEventListener('visibilitychange', () => listen());
addEventListener('pagehide', () => listen(false));
addEventListener('pageshow', () => listen());

// The key that was pressed; by its place where the keyboard writes another alphabet.
export const keyOf = ({ key = '', code }) => {
  const letter = /^Key([A-Z])$/.exec(code);
  const foreign = key.length === 1 && key > '\x7f';
  return letter && (foreign || /^[A-Za-z]$/.test(key)) ? (foreign ? letter[1] : key).toLowerCase() : key;
};

// Questions before something is lost: forms with data-confirm, and htmx's hx-confirm.
const question = document.getElementById('confirm');
let answer;
// A dialog tells a moment later that it was closed: by then the next question may be open, and it is not answered by that.
question.addEventListener('close', () => !question.open && answer?.(question.returnValue === 'yes'));
export const ask = (text) =>
  new Promise((resolve) => {
    answer?.(false);
    answer = resolve;
    question.querySelector('.confirm-text').textContent = text;
    question.returnValue = 'no';
    question.showModal();
  });
const confirmed = new WeakSet();
document.addEventListener(
  'submit',
  async (event) => {
    const form = event.target;
    const text = event.submitter?.dataset.confirm ?? form.dataset.confirm;
    if (!text || confirmed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    if (await ask(text)) {
      confirmed.add(form);
      form.requestSubmit(submitter);
    }
  },
  true,
);
document.addEventListener('htmx:confirm', async (event) => {
  if (!event.detail.question) return;
  event.preventDefault();
  if (await ask(event.detail.question)) event.detail.issueRequest(true);
});

// A second click while a form is on its way would send it twice.
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === 'dialog') return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = '1';
  event.submitter?.setAttribute('aria-busy', 'true');
});
addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll('[aria-busy]')) button.removeAttribute('aria-busy');
  }
});

// Toasts: errors stay until closed, the rest leaves by itself, later where something can be taken back. None goes from under somebody's
// pointer or focus.
const toasts = document.getElementById('toasts');
const tend = (toast) => {
  if (toast.classList.contains('toast-danger')) return;
  const leave = () => {
    if (toast.matches(':hover, :focus-within')) setTimeout(leave, 2000);
    else toast.remove();
  };
  setTimeout(leave, toast.querySelector('[data-back]:not([hidden])') ? 20000 : 6000);
};
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const node of change.addedNodes) if (node.matches?.('[data-toast]')) tend(node);
  }
}).observe(toasts, { childList: true });
// All that is outside an open dialog is inert and lies below it, so what is said to people goes into the dialog. One that is opened
// out of another stands behind it in the page.
new MutationObserver(() => {
  const place = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
  if (toasts.parentElement !== place) place.append(unreachable, toasts);
}).observe(document.body, { subtree: true, attributeFilter: ['open'] });
document.addEventListener('click', (event) => {
  event.target.closest('[data-toast-close]')?.closest('[data-toast]')?.remove();
});

// Copy buttons.
document.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-copy]');
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text.trim());
    button.dataset.copied = '1';
    setTimeout(() => delete button.dataset.copied, 2000);
  } catch {
    // There is no clipboard over plain http on a LAN: select the text, so that the keyboard can copy it.
    if (source.select) source.select();
    else getSelection().selectAllChildren(source);
  }
});

// Suggest the browser's own time zone, where nobody chose one yet.
for (const input of document.querySelectorAll('[data-zone-guess]')) {
  input.value = Intl.DateTimeFormat().resolvedOptions().timeZone || input.value;
}

// Networks' login pages open in a pop-up; where that is blocked, in this window. Networks and we ourselves cut the tie
// between the two windows (Cross-Origin-Opener-Policy), so the way back leads over a channel between our own pages, and the
// pop-up knows itself by its address.
const POPUP = 'carillon-connect';
let waiting = false;
const channel = new BroadcastChannel(POPUP);
channel.addEventListener('message', (event) => {
  if (waiting) location.assign(event.data);
});
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.matches('[data-popup]') || event.defaultPrevented) return;
  const opened = window.open('', POPUP, 'popup,width=560,height=760');
  form.target = opened ? POPUP : '';
  form.querySelector('[name=popup]')?.remove();
  if (!opened) return;
  waiting = true;
  const mark = document.createElement('input');
  mark.type = 'hidden';
  mark.name = 'popup';
  mark.value = '1';
  form.append(mark);
  setTimeout(() => delete form.dataset.sent, 1000);
});
// Back from the network: show the result where one was, and go.
const here = new URL(location.href);
if (here.searchParams.has('popup')) {
  here.searchParams.delete('popup');
  const result = here.pathname + here.search;
  history.replaceState(null, '', result);
  channel.postMessage(result);
  window.close();
}

// What was unfolded stays so when a part of the page is refreshed.
let unfolded = [];
document.addEventListener('htmx:beforeSwap', (event) => {
  unfolded = [...event.detail.target.querySelectorAll('details[open][id]')].map((details) => details.id);
});
document.addEventListener('htmx:afterSwap', () => {
  for (const id of unfolded) {
    const details = document.getElementById(id);
    if (details) details.open = true;
  }
  unfolded = [];
});

// Drafts that the composer keeps in this tab (`keep.js`): one that was saved is not offered again, and nobody who signs in
// later finds somebody else's.
const drafts = (action) => {
  try {
    action(sessionStorage);
  } catch {
    // A browser that forbids this storage keeps none.
  }
};
if (here.searchParams.has('saved')) {
  drafts((storage) => {
    const sent = storage.getItem('compose-sent');
    if (sent) storage.removeItem(sent);
    storage.removeItem('compose-sent');
  });
}
document.addEventListener('submit', (event) => {
  if (event.target.getAttribute('action')?.endsWith('/sign-out')) drafts((storage) => storage.clear());
});
