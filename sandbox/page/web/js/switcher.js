// Ctrl+K: jump to a conversation by a few letters of its name.

import { fill, h, uid } from './dom.js';
import { closeSheet, openSheet } from './layer.js';
import { everywhere, placeIcon, placeKind, placeName } from './places.js';

const most = 10;

let sheet = null; // there is one at most

/** openSwitcher asks where to go; `onChoose` is told the id. */
export function openSwitcher(store, onChoose) {
  if (sheet) return;
  new Switcher(store, onChoose).open();
}

class Switcher {
  constructor(store, onChoose) {
    Object.assign(this, { store, onChoose, found: [], active: 0 });
    const list = uid('jump');
    this.list = h('div', { role: 'listbox', id: list, class: 'jump-list', 'aria-label': store.say('sidebar') });
    this.none = h('p', { class: 'jump-none', role: 'status' });
    this.input = h('input', {
      class: 'jump-input', type: 'text', role: 'combobox', 'data-focus': '', 'aria-expanded': 'true', 'aria-controls': list, 'aria-autocomplete': 'list',
      autocomplete: 'off', spellcheck: 'false', placeholder: store.say('jumpFind'), 'aria-label': store.say('jumpFind'),
      oninput: () => this.search(), onkeydown: (event) => this.keys(event),
    });
    this.element = h('div', { class: 'sheet jump-sheet', onpointerdown: (event) => event.target === this.element && this.close() },
      h('div', { class: 'jump', role: 'dialog', 'aria-modal': 'true', 'aria-label': store.say('jumpTitle') }, this.input, this.list, this.none));
    this.search();
  }

  open() {
    sheet = this.element;
    openSheet(this.element, { onEscape: () => this.close() });
    this.input.focus();
  }

  close() {
    closeSheet(this.element);
    sheet = null;
  }

  search() {
    const query = this.input.value.trim().replace(/^[#@]/, '').toLocaleLowerCase();
    const { store } = this;
    const rank = (place) => {
      const names = [placeName(store, place).replace(/^#/, ''), place.with || place.name].map((name) => name.toLocaleLowerCase());
      if (names.some((name) => name.startsWith(query))) return 0;
      return names.some((name) => name.includes(query)) ? 1 : 2;
    };
    this.found = everywhere(store).filter((place) => rank(place) < 2).sort((a, b) => rank(a) - rank(b)).slice(0, most);
    fill(this.list, this.found.map((place, i) => this.option(place, i)));
    this.none.textContent = this.found.length ? '' : store.say('noMatch');
    this.mark(0);
  }

  option(place, i) {
    const { store } = this;
    return h('div', {
      role: 'option', id: `${this.list.id}-${i}`, class: 'jump-option', 'aria-selected': 'false', dataset: { place: place.id },
      onpointermove: () => this.active !== i && this.mark(i), onclick: () => this.choose(i),
    },
    placeIcon(store, place),
    h('bdi', { class: 'jump-name' }, placeName(store, place).replace(/^#/, '')),
    place.kind === 'dm' && h('span', { class: 'jump-more', dir: 'ltr' }, `@${place.with}`),
    h('span', { class: 'jump-kind' }, placeKind(store, place)));
  }

  mark(i) {
    this.active = i;
    [...this.list.children].forEach((node, at) => {
      node.setAttribute('aria-selected', String(at === i));
      if (at === i) node.scrollIntoView({ block: 'nearest' });
    });
    if (this.found.length) this.input.setAttribute('aria-activedescendant', `${this.list.id}-${i}`);
    else this.input.removeAttribute('aria-activedescendant');
  }

  choose(i) {
    const place = this.found[i];
    if (!place) return;
    this.close();
    this.onChoose(place.id);
  }

  keys(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.found.length) this.mark((this.active + step + this.found.length) % this.found.length);
    else if (event.key === 'Enter' && !event.isComposing) this.choose(this.active);
    else return;
    event.preventDefault();
  }
}
