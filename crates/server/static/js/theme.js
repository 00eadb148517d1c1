// Runs before the page is drawn, so that a dark page never flashes white.
(() => {
  const root = document.documentElement;
  const system = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => {
    const look = root.dataset.look;
    const dark = look === 'dark' || (look !== 'light' && system.matches);
    root.setAttribute('data-bs-theme', dark ? 'dark' : 'light');
  };
  apply();
  system.addEventListener('change', apply);
  root.addEventListener('carillon:look', apply);
})();
