// The page of the sandbox begins here.

import { store } from './store.js';
import { Shell } from './shell.js';

const app = document.getElementById('app');

store.on('connection', ({ lost }) => {
  const opening = app.querySelector('.opening');
  if (lost && opening) opening.textContent = 'The sandbox does not answer. Is azeer-slack demo still running? Trying again…';
});

await store.start();
app.replaceChildren();
new Shell(app, store);
app.dataset.ready = 'true';
