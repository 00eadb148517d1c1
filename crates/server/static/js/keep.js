// What is typed in the composer is kept until it is saved: by the server, for whoever typed it, and in this tab as long as the server
// does not have it. A session that ends, a lost connection, a closed tab or a wrong click costs nothing. It is offered, never put in
// unasked, and the server draws the form from it as after a refusal.

const form = document.querySelector('[data-compose]');
const offer = document.querySelector('[data-kept]');
const keeping = document.querySelector('[data-keeping]');
const key = `compose ${form.dataset.keep}`;

// A browser may forbid this storage; then there is nothing to offer.
const stored = (action) => {
  try {
    return action(sessionStorage);
  } catch {
    return null;
  }
};

const typed = () => [...new FormData(form)].filter(([, value]) => typeof value === 'string');
// What makes a difference to a reader: neither which form it is, the version that was read, nor empty fields.
const FORMS_OWN = ['once', 'seq', 'version'];
const content = (pairs) =>
  JSON.stringify(pairs.filter(([name, value]) => !FORMS_OWN.includes(name) && value.trim()));
const changed = (pairs, fields) => pairs.map(([name, value]) => [name, fields[name] ?? value]);

// A form is known by its number, and each of its states by another, so that of two requests the one that was sent later wins, whichever
// comes first.
const once = form.elements.namedItem('once');
const seq = form.elements.namedItem('seq');
const anotherNumber = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');

// What was kept in this tab when the page was opened. Until the server has it nothing is written over it here.
let kept = stored((storage) => JSON.parse(storage.getItem(key)));
let parked = true;
// It was sent, and nothing came back; it may be saved all the same.
const wasSent = stored((storage) => storage.getItem('compose-sent')) === key;
// Somebody signed out here, so that nothing may be left behind, whatever comes back from the server now.
let gone = false;
const save = () => parked && !gone && stored((storage) => storage.setItem(key, JSON.stringify(typed())));
const forget = () => stored((storage) => storage.removeItem(key));

// Somebody else may be signed in by now, in another tab: the server takes only what it drew this page for.
const post = (url, pairs, signal) => {
  const body = new URLSearchParams(pairs);
  body.set('person', form.dataset.person);
  // Browsers finish a small request also when the page is gone.
  return fetch(url, { method: 'POST', body, redirect: 'manual', signal, keepalive: String(body).length < 60_000 });
};
// Keeps a form: 'kept', or why not: 'overtaken' or 'saved' by what is there; 'refused'; 'later', for a server that is away or busy, and
// for one that wants a new sign-in, which has no status here: people sign in in another tab, and to others this place may not exist.
const keep = async (pairs, signal) => {
  const answer = await post(form.dataset.keepUrl, pairs, signal);
  if (answer.status === 204) return 'kept';
  if (answer.status === 200) return (await answer.json()).why;
  return answer.status === 0 || answer.status === 404 || answer.status >= 429 ? 'later' : 'refused';
};

// Whoever writes something else than is offered finds that again later.
const parking = new AbortController();
const hold = () => !gone && stored((storage) => storage.setItem(key, JSON.stringify(kept)));
const park = async () => {
  kept = changed(kept, { seq: String(Number(new Map(kept).get('seq') ?? 0) + 1) });
  // Whoever leaves before the answer comes sends a later state, not this one as another form.
  hold();
  let became = await keep(kept, parking.signal);
  if (became === 'saved' && wasSent) {
    forget();
    offer.hidden = true;
  } else if (became === 'saved' || became === 'overtaken') {
    kept = changed(kept, { once: anotherNumber(), seq: '1' });
    hold();
    became = await keep(kept, parking.signal);
  }
  // The server has it now, and offers it from here on.
  if (became === 'kept') forget();
  parked = became !== 'later' && became !== 'refused';
};

// Sends it off a moment after the last key. `missing`: the server does not have it.
let timer = 0;
let dirty = false;
let missing = false;
let leaving = false;
let onItsWay = new AbortController();
const sendNow = async () => {
  clearTimeout(timer);
  timer = 0;
  dirty = false;
  const state = String(Number(seq.value) + 1);
  seq.value = state;
  // Whoever leaves before the answer comes back with this state, not with an earlier one.
  save();
  onItsWay = new AbortController();
  let became = 'later';
  try {
    became = await keep(typed(), onItsWay.signal);
  } catch {
    if (!leaving) document.dispatchEvent(new Event('carillon:unreachable'));
  }
  // A later one answers for both.
  if (leaving || seq.value !== state) return;
  if (!gone && (became === 'saved' || became === 'overtaken')) {
    // Another tab has this form, or it was saved and somebody went back: what is typed here is a form of its own.
    once.value = anotherNumber();
    seq.value = '0';
    await sendNow();
    return;
  }
  missing = became !== 'kept';
  if (missing) keeping.hidden = true;
  if (became === 'later') timer ||= setTimeout(send, 10_000);
  // What is typed meanwhile is on its way later.
  if (missing || dirty || gone) return;
  if (parked) forget();
  keeping.hidden = false;
};
// One after the other.
let line = Promise.resolve();
const inLine = (step) => {
  line = line.then(step).catch(() => {});
  return line;
};
const send = () =>
  inLine(async () => {
    if (leaving || gone) return;
    if (!parked) await park().catch(() => {});
    if (!leaving && !gone) await sendNow();
  });
const later = () => {
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(send, 1_000);
};

// We are here again, so what was sent last was not saved, or nobody knows.
stored((storage) => storage.removeItem('compose-sent'));
if (form.hasAttribute('data-carried')) {
  // The server gave back all that was typed, with something done to it that was asked for. What is kept of another form goes to the
  // server before anything is written over it.
  parked = !kept || new Map(kept).get('once') === once.value;
  save();
  later();
} else if (kept && content(kept) === content(typed())) {
  // It came back with a reason why it was not saved.
  later();
} else if (kept) {
  offer.querySelector('[data-kept-text]').textContent = (new Map(kept).get('text') ?? '').slice(0, 140);
  offer.hidden = false;
  // The server may have an older state of it.
  document.querySelector(`[data-offer="${CSS.escape(new Map(kept).get('once') ?? '')}"]`)?.remove();
  parked = false;
  inLine(park);
}

form.addEventListener('input', (event) => {
  // After signing out, only who stays on the page after all goes on typing.
  if (gone && !event.isTrusted) return;
  gone = false;
  save();
  // What is sent to be saved goes with that; a key or a file that comes now must not be kept as something else.
  if (leaving) dirty = true;
  else later();
});
const stay = () => {
  leaving = false;
  if (dirty) later();
};
// Heard last, so that it is known whether the form is sent at all.
document.addEventListener('submit', (event) => {
  if (event.target !== form || event.defaultPrevented) return;
  clearTimeout(timer);
  timer = 0;
  leaving = true;
  dirty = false;
  onItsWay.abort();
  save();
  if (parked) stored((storage) => storage.setItem('compose-sent', key));
  // Whoever stopped it is still here then.
  setTimeout(stay, 60_000);
});
// Back on this page, as it was left.
addEventListener('pageshow', (event) => {
  if (event.persisted) stay();
});
// Signing out waits for the last words, but not for ever.
let signedOut = false;
document.addEventListener(
  'submit',
  async (event) => {
    if (!event.target.getAttribute('action')?.endsWith('/sign-out')) return;
    if (signedOut) {
      gone = true;
      clearTimeout(timer);
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    const words = dirty || missing || !parked ? send() : line;
    await Promise.race([words, new Promise((resolve) => setTimeout(resolve, 5_000))]);
    signedOut = true;
    event.target.requestSubmit(event.submitter);
    signedOut = false;
  },
  true,
);
// The last words before a tab is closed or another page is opened. Only what no server has is worth a question.
document.addEventListener('visibilitychange', () => {
  if (document.hidden && (dirty || missing) && !leaving && !gone) sendNow();
});
addEventListener('beforeunload', (event) => {
  if (missing && !leaving) event.preventDefault();
});

// An offer of the server goes with the button that was pressed; one goes on writing.
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.target.matches('[data-offer]')) document.getElementById('text').focus();
});
offer.addEventListener('click', (event) => {
  if (event.target.closest('[data-kept-drop]')) {
    offer.hidden = true;
    parked = true;
    forget();
    // It may be on its way to the server just now.
    parking.abort();
    const { once: number = '', seq: state = '0' } = Object.fromEntries(kept);
    post(form.dataset.letGoUrl, { form: number, seq: state }).catch(() => {});
    document.getElementById('text').focus();
  } else if (event.target.closest('[data-kept-back]')) {
    const again = document.createElement('form');
    again.method = 'post';
    // A button of the form is called `action`, so `form.action` is that button.
    again.action = form.getAttribute('action');
    again.hidden = true;
    for (const [name, value] of [...kept, ['action', 'again']]) {
      const field = document.createElement('textarea');
      field.name = name;
      field.value = value;
      again.append(field);
    }
    hold();
    document.body.append(again);
    again.submit();
  }
});
