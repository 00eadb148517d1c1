// The library: choosing by keyboard, the publish dialog, files from addresses. All of it works without this as pages and forms.

import { ask } from './app.js';
import { showNew } from './media.js';

const dialog = document.getElementById('publish');

// The dialog opens with what was loaded into it. What it changed shows behind it once it is closed.
let sent = false;
let opened;
document.addEventListener('htmx:afterSwap', (event) => {
  if (!event.detail.target?.matches('#publish [data-publish]')) return;
  if (dialog.querySelector('#progress')) {
    sent = true;
    dialog.querySelector('[data-publish-close]').focus();
  }
  if (dialog.open) dialog.querySelector('.alert, [aria-invalid], .field-error')?.scrollIntoView({ block: 'nearest' });
  else {
    opened = dialog.querySelector('textarea')?.value;
    dialog.showModal();
  }
});
// An answer that says nothing new is left alone: nobody hears the same again, and what has the focus keeps it.
let told = '';
document.addEventListener('htmx:beforeSwap', (event) => {
  if (event.detail.target.id !== 'progress') return;
  if (event.detail.serverResponse === told) event.detail.shouldSwap = false;
  told = event.detail.serverResponse;
});
// A text that was typed and is nowhere else is not thrown away without a question. Escape is caught as a key, too: browsers close a
// dialog in spite of everything when it is pressed twice.
const leave = async () => {
  const text = dialog.querySelector('textarea');
  if (text && text.value !== opened && !(await ask(text.form.dataset.leave))) return;
  dialog.close();
};
dialog?.addEventListener('click', (event) => {
  if (event.target.closest('[data-publish-close]')) leave();
});
dialog?.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || event.isComposing) return;
  event.preventDefault();
  leave();
});
dialog?.addEventListener('cancel', (event) => {
  event.preventDefault();
  leave();
});
dialog?.addEventListener('close', () => {
  document.getElementById('publish-body').replaceChildren();
  if (sent) location.reload();
});

// Choosing: Space takes or leaves what is focused, the arrows go on from there, Shift takes everything on the way.
const shelf = document.querySelector('[data-shelf]');
if (shelf) {
  const boxes = [...shelf.querySelectorAll('input[name=item]')];
  const count = document.querySelector('[data-count]');
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    count.textContent = chosen ? `${count.dataset.count}: ${chosen}` : '';
  };
  let last = 0;
  // How many stand beside each other.
  const columns = () => getComputedStyle(shelf).gridTemplateColumns.split(' ').length;
  shelf.addEventListener('keydown', (event) => {
    const at = boxes.indexOf(event.target);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns(), ArrowDown: columns() }[event.key];
    const next = boxes[at + step];
    if (at < 0 || !next) return;
    event.preventDefault();
    if (event.shiftKey) {
      next.checked = true;
      boxes[at].checked = true;
      tell();
    }
    next.focus();
  });
  shelf.addEventListener('click', (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
    tell();
  });
  tell();
}

// Addresses, each by itself and all at once.
const form = document.querySelector('[data-fetch]');
if (form) {
  const drop = document.querySelector('form[data-reload]');
  const list = drop.querySelector('[data-progress]');
  const one = async (url) => {
    const line = document.createElement('li');
    line.className = 'upload';
    const name = document.createElement('span');
    name.textContent = url;
    const bar = document.createElement('progress');
    bar.setAttribute('aria-label', url);
    line.append(name, bar);
    list.append(line);
    let detail = form.dataset.failed;
    try {
      const answer = await fetch('/api/v1/media/fetch', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Carillon-Workspace': drop.dataset.workspace },
        body: JSON.stringify({ url }),
      });
      if (answer.ok) {
        line.remove();
        return true;
      }
      ({ detail } = await answer.json());
    } catch {
      // The line broke: there is nothing else to say.
    }
    const trouble = document.createElement('span');
    trouble.className = 'field-error';
    trouble.textContent = `${url}: ${detail}`;
    line.replaceChildren(trouble);
    return false;
  };
  const take = async (text) => {
    const urls = text.split(/\s+/).filter(Boolean);
    const done = await Promise.all(urls.map(one));
    if (done.some(Boolean)) showNew();
    // What was refused can be mended.
    if (!form.elements.url.value) form.elements.url.value = urls.filter((_, nth) => !done[nth]).join('\n');
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    take(form.elements.url.value);
    form.elements.url.value = '';
  });
  // A picture dragged out of another page is an address.
  drop.addEventListener('dragover', (event) => event.dataTransfer?.types.includes('text/uri-list') && event.preventDefault());
  drop.addEventListener('drop', (event) => {
    if (event.dataTransfer?.files.length) return;
    const urls = (event.dataTransfer?.getData('text/uri-list') ?? '').split('\n').filter((line) => !line.startsWith('#'));
    if (!urls.some((line) => line.trim())) return;
    event.preventDefault();
    take(urls.join('\n'));
  });
  addEventListener('paste', (event) => {
    const text = event.clipboardData?.getData('text/plain').trim() ?? '';
    if (event.target.closest?.('input, textarea') || !/^https:\/\/\S+$/.test(text)) return;
    event.preventDefault();
    take(text);
  });
}

// What would stay of a picture: turned first, then cut, as the server does it.
const edit = document.querySelector('[data-edit]:has(.edit-box)');
if (edit) {
  const box = edit.querySelector('.edit-box');
  const picture = box.querySelector('img');
  const draw = () => {
    if (!picture.naturalWidth) return;
    const field = (name) => edit.elements[name].value;
    const [turn, x, y] = ['turn', 'x', 'y'].map((name) => Number(field(name)));
    const upright = turn % 180 === 0;
    const own = picture.naturalWidth / picture.naturalHeight;
    const [width, height] = field('ratio').split(':').map(Number);
    const wanted = height ? width / height : upright ? own : 1 / own;
    const shape = upright ? wanted : 1 / wanted;
    const [left, top] = { 0: [x, y], 90: [y, 100 - x], 180: [100 - x, 100 - y], 270: [100 - y, x] }[turn];
    const place = `${left}% ${top}%`;
    box.style.aspectRatio = shape;
    box.style.width = shape >= 1 ? '100%' : `${shape * 100}%`;
    box.style.rotate = `${turn}deg`;
    picture.style.objectPosition = place;
    picture.style.transformOrigin = place;
    picture.style.scale = Number(field('zoom')) / 100;
  };
  edit.addEventListener('input', draw);
  picture.addEventListener('load', draw);
  draw();
}
