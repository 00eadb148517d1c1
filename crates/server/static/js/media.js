// Uploads: resumable (tus), several at once, with progress. A form with data-uploads says for which workspace.

const CHUNK = 16 * 1024 * 1024;
const RETRY_DELAYS = [0, 1000, 3000, 5000, 10000, 20000];

// What sends the pieces is larger than all our scripts together, so only who uploads something fetches it.
const fetchTus = () =>
  new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = new URL('../vendor/tus.min.js', import.meta.url).href;
    script.addEventListener('load', () => resolve(window.tus));
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(script.src));
    });
    document.head.append(script);
  });
let coming = null;
const tusThere = async () => {
  for (const delay of RETRY_DELAYS) {
    coming ??= fetchTus();
    try {
      return await coming;
    } catch {
      coming = null;
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  throw new Error('tus');
};

const refusal = (error, fallback) => {
  try {
    return JSON.parse(error.originalResponse.getBody()).detail;
  } catch {
    return fallback;
  }
};

// Uploads one file, showing how far it is in `list`. Resolves with the file's id, or with null when it was refused.
export const upload = (form, file, list) =>
  new Promise((resolve) => {
    const fail = (detail) => {
      const trouble = document.createElement('span');
      trouble.className = 'field-error';
      // Answers to programs are in English, whatever the page is in.
      const said = document.createElement('span');
      said.lang = 'en';
      said.textContent = detail;
      trouble.append(`${file.name} ${form.dataset.failed}`, ...(detail ? [': ', said] : []));
      line.replaceChildren(trouble);
      resolve(null);
    };
    const line = document.createElement('li');
    line.className = 'upload';
    const name = document.createElement('span');
    name.textContent = file.name;
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute('aria-label', file.name);
    line.append(name, bar);
    list.append(line);
    const options = {
      endpoint: '/api/v1/media/tus',
      chunkSize: CHUNK,
      retryDelays: RETRY_DELAYS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name },
      headers: { 'Carillon-Workspace': form.dataset.workspace },
      onShouldRetry: (error) => {
        const status = error.originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;
      },
      onProgress: (sent, total) => {
        bar.value = total ? sent / total : 0;
      },
      onError: (error) => fail(refusal(error, error.message)),
    };
    tusThere()
      .then(async (tus) => {
        const sending = new tus.Upload(file, {
          ...options,
          onSuccess: () => {
            line.remove();
            resolve(sending.url.split('/').pop());
          },
        });
        const [earlier] = await sending.findPreviousUploads();
        if (earlier) sending.resumeFromPreviousUpload(earlier);
        sending.start();
      })
      .catch((error) => fail(error.message === 'tus' ? '' : error.message));
  });

// The files of a drop or a paste.
export const filesOf = (transfer) => [...(transfer?.files ?? [])];

// Where files may be dropped, say so.
for (const form of document.querySelectorAll('[data-uploads]')) {
  let depth = 0;
  const over = (on) => {
    depth = on ? depth + 1 : Math.max(0, depth - 1);
    form.classList.toggle('is-over', depth > 0);
  };
  form.addEventListener('dragenter', (event) => event.dataTransfer?.types.includes('Files') && over(true));
  form.addEventListener('dragleave', (event) => event.dataTransfer?.types.includes('Files') && over(false));
  form.addEventListener('dragover', (event) => event.dataTransfer?.types.includes('Files') && event.preventDefault());
  form.addEventListener('drop', () => {
    depth = 0;
    form.classList.remove('is-over');
  });
}

// Shows what came into the library. What is chosen stays so, and so does what somebody types meanwhile.
export const showNew = async () => {
  const shelf = document.querySelector('[data-shelf]');
  const answer = shelf && (await fetch(location.href).catch(() => null));
  const there =
    answer?.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('[data-shelf]');
  if (!there) {
    if (!document.querySelector('dialog[open]')) location.reload();
    return;
  }
  const chosen = new Set([...shelf.querySelectorAll('input:checked')].map((input) => input.value));
  const at = shelf.contains(document.activeElement) && document.activeElement.value;
  shelf.replaceChildren(...there.children);
  for (const input of shelf.querySelectorAll('input')) {
    input.checked = chosen.has(input.value);
    if (at && input.value === at) input.focus({ preventScroll: true });
  }
};

// The library's own form: upload what is chosen or dropped, then show it.
const library = document.querySelector('form[data-reload]');
if (library) {
  const take = async (files) => {
    const list = library.querySelector('[data-progress]');
    const done = await Promise.all(files.map((file) => upload(library, file, list)));
    if (done.some(Boolean)) showNew();
  };
  library.querySelector('[data-files]').addEventListener('change', (event) => {
    take([...event.target.files]);
    event.target.value = '';
  });
  library.addEventListener('drop', (event) => {
    const files = filesOf(event.dataTransfer);
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
  addEventListener('paste', (event) => {
    if (!document.querySelector('dialog[open]')) take(filesOf(event.clipboardData));
  });
}
