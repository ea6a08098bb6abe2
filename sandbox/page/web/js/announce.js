// What is told in passing: toasts, and new messages for those who hear the page.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { tell } from './pagewords.js';
import { textOf } from './row.js';
import { direction } from './words.js';

const lasts = { '': 6000, good: 4000, error: 15000 }; // ms
const most = 4;

/** announcements puts the toasts and the live regions into an element. */
export function announcements(element, store) {
  const said = h('div', { class: 'unseen', id: 'said', 'aria-live': 'polite' });
  const toasts = h('div', { class: 'toasts', id: 'toasts', 'aria-live': 'polite' });
  element.append(said, toasts);
  store.on('toast', ({ text, kind }) => {
    for (const old of [...toasts.children]) if (old.textContent === text) old.remove();
    toasts.append(toast(text, kind));
    while (toasts.children.length > most) toasts.firstElementChild.remove();
  });
  let last = '';
  store.on('message', ({ message }) => {
    if (message.author.handle === store.me || message.channel !== store.place || !store.visible(message)) return;
    const text = [message.ephemeral && store.say('onlyYou'), textOf(message, store)].filter(Boolean).join('. ');
    if (message.id + text === last) return;
    last = message.id + text;
    said.lang = store.lang;
    said.dir = direction(store.lang);
    fill(said, store.say('said', message.author.name, text));
  });
}

function toast(text, kind) {
  const node = h('div', { class: ['toast', kind && `is-${kind}`], role: kind === 'error' ? 'alert' : null, dataset: { toast: kind || 'plain' } },
    kind && svg(icons[kind === 'error' ? 'alarm' : 'check']), h('span', { class: 'toast-text', dir: 'auto' }, text),
    h('button', { type: 'button', class: 'tool', 'aria-label': tell('close'), onclick: () => node.remove() }, svg(icons.cross)));
  setTimeout(() => node.remove(), lasts[kind]);
  return node;
}
