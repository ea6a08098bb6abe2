// Where one writes: messages, and commands of the app. Enter sends.

import { fill, h, svg, uid } from './dom.js';
import { icons } from './icons.js';
import { avatar } from './avatar.js';
import { toggleMenu } from './menu.js';
import { builtIn, Suggestions } from './suggest.js';
import { holdInTab, tabHeld } from './prefs.js';
import { contentOf, fileChip } from './file.js';

const slow = 250; // ms after which it is said that the app is being waited for
const remembered = 50; // lines that the up arrow brings back

const drafts = tabHeld('drafts', {}); // by person, place and thread
let holding = 0;

function holdDraft(key, text) {
  if (text) drafts[key] = text;
  else delete drafts[key];
  clearTimeout(holding);
  holding = setTimeout(() => holdInTab('drafts', drafts), 150);
}

window.addEventListener('pagehide', () => holdInTab('drafts', drafts));

/** Composer writes into one place or thread at a time: see target. */
export class Composer {
  constructor(store, { inThread = false }) {
    Object.assign(this, { store, inThread, key: '', sent: [], recalled: -1, waiting: 0 });
    this.frame();
    this.watch();
    this.suggestions = new Suggestions(store, this.field, this.box, {
      inThread, announce: (text) => { this.told.textContent = text; },
      put: (from, to, text) => this.put(from, to, text), run: (shortcut) => this.shortcut(shortcut),
    });
  }

  // watch fits the field again when it becomes wider or narrower.
  watch() {
    let width = 0;
    const sizes = new ResizeObserver(() => {
      if (this.box.clientWidth === width) return;
      width = this.box.clientWidth;
      this.fit();
    });
    sizes.observe(this.box);
  }

  frame() {
    const error = uid('error');
    const hint = uid('hint');
    this.error = h('div', { class: 'composer-error', id: error, role: 'alert', hidden: true });
    this.typed = h('span', { class: 'composer-typed' });
    this.hint = h('span', { class: 'composer-hint', id: hint });
    this.field = h('textarea', {
      class: 'composer-field', rows: 1, 'data-composer-input': this.inThread ? 'thread' : 'place', enterkeyhint: 'send', autocapitalize: 'none',
      autocomplete: 'off', spellcheck: 'false', 'aria-describedby': `${hint} ${error}`,
      oninput: () => this.changed(), onkeydown: (event) => this.keys(event), onkeyup: (event) => this.moved(event), onclick: () => this.suggestions.update(),
    });
    this.ghost = h('div', { class: 'composer-ghost', 'aria-hidden': 'true' }, this.typed, this.hint);
    this.tools = h('div', { class: 'composer-tools' });
    this.chosen = h('div', { class: 'composer-file', hidden: true });
    this.picker = h('input', { type: 'file', hidden: true, accept: '.csv,.txt,text/csv,text/plain', onchange: () => this.attach(this.picker.files[0]) });
    this.box = h('div', { class: 'composer-box' },
      h('div', { class: 'composer-text' }, this.ghost, this.field),
      this.chosen, this.tools, this.picker);
    this.status = h('span', { class: 'composer-status', role: 'status' });
    this.told = h('span', { class: 'unseen', role: 'status' });
    this.newLine = h('span', { class: 'composer-new-line', 'aria-hidden': 'true' });
    this.element = h('div', { class: 'composer', dataset: { composer: this.inThread ? 'thread' : 'place' } },
      this.error, this.box, h('div', { class: 'composer-foot' }, this.status, this.newLine, this.told));
  }

  drawTools() {
    const { store } = this;
    const tool = (act, label, icon, run, more) => h('button', {
      type: 'button', class: 'tool', title: label, 'aria-label': label, dataset: { act }, onclick: run, ...more,
    }, svg(icons[icon]));
    this.sender = tool('send', store.say('send'), 'send', () => this.send(), { class: 'tool composer-send' });
    fill(this.tools,
      !this.inThread && tool('shortcuts', store.say('shortcuts'), 'bolt', (event) => this.menu(event.currentTarget), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' }),
      !this.inThread && tool('slash', store.say('commands'), 'slash', () => this.begin('/')),
      tool('mention', store.say('mention'), 'at', () => this.begin('@')),
      tool('attach', store.say('attach'), 'clip', () => this.picker.click()),
      h('span', { class: 'composer-space' }), this.sender);
    fill(this.newLine, h('bdi', { dir: 'ltr' }, h('kbd', null, 'Shift'), ' + ', h('kbd', null, 'Enter')), ` ${store.say('newLine')}`);
  }

  /** target says where the text goes, and what the field is called; drafts stay where they were written. */
  target(place, thread, label) {
    const { store } = this;
    this.field.placeholder = label;
    this.field.setAttribute('aria-label', label);
    const key = [store.me, place, thread].join(' ');
    if (this.lang !== store.lang) this.drawTools();
    this.lang = store.lang;
    if (key === this.key) return;
    Object.assign(this, { key, place, thread, recalled: -1 });
    this.complain('');
    this.field.value = drafts[key] || '';
    this.attach();
  }

  /** write replaces the text and puts the cursor behind it. */
  write(text) {
    this.field.value = text;
    this.changed();
    this.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  /** focus goes into the field. */
  focus() {
    this.field.focus();
  }

  put(from, to, text) {
    this.field.setRangeText(text, from, to, 'end');
    this.changed();
  }

  /** attach has a file go with the message; none: it goes without. */
  attach(file) {
    const { store } = this;
    this.file = file;
    this.picker.value = '';
    this.chosen.hidden = !file;
    fill(this.chosen, file && fileChip(file, store), file && h('button', {
      type: 'button', class: 'tool', title: store.say('detach'), 'aria-label': store.say('detach'), dataset: { act: 'detach' },
      onclick: () => { this.attach(); this.focus(); },
    }, svg(icons.cross)));
    this.shown();
  }

  // begin puts a sign at the cursor that opens a menu.
  begin(sign) {
    const { field } = this;
    const at = field.selectionStart;
    const spaced = sign === '@' && at > 0 && !/\s$/.test(field.value.slice(0, at)) ? ` ${sign}` : sign;
    field.focus();
    if (sign === '/') this.put(0, /^\/\S*$/.test(field.value) ? field.value.length : 0, sign);
    else this.put(at, field.selectionEnd, spaced);
  }

  changed() {
    this.recalled = -1;
    this.complain('');
    holdDraft(this.key, this.field.value);
    this.shown();
    this.suggestions.update();
  }

  // shown draws what goes with the text: the usage of a command, the height, the button.
  shown() {
    const { field } = this;
    const text = field.value;
    const command = !this.inThread && this.store.state.commands.find((c) => text.trimEnd() === c.command);
    const hint = command && command.hint && !text.includes('\n') ? command.hint : '';
    this.typed.textContent = `${text}\u200b`; // so that an empty last line is a line
    this.hint.textContent = hint && (text.endsWith(' ') ? hint : ` ${hint}`);
    const empty = text.trim() === '' && !this.file;
    this.box.classList.toggle('has-text', !empty);
    this.sender.setAttribute('aria-disabled', String(empty));
    this.fit();
  }

  // fit makes the field as high as its text, measured beside it: a field that becomes
  // lower for a moment would move the messages above.
  fit() {
    this.hint.hidden = true;
    const height = this.ghost.offsetHeight;
    this.hint.hidden = false;
    this.field.style.setProperty('height', `${Math.min(height, window.innerHeight * 0.4)}px`);
  }

  moved(event) {
    if (['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) this.suggestions.update();
  }

  keys(event) {
    if (event.isComposing || this.suggestions.key(event)) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === 'ArrowUp' && (this.field.value === '' || this.recalled >= 0)) this.recall(event, 1);
    else if (event.key === 'ArrowDown' && this.recalled >= 0) this.recall(event, -1);
  }

  // recall brings back what was sent before.
  recall(event, step) {
    const to = this.recalled + step;
    if (to >= this.sent.length) return;
    event.preventDefault();
    this.write(to < 0 ? '' : this.sent.at(-1 - to));
    this.suggestions.popup.close();
    this.recalled = to;
  }

  /** send sends the text: as a command of the app if it begins with a slash. */
  async send() {
    const { field, store, key, file } = this;
    const text = field.value;
    if (!text.trim() && !file) return;
    const [name] = (!file && /^\/\S*/.exec(text)) || [''];
    if (name && !builtIn.includes(name) && !store.state.commands.some((command) => command.command === name)) {
      this.complain(store.say('notCommand', name));
      return;
    }
    field.value = '';
    this.attach();
    this.changed();
    if (text) this.sent = [...this.sent.slice(1 - remembered), text];
    const to = { place: this.place, ...(this.thread ? { thread: this.thread } : {}) };
    const rest = text.slice(name.length + 1);
    const answer = name
      ? await this.wait(name, store.act('command', { ...to, line: rest ? `${name} ${rest}` : name }))
      : await store.act('say', { ...to, text, ...(file ? { file: await contentOf(file) } : {}) });
    if (answer.ok) return;
    if (file && key === this.key) this.attach(file);
    this.giveBack(key, text, answer.error);
  }

  // giveBack puts a text that could not be sent where it was written.
  giveBack(key, text, error) {
    if (key !== this.key || this.field.value !== '') {
      if (!drafts[key]) holdDraft(key, text);
      this.store.toast(error, 'error');
      return;
    }
    this.write(text);
    this.suggestions.popup.close();
    this.complain(error);
  }

  // wait says that the app is being waited for, if it takes that long.
  async wait(what, answer) {
    const { store } = this;
    const timer = setTimeout(() => {
      this.status.textContent = store.say('running', what, store.state.app.name);
      this.element.setAttribute('aria-busy', 'true');
    }, slow);
    this.waiting += 1;
    const result = await answer;
    this.waiting -= 1;
    clearTimeout(timer);
    if (this.waiting === 0) {
      this.status.textContent = '';
      this.element.removeAttribute('aria-busy');
    }
    return result;
  }

  complain(text) {
    this.error.hidden = !text;
    fill(this.error, text);
  }

  menu(button) {
    const { store } = this;
    const guest = store.person.kind === 'guest';
    const shortcuts = guest ? [] : store.state.shortcuts.filter((shortcut) => shortcut.type === 'global');
    toggleMenu(button, [
      shortcuts.length > 0 && { heading: store.state.app.name },
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name, note: shortcut.description, leading: avatar({ ...store.state.app, bot: true }, 'small'),
        act: 'shortcut', data: { callback: shortcut.callback }, run: () => this.shortcut(shortcut),
      })),
      shortcuts.length === 0 && { text: store.say(guest ? 'guestShortcuts' : 'noShortcuts') },
    ], { label: store.say('shortcuts') });
  }

  async shortcut(shortcut) {
    const { store } = this;
    const answer = await this.wait(shortcut.name, store.act('shortcut', { callback: shortcut.callback, place: this.place }));
    if (!answer.ok) store.toast(answer.error, 'error');
    else if (answer.shown) store.toast(store.say('appSilent', store.state.app.name), 'error');
  }
}
