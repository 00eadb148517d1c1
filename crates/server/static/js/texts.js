// Texts that are kept, hashtags and emoji go where one writes: into the text that had the focus last.

const form = document.querySelector('[data-compose]');
let last = document.getElementById('text');

form.addEventListener('focusin', (event) => {
  if (event.target.matches('textarea:not([data-alt])')) last = event.target;
});

const put = (text, atEnd) => {
  // A part that was taken out has no text any more.
  if (!last.isConnected) last = document.getElementById('text');
  const end = last.value.trimEnd().length;
  const [from, to] = atEnd ? [end, last.value.length] : [last.selectionStart, last.selectionEnd];
  last.focus();
  last.setRangeText(text(last.value.slice(0, from)), from, to, 'end');
  last.dispatchEvent(new Event('input', { bubbles: true }));
};

document.addEventListener('click', (event) => {
  const on = (selector) => event.target.closest(selector);
  const piece = on('[data-put]');
  if (piece) {
    // What is behind an open dialog takes no focus.
    on('dialog')?.close();
    const atEnd = piece.hasAttribute('data-at-end');
    // A mention is none behind a letter.
    const apart = piece.hasAttribute('data-apart');
    const gap = (before) => ((atEnd && before) || (apart && /\S$/.test(before)) ? ' ' : '');
    put((before) => gap(before) + piece.dataset.put, atEnd);
  } else if (on('[data-open-dialog]')) {
    document.getElementById(on('[data-open-dialog]').dataset.openDialog).showModal();
  } else if (on('[data-close-dialog]')) {
    on('dialog').close();
  } else if (on('[data-insert]')) {
    const chosen = form.querySelector('#kept_text').selectedOptions[0];
    // Without a choice the server says what is missing.
    if (!chosen?.dataset.body) return;
    event.preventDefault();
    const atEnd = chosen.hasAttribute('data-at-end');
    const gap = chosen.dataset.body.startsWith('#') ? ' ' : '\n\n';
    put((before) => (atEnd && before ? gap : '') + chosen.dataset.body, atEnd);
  }
});
