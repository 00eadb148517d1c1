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

const emoji = document.getElementById('emoji');

document.addEventListener('click', (event) => {
  const on = (selector) => event.target.closest(selector);
  const piece = on('[data-put]');
  if (piece) {
    // What is behind an open dialog takes no focus.
    emoji.close();
    const atEnd = piece.hasAttribute('data-at-end');
    put((before) => (atEnd && before ? ` ${piece.dataset.put}` : piece.dataset.put), atEnd);
  } else if (on('[data-open-emoji]')) {
    emoji.showModal();
  } else if (on('[data-emoji-close]')) {
    emoji.close();
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
