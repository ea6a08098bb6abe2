// The page of the sandbox begins here.

import { setPageLanguage, tell } from './pagewords.js';
import { store } from './store.js';
import { Shell } from './shell.js';

const app = document.getElementById('app');

setPageLanguage(store.pageLang);
app.querySelector('.opening').textContent = tell('opening');

store.on('connection', ({ lost }) => {
  const opening = app.querySelector('.opening');
  if (lost && opening) opening.textContent = tell('silent');
});

await store.start();
app.replaceChildren();
new Shell(app, store);
app.dataset.ready = 'true';
