// What the three panels beside the workspace share: words for times and
// numbers, a live region, and lists whose rows are kept while they change.

import { h } from './dom.js';
import { pageLanguage, tell } from './pagewords.js';
import { direction } from './words.js';

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** timeOf words a moment in milliseconds since 1970 as 14:03:27. */
export function timeOf(at) {
  return clock.format(new Date(at));
}

/** duration words milliseconds as a person reads them: 0.8 ms, 148 ms, 4.21 s, 2 min 5 s. */
export function duration(ms) {
  if (ms < 9.95) return tell('ms', Math.max(0, ms).toFixed(1));
  if (ms < 999.5) return tell('ms', Math.round(ms));
  if (ms < 59_950) return tell('seconds', (ms / 1000).toFixed(ms < 9_995 ? 2 : 1));
  const seconds = Math.round(ms / 1000);
  return tell('minutes', Math.floor(seconds / 60), seconds % 60);
}

/** phone words a contact's digits as people write them; those of other countries just with their plus. */
export function phone(contact) {
  const saudi = /^966(5\d)(\d{3})(\d{4})$/.exec(contact);
  return saudi ? `+966 ${saudi[1]} ${saudi[2]} ${saudi[3]}` : `+${contact}`;
}

/** ltr keeps a number or an address readable from left to right wherever it stands. */
export function ltr(text, className) {
  return h('bdi', { dir: 'ltr', class: className }, text);
}

/** initials of a name, two at most, for a small picture of a person: one in Arabic, whose letters join. */
export function initials(name) {
  const letters = name.split(/\s+/).filter(Boolean).map((word) => [...word][0].toUpperCase());
  return letters.slice(0, /\p{Script=Arabic}/u.test(name) ? 1 : 2).join('');
}

/** face is that picture; its colour follows from the key, so that a person keeps it. */
export function face(name, key) {
  let sum = 0;
  for (const c of key || name) sum = (sum * 31 + c.codePointAt(0)) % 997;
  return h('span', { class: ['pn-face', `is-hue${sum % 6}`], 'aria-hidden': 'true' }, initials(name) || '?');
}

/**
 * section is a part of a panel under its heading. Returns {node, body, count},
 * where count(n) sets the small number beside the heading.
 */
export function section(title, about) {
  const number = h('span', { class: 'pn-count', hidden: true });
  const body = h('div', { class: 'pn-body' });
  const node = h('section', { class: 'pn-section' },
    h('header', { class: 'pn-section-head' }, h('h3', { class: 'pn-title' }, title), number),
    about && h('p', { class: 'pn-about' }, about), body);
  return {
    node, body,
    count(n) {
      number.textContent = n;
      number.hidden = !n;
    },
  };
}

/** frame empties el and makes it a panel, in the page's language. Its title stands on its tab. */
export function frame(el, name, title, ...children) {
  const node = h('div', { class: ['pn', `pn-${name}`], lang: pageLanguage(), dir: direction(pageLanguage()) }, h('h2', { class: 'unseen' }, title), children);
  el.replaceChildren(node);
  return node;
}

/** announcer is a live region: say(text) has it read out, politely. */
export function announcer() {
  const node = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  return {
    node,
    say(text) {
      node.textContent = text;
    },
  };
}

/**
 * flash draws the eye to what has just changed, once; nothing if nobody looks.
 * Whoever asks for less motion gets a steady colour for the same while (panels.css).
 */
export function flash(node) {
  if (!node.checkVisibility()) return;
  node.classList.remove('is-fresh');
  void node.offsetWidth; // begins the animation anew
  node.classList.add('is-fresh');
  node.addEventListener('animationend', () => node.classList.remove('is-fresh'), { once: true });
}

/** onReload calls draw whenever the whole state has been read anew. */
export function onReload(store, draw) {
  const offs = ['state', 'reset', 'person'].map((type) => store.on(type, draw));
  return () => offs.forEach((off) => typeof off === 'function' && off());
}
