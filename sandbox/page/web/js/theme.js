// Sets theme, language and direction before anything is drawn, so that the page does not
// flash. It is no module, for modules run late.

(() => {
  let theme = '';
  try {
    theme = localStorage.getItem('theme') || '';
  } catch {
    // Storage is blocked: the system's theme will do.
  }
  if (/^ar\b/i.test(new URLSearchParams(window.location.search).get('lang') || '')) Object.assign(document.documentElement, { lang: 'ar', dir: 'rtl' });
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
