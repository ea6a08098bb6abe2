// The list of conversations at the side of the workspace.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { everywhere, placeIcon, placeName } from './places.js';
import { afterPress } from './press.js';

/** Sidebar draws into a nav element. `onChoose` is told that a conversation was chosen. */
export class Sidebar {
  constructor(element, store, { onChoose, onJump }) {
    Object.assign(this, { element, store, onChoose, onJump });
    this.head = h('div', { class: 'side-head' });
    this.lists = h('div', { class: 'side-lists', onkeydown: (event) => this.keys(event) });
    fill(element, this.head, this.lists);
    for (const type of ['state', 'go', 'place', 'person', 'unread', 'gone']) store.on(type, () => this.later());
    store.on('message', () => this.later());
    this.draw();
  }

  // later draws once for a flood of messages.
  later() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      afterPress(() => this.draw());
    }, 30);
  }

  draw() {
    const { store, element } = this;
    const wanted = this.shown();
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    const focused = this.lists.contains(document.activeElement) && document.activeElement.dataset.place;
    element.setAttribute('aria-label', store.say('sidebar'));
    fill(this.head,
      h('div', { class: 'side-team' }, h('span', { class: 'side-mark', 'aria-hidden': 'true' }, [...store.state.team.name][0]), h('bdi', null, store.state.team.name)),
      h('button', { type: 'button', class: 'side-jump', dataset: { act: 'jump' }, onclick: () => this.onJump() },
        svg(icons.search), h('span', null, store.say('jump')), h('kbd', { 'aria-hidden': 'true' }, 'Ctrl K')));
    const all = everywhere(store);
    fill(this.lists,
      this.section('channels', all.filter((place) => place.kind === 'channel' || place.kind === 'private')),
      this.section('direct', all.filter((place) => place.kind === 'dm')),
      this.section('apps', all.filter((place) => place.kind === 'app')));
    const current = this.lists.querySelector('[aria-current]') || this.lists.querySelector('.side-item');
    if (current) current.tabIndex = 0;
    if (focused) this.lists.querySelector(`[data-place="${CSS.escape(focused)}"]`)?.focus();
  }

  // shown is all that the list depends on.
  shown() {
    const { state, place, unread, me } = this.store;
    return JSON.stringify([me, state.people, state.places, place, [...unread]]);
  }

  section(name, places) {
    if (!places.length) return null;
    const title = `side-${name}`;
    return h('section', { class: 'side-section' },
      h('h2', { class: 'side-title', id: title }, this.store.say(name)),
      h('ul', { class: 'side-list', 'aria-labelledby': title }, places.map((place) => h('li', null, this.item(place)))));
  }

  item(place) {
    const { store } = this;
    const name = placeName(store, place);
    const unread = store.unread.get(place.id) || 0;
    const here = place.id === store.place;
    return h('button', {
      type: 'button', class: ['side-item', here && 'is-here', unread > 0 && 'is-unread', !place.member && 'is-outside'], tabindex: -1,
      'aria-current': here ? 'page' : null, dataset: { act: 'place', place: place.id, name: place.kind === 'dm' ? `@${place.with}` : place.name },
      onclick: () => this.onChoose(place.id),
    },
    placeIcon(store, place),
    h('bdi', { class: 'side-name' }, place.kind === 'channel' || place.kind === 'private' ? place.name : name),
    place.kind === 'private' && h('span', { class: 'unseen' }, ` ${store.say('private')}`),
    place.shared && h('span', { class: 'side-shared', title: store.say('shared') }, svg(icons.shared), h('span', { class: 'unseen' }, store.say('shared'))),
    unread > 0 && h('span', { class: 'side-count' }, h('span', { 'aria-hidden': 'true' }, unread > 99 ? '99+' : unread),
      h('span', { class: 'unseen' }, store.say('unread', unread))));
  }

  keys(event) {
    const items = [...this.lists.querySelectorAll('.side-item')];
    const at = items.indexOf(event.target.closest('.side-item'));
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const item = items[Math.max(0, Math.min(to, items.length - 1))];
    for (const other of items) other.tabIndex = other === item ? 0 : -1;
    item.focus();
  }

  /** focus goes to the conversation that is shown. */
  focus() {
    this.lists.querySelector('[tabindex="0"]')?.focus();
  }
}
