// The composer: files of the post, of each part and of each account; parts of a thread; the library in a dialog.

import { filesOf, upload } from './media.js';

const form = document.querySelector('[data-compose]');
const picker = document.getElementById('picker');

// What is chosen changed: the live check listens to this.
const changed = () => form.dispatchEvent(new Event('input', { bubbles: true }));

const place = (field, id) => {
  if ([...field.querySelectorAll('[data-tile] > input')].some((input) => input.value === id)) return null;
  const tile = document.createElement('li');
  tile.className = 'tile is-coming';
  field.querySelector('[data-tiles]').append(tile);
  return tile;
};

// Tells whether it is there.
const show = async (field, id, tile) => {
  if (!tile) return true;
  const url = `/w/${form.dataset.workspace}/library/${id}/tile?name=${encodeURIComponent(field.dataset.media)}`;
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) {
    tile.remove();
    return false;
  }
  const holder = document.createElement('template');
  holder.innerHTML = await answer.text();
  tile.replaceWith(holder.content);
  changed();
  return true;
};

// A post is not sent without the files that are on their way: the button that was pressed waits for them.
let underway = 0;
let pressed = null;
const waits = document.getElementById('compose-waits');
const wait = (button) => {
  pressed?.removeAttribute('aria-busy');
  pressed = button;
  pressed?.setAttribute('aria-busy', 'true');
  waits.textContent = pressed ? form.dataset.waits : '';
};
// Before whatever else listens: nothing is asked or noted before it is sent in fact.
addEventListener(
  'submit',
  (event) => {
    if (event.target !== form || !underway) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wait(event.submitter ?? form.querySelector('[name=action]'));
  },
  true,
);

// Uploads go on side by side; the order in the post is the order in which they were chosen.
const take = async (field, files) => {
  underway += files.length;
  const one = async (file) => {
    const slot = document.createElement('li');
    slot.hidden = true;
    field.querySelector('[data-tiles]').append(slot);
    const list = field.querySelector('[data-progress]');
    const id = await upload(form, file, list);
    if (!id) slot.remove();
    else if (await show(field, id, slot)) return true;
    else {
      const trouble = document.createElement('li');
      trouble.className = 'upload field-error';
      trouble.textContent = `${file.name} ${form.dataset.failed}`;
      list.append(trouble);
    }
    return false;
  };
  const came = await Promise.all(files.map(one));
  underway -= files.length;
  const button = pressed;
  if (!button || (underway && came.every(Boolean))) return;
  wait(null);
  // What could not be uploaded is looked at first.
  if (came.every(Boolean)) form.requestSubmit(button);
};

const fieldAt = (element) =>
  element.closest('[data-media]') ??
  element.closest('[data-part-box]')?.querySelector('[data-media]') ??
  form.querySelector('[data-media="media"]');

form.addEventListener('change', (event) => {
  const input = event.target;
  if (input.matches('[data-files]')) {
    take(input.closest('[data-media]'), [...input.files]);
    input.value = '';
  } else if (input.matches('[data-alt]')) {
    const body = new URLSearchParams({ alt_text: input.value });
    fetch(input.dataset.alt, { method: 'POST', body, redirect: 'manual' }).then(changed);
  }
});
form.addEventListener('drop', (event) => {
  const files = filesOf(event.dataTransfer);
  if (!files.length) return;
  event.preventDefault();
  take(fieldAt(event.target), files);
});
form.addEventListener('paste', (event) => {
  const files = filesOf(event.clipboardData);
  // Programs for tables and texts put a picture of the text beside it.
  if (!files.length || event.clipboardData.types.includes('text/plain')) return;
  event.preventDefault();
  take(fieldAt(event.target), files);
});

// A copy that was being made is there, or could not be made.
form.addEventListener('htmx:load', (event) => {
  const tile = event.detail.elt;
  if (tile.matches('[data-tile]') && !tile.hasAttribute('hx-get')) changed();
});

// Puts a part of the thread behind another one, or before it.
const shift = (part, other, behind) => {
  if (!other || other === part) return false;
  if (behind) other.after(part);
  else other.before(part);
  changed();
  return true;
};

// Parts are dragged by their grip, so that a text can still be marked with the mouse.
let dragged = null;
form.addEventListener('dragstart', (event) => {
  if (!event.target.matches?.('[data-part-grip]')) return;
  dragged = event.target.closest('[data-part-box]');
  event.dataTransfer.setData('application/x-part', '');
  event.dataTransfer.effectAllowed = 'move';
});
form.addEventListener('dragover', (event) => {
  if (dragged && event.target.closest('[data-part-box]')) event.preventDefault();
});
form.addEventListener('drop', (event) => {
  const other = dragged && event.target.closest('[data-part-box]');
  if (!other) return;
  event.preventDefault();
  const box = other.getBoundingClientRect();
  shift(dragged, other, event.clientY > box.top + box.height / 2);
});
form.addEventListener('dragend', () => {
  dragged = null;
});

form.addEventListener('click', (event) => {
  const on = (selector) => event.target.closest(selector);
  const move = on('[data-tile-move]');
  if (move) {
    const tile = move.closest('[data-tile]');
    const other = move.dataset.tileMove === '1' ? tile.nextElementSibling : tile.previousElementSibling;
    if (!other) return;
    if (move.dataset.tileMove === '1') other.after(tile);
    else other.before(tile);
    move.focus();
    changed();
  } else if (on('[data-tile-remove]')) {
    const tile = on('[data-tile]');
    const field = tile.closest('[data-media]');
    const next = tile.nextElementSibling ?? tile.previousElementSibling;
    tile.remove();
    (next?.querySelector('[data-tile-remove]') ?? field.querySelector('[data-open-picker]')).focus();
    changed();
  } else if (on('[data-open-picker]')) {
    open(on('[data-media]'));
  } else if (on('[data-part-add]')) {
    const parts = form.querySelector('[data-parts]');
    parts.append(form.querySelector('template[data-part]').content.cloneNode(true));
    parts.lastElementChild.querySelector('textarea').focus();
  } else if (on('[data-part-move]')) {
    const button = on('[data-part-move]');
    const part = on('[data-part-box]');
    const later = button.dataset.partMove === '1';
    if (!shift(part, later ? part.nextElementSibling : part.previousElementSibling, later)) return;
    // At an end the button has nothing more to do and is gone; its twin takes the focus.
    const twin = part.querySelector(`[data-part-move="${later ? -1 : 1}"]`);
    (getComputedStyle(button).visibility === 'hidden' ? twin : button).focus();
  } else if (on('[data-part-remove]')) {
    on('[data-part-box]').remove();
    form.querySelector('[data-part-add]').focus();
    changed();
  }
});

// Choosing from the library.
let target;
let chosen = [];
const body = picker.querySelector('[data-picker-body]');

const load = async (url) => {
  const answer = await fetch(url);
  if (answer.ok) body.insertAdjacentHTML('beforeend', await answer.text());
};
const open = (field) => {
  target = field;
  chosen = [];
  body.replaceChildren();
  picker.showModal();
  load(form.dataset.pick);
};
picker.addEventListener('click', async (event) => {
  const on = (selector) => event.target.closest(selector);
  if (on('[data-picker-close]')) {
    picker.close();
  } else if (on('[data-pick-more]')) {
    const more = on('[data-pick-more]');
    more.remove();
    await load(more.dataset.pickMore);
  } else if (on('[data-pick]')) {
    const cell = on('[data-pick]');
    const id = cell.dataset.pick;
    chosen = chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id];
    cell.setAttribute('aria-pressed', String(chosen.includes(id)));
  } else if (on('[data-picker-add]')) {
    picker.close();
    await Promise.all(chosen.map((id) => show(target, id, place(target, id))));
  }
});
