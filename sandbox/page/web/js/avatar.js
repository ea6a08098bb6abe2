// Faces of people and apps: an initial on a colour of their own.

import { h } from './dom.js';

const tones = 8;

/** avatar draws somebody, by handle and name; `bot` draws the app's mark. */
export function avatar({ handle, name, bot }, size = '') {
  const tone = [...(handle || name || '')].reduce((sum, letter) => (sum * 13 + letter.codePointAt(0)) % 9973, 17) % tones;
  return h('span', { class: ['avatar', size && `is-${size}`, bot ? 'is-bot' : `tone-${tone}`], 'aria-hidden': 'true' }, initial(name || handle));
}

function initial(name) {
  return ([...String(name || '?').trim()][0] || '?').toLocaleUpperCase();
}
