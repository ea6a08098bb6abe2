// The menu above the composer: commands and shortcuts after "/", people after "@",
// channels after "#".

import { fill, h, uid } from './dom.js';
import { avatar } from './avatar.js';
import { placeIcon } from './places.js';
import { told } from './pagewords.js';
import { popupFor } from './popup.js';
import { slackbot } from './slackbot.js';

const most = 12; // options that are offered at once

/** builtIn are the commands of Slack's own client. */
export const builtIn = ['/invite'];

const triggers = [
  { kind: 'slash', pattern: /^\/(\S*)$/u },
  { kind: 'people', pattern: /(?:^|[\s(\u2068])@([\p{L}\p{N}._-]*)$/u },
  { kind: 'channels', pattern: /(?:^|[\s(])#([\p{L}\p{N}_-]*)$/u },
];

/**
 * Suggestions belongs to a text field, and opens over `box`, which holds it. `put(from,
 * to, text)` replaces a part of the text, `run(shortcut)` runs a global shortcut.
 */
export class Suggestions {
  constructor(store, field, box, { inThread, put, run, announce }) {
    Object.assign(this, { store, field, inThread, put, run, announce, options: [], active: 0, refused: '' });
    this.list = h('div', { class: 'suggest-list', role: 'listbox', id: uid('suggest') });
    this.popup = popupFor(box, { className: 'suggest', wide: true, onClose: () => this.closed() });
    this.popup.element.append(this.list);
    this.popup.element.addEventListener('pointerdown', (event) => event.preventDefault()); // the field keeps the focus
    box.append(this.popup.element);
    for (const [name, value] of [['aria-autocomplete', 'list'], ['aria-haspopup', 'listbox'], ['aria-controls', this.list.id]]) field.setAttribute(name, value);
    field.addEventListener('blur', () => this.popup.close());
  }

  /** update looks at what stands before the cursor. */
  update() {
    const { field } = this;
    const before = field.value.slice(0, field.selectionStart);
    const found = triggers.map(({ kind, pattern }) => ({ kind, match: pattern.exec(before) }))
      .find(({ kind, match }) => match && !(this.inThread && kind === 'slash'));
    if (!found || field.selectionStart !== field.selectionEnd) {
      this.refused = '';
      this.popup.close();
      return;
    }
    const query = found.match[1].toLocaleLowerCase();
    this.start = before.length - found.match[1].length - 1;
    this.end = before.length;
    if (this.refused === `${found.kind}${this.start}`) return;
    this.kind = found.kind;
    this.options = this.offers(found.kind, query).slice(0, most);
    this.active = 0;
    this.draw();
  }

  offers(kind, query) {
    if (kind === 'slash') return this.commands(query);
    if (kind === 'people') return this.people(query);
    const { places } = this.store.state;
    return places.filter((place) => (place.kind === 'channel' || place.kind === 'private') && place.name.toLocaleLowerCase().includes(query))
      .map((place) => ({ key: place.name, name: place.name, face: placeIcon(this.store, place), text: `#${place.name} ` }));
  }

  commands(query) {
    const { state, person } = this.store;
    const app = avatar({ ...state.app, bot: true }, 'small');
    const commands = state.commands.filter((command) => command.command.slice(1).startsWith(query)).map((command) => ({
      key: command.command, name: command.command, hint: command.hint, note: command.description, face: app.cloneNode(true),
      by: state.app.name, text: `${command.command} `,
    }));
    const slack = builtIn.filter((name) => person.kind === 'member' && name.slice(1).startsWith(query)).map((name) => ({
      key: name, name, hint: `@${state.app.bot}`, note: this.store.say('inviteAbout'), face: avatar(slackbot, 'small'), by: 'Slack', text: `${name} `,
    }));
    const shortcuts = person.kind === 'guest' ? [] : state.shortcuts.filter((s) => s.type === 'global' && s.name.toLocaleLowerCase().includes(query));
    return [...commands, ...shortcuts.map((shortcut) => ({
      key: shortcut.callback, name: shortcut.name, note: shortcut.description, face: app.cloneNode(true), by: state.app.name, shortcut,
    })), ...slack];
  }

  people(query) {
    const { state, here } = this.store;
    const channel = here.kind === 'channel' || here.kind === 'private';
    const people = state.people.map((person) => ({
      ...person, about: channel && !here.people.includes(person.handle) ? this.store.say('absent') : told(person.note, this.store.lang),
    }));
    const bot = { handle: state.app.bot, name: state.app.name, bot: true, about: here.bot || here.kind === 'app' ? '' : this.store.say('absent') };
    const groups = state.workflow.groups.map((group) => ({ handle: group.text.slice(1), name: this.store.say('userGroup'), about: '' }));
    return [...people, ...groups, bot].filter((one) => `${one.handle} ${one.name}`.toLocaleLowerCase().includes(query)).map((one) => ({
      key: one.handle, name: one.name, handle: `@${one.handle}`, by: one.about, face: avatar(one, 'small'), text: `@${one.handle} `,
      tag: one.bot && this.store.say('app'),
    })).sort((a, b) => Number(b.key.startsWith(query)) - Number(a.key.startsWith(query)));
  }

  draw() {
    if (!this.options.length) {
      this.popup.close();
      return;
    }
    const label = { slash: 'commands', people: 'people', channels: 'channels' }[this.kind];
    this.list.setAttribute('aria-label', this.store.say(label));
    this.list.dataset.kind = this.kind;
    fill(this.list, this.options.map((option, i) => this.option(option, i)));
    const opening = !this.popup.isOpen;
    this.popup.open();
    this.popup.place();
    this.mark(this.active);
    if (opening) this.announce(this.store.say('suggestions', this.options.length));
  }

  option(option, i) {
    return h('div', {
      class: 'suggest-option', role: 'option', id: `${this.list.id}-${i}`, dataset: { value: option.key }, 'aria-selected': 'false',
      onpointermove: () => this.active !== i && this.mark(i), onclick: () => this.pick(option),
    },
    option.face,
    h('span', { class: 'suggest-text' },
      h('span', { class: 'suggest-line' },
        h('span', { class: 'suggest-name', dir: 'auto' }, option.name),
        option.tag && h('span', { class: 'tag' }, option.tag),
        option.handle && h('span', { class: 'suggest-handle', dir: 'ltr' }, option.handle),
        option.hint && h('span', { class: 'suggest-hint', dir: 'auto' }, option.hint)),
      option.note && h('span', { class: 'suggest-note', dir: 'auto' }, option.note)),
    option.by && h('span', { class: 'suggest-by', dir: 'auto' }, option.by));
  }

  mark(i) {
    this.active = i;
    [...this.list.children].forEach((node, at) => {
      node.setAttribute('aria-selected', String(at === i));
      if (at === i) node.scrollIntoView({ block: 'nearest' });
    });
    this.field.setAttribute('aria-activedescendant', `${this.list.id}-${i}`);
  }

  pick(option) {
    this.popup.close();
    if (option.shortcut) {
      this.put(this.start, this.end, '');
      this.run(option.shortcut);
    } else {
      this.put(this.start, this.end, option.text);
    }
    this.field.focus();
  }

  closed() {
    this.options = [];
    this.field.removeAttribute('aria-activedescendant');
  }

  /** key takes a key of the field; returns whether it was for the menu. */
  key(event) {
    if (!this.popup.isOpen || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.options.length;
    if (step) this.mark((this.active + step + count) % count);
    else if ((event.key === 'Enter' && !event.shiftKey) || (event.key === 'Tab' && !event.shiftKey)) this.pick(this.options[this.active]);
    else if (event.key === 'Escape') {
      this.refused = `${this.kind}${this.start}`;
      this.popup.close();
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }
}
