// The next best times beside the time field: asked for when the composer is there and when other accounts are chosen. A press on
// one puts it into the field; without this file the server does that.

const form = document.querySelector('[data-compose]');
const place = form.querySelector('[data-slots]');
const time = form.querySelector('[name=scheduled_at]');
const zone = form.querySelector('[name=timezone]');

const say = (text) => {
  const line = document.createElement('p');
  line.className = 'slots-lead';
  line.textContent = text;
  place.replaceChildren(line);
};

// Which of them stands in the field.
const mark = () => {
  for (const slot of place.querySelectorAll('[data-slot]')) {
    const isTaken = slot.dataset.slot === time.value && slot.closest('[data-zone]').dataset.zone === zone.value;
    slot.setAttribute('aria-pressed', String(isTaken));
  }
};

const address = () => {
  const query = new URLSearchParams();
  for (const box of form.querySelectorAll('[name=account]:checked')) query.append('account', box.value);
  const post = form.querySelector('[name=post]');
  if (post) query.append('post', post.value);
  return `${place.dataset.slots}?${query}`;
};

let latest;
const load = async () => {
  latest?.abort();
  const mine = new AbortController();
  latest = mine;
  place.setAttribute('aria-busy', 'true');
  // What is there stays until there is something else: a form should not jump while somebody looks.
  if (!place.querySelector('[data-slot]')) say(place.dataset.looking);
  let text;
  try {
    // Who is signed out is led away; that page does not belong in here.
    const answer = await fetch(address(), { signal: mine.signal, redirect: 'manual' });
    if (answer.ok) text = await answer.text();
  } catch {
    // Said below, unless something newer is on its way.
  }
  if (latest !== mine) return;
  place.removeAttribute('aria-busy');
  if (text === undefined) say(place.dataset.failed);
  else place.innerHTML = text;
  mark();
};

let waiting;
if (place) {
  form.addEventListener('change', (event) => {
    if (event.target.name !== 'account') return;
    clearTimeout(waiting);
    waiting = setTimeout(load, 350);
  });
  // Also when the browser goes back to a form as it was left.
  addEventListener('pageshow', () => {
    if (form.querySelector('[name=account]:checked')) load();
  });
  form.addEventListener('input', mark);
  form.addEventListener('click', (event) => {
    const slot = event.target.closest('[data-slot]');
    if (!slot) return;
    event.preventDefault();
    time.value = slot.dataset.slot;
    zone.value = slot.closest('[data-zone]').dataset.zone;
    // As if it had been typed: it is checked, and kept.
    time.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
