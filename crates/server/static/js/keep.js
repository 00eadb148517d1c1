// What is typed in the composer stays in this tab until it is saved: a session that ends, a lost connection or a wrong click
// costs nothing. It is offered, never put in unasked, and the server draws the form from it as after a refusal.

const form = document.querySelector('[data-compose]');
const offer = document.querySelector('[data-kept]');
const key = `compose ${form.dataset.keep}`;

// A browser may forbid this storage; then there is nothing to offer.
const stored = (action) => {
  try {
    return action(sessionStorage);
  } catch {
    return null;
  }
};

const typed = () =>
  [...new FormData(form)].filter(([name, value]) => typeof value === 'string' && name !== 'once');
// What makes a difference to a reader: neither the version that was read nor empty fields.
const content = (pairs) => JSON.stringify(pairs.filter(([name, value]) => name !== 'version' && value.trim()));

const kept = stored((storage) => JSON.parse(storage.getItem(key)));
// We are here again, so what was sent last was not saved.
stored((storage) => storage.removeItem('compose-sent'));
if (form.hasAttribute('data-carried')) {
  // The server gave back all that was typed, with something done to it that was asked for.
  stored((storage) => storage.setItem(key, JSON.stringify(typed())));
} else if (kept && content(kept) !== content(typed())) {
  offer.querySelector('[data-kept-text]').textContent = (new Map(kept).get('text') ?? '').slice(0, 140);
  offer.hidden = false;
}

form.addEventListener('input', () => stored((storage) => storage.setItem(key, JSON.stringify(typed()))));
form.addEventListener('submit', () =>
  stored((storage) => {
    storage.setItem(key, JSON.stringify(typed()));
    storage.setItem('compose-sent', key);
  }),
);

offer.addEventListener('click', (event) => {
  if (event.target.closest('[data-kept-drop]')) {
    stored((storage) => storage.removeItem(key));
    offer.hidden = true;
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
    stored((storage) => storage.setItem(key, JSON.stringify(kept)));
    document.body.append(again);
    again.submit();
  }
});
