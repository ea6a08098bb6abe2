// A view with fields: a modal or the Home tab. What a person enters lives here
// while they type, and goes to the sandbox a moment later, so that a reload or
// a second page has it too.

import { h, fill } from './dom.js';
import { named, complete, renderBlock, showError, speak } from './blocks.js';
import { entryText, fieldOf, initialEntry, refusal } from './values.js';
import { language } from './dates.js';
import { isolated } from './phrases.js';

const fillAfter = 250; // ms without a keystroke before the sandbox is told
const tellAfter = 250; // the same of the app, where a field asks for each key; Slack's own pause is not known

const patience = 3000; // ms that an app has to answer Slack

const late = new Set(); // forms that may hold something the sandbox has not been told

window.addEventListener('pagehide', () => late.forEach((form) => form.part()));

const keyOf = (block, element) => `${block.block_id}/${element.action_id}`;

/** Form draws one view into `body` and keeps what its fields hold. */
export class Form {
  /** surface is "modal" or "home". */
  constructor(store, surface) {
    this.store = store;
    this.surface = surface;
    this.body = h('div', { class: 'bk-blocks' });
    this.held = new Map(); // entries by block and action
    this.unsaid = new Set(); // keys of entries that the sandbox has not been told
    this.drawn = new Map(); // by block id: the block as JSON, its node, its keys
    this.sending = Promise.resolve();
    this.waiting = new Map(); // timers of what is done soon, by key
    this.wrong = ''; // the errors last taken from the sandbox
  }

  /**
   * draw shows a view, or what became of it. Blocks that stay the same keep their
   * nodes, and with them focus and cursor; fields of the same block and action
   * keep what was typed.
   */
  draw(view) {
    this.view = view;
    this.ctx = this.context();
    const blocks = named(view.blocks);
    const renewed = this.takeValues(view.values || {});
    const before = this.drawn;
    this.drawn = new Map();
    for (const block of blocks) this.drawn.set(block.block_id, this.blockNode(block, before.get(block.block_id), renewed));
    this.arrange();
    this.takeErrors(view.errors || {});
  }

  context() {
    const { store, view, surface } = this;
    return complete({
      state: store.state, surface, errors: {},
      act: (action) => store.act('click', { view: view.id, ...action }),
      suggest: (block, element, query) => store.act('type', { view: view.id, block: block.block_id, action: element.action_id, query }),
      entry: (block, element) => this.entry(block, element),
      changed: (block, element, entry) => this.changed(block, element, entry),
      redraw: (block) => this.redraw(block),
      soon: (key, act) => this.soon(key, act),
    });
  }

  // soon does something after a pause in typing, in place of what was to be done by that key.
  soon(key, act) {
    clearTimeout(this.waiting.get(key));
    this.waiting.set(key, setTimeout(act, tellAfter));
  }

  /** rest forgets what was to be done soon: the form is on its way, or closed. */
  rest() {
    clearTimeout(this.timer);
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  entry(block, element) {
    const own = this.held.get(keyOf(block, element));
    return own && own.type === element.type ? own : initialEntry(element);
  }

  // takeValues takes what the sandbox holds, and returns the keys that differ
  // from what stands here. What was typed here and not yet told comes first.
  takeValues(values) {
    const renewed = new Set();
    for (const [key, entry] of Object.entries(values)) {
      if (this.unsaid.has(key)) continue;
      const own = this.held.get(key);
      if (own && own.type === entry.type && entryText(own) === entryText(entry)) continue;
      this.held.set(key, entry);
      renewed.add(key);
    }
    return renewed;
  }

  blockNode(block, old, renewed) {
    const json = JSON.stringify(block);
    const keys = [block.element, block.accessory, ...(block.type === 'actions' ? block.elements : [])]
      .filter(Boolean).map((element) => keyOf(block, element));
    const stale = keys.some((key) => renewed.has(key)) && old;
    if (old && old.json === json && !stale) return old;
    return { json, block, node: renderBlock(block, this.ctx) };
  }

  // arrange puts the nodes in order without moving those that stand right: a moved
  // node would lose the focus. A field that had to be drawn anew gets it back.
  arrange() {
    const focus = this.focusPlace();
    const wanted = [...this.drawn.values()].map((drawn) => drawn.node);
    for (const node of [...this.body.children]) {
      if (!wanted.includes(node)) node.remove();
    }
    wanted.forEach((node, i) => {
      if (this.body.children[i] !== node) this.body.insertBefore(node, this.body.children[i] || null);
    });
    this.restore(focus);
  }

  focusPlace() {
    const at = document.activeElement;
    const block = at && this.body.contains(at) && at.closest('[data-block]');
    if (!block) return null;
    const action = at.closest('[data-action]');
    const range = at.selectionStart === undefined ? null : [at.selectionStart, at.selectionEnd];
    return { at, block: block.dataset.block, action: action && action.dataset.action, value: at.value, range };
  }

  restore(place) {
    if (!place || document.activeElement === place.at) return;
    const node = this.drawn.get(place.block)?.node;
    const found = node && place.action && node.querySelector(`[data-action="${CSS.escape(place.action)}"]`);
    if (!found) return;
    const field = found.matches('fieldset') ? [...found.querySelectorAll('input')].find((box) => box.value === place.value) : found;
    (field || found).focus();
    if (place.range && place.range[0] !== null && found.setSelectionRange && found.type !== 'date') found.setSelectionRange(...place.range);
  }

  redraw(block) {
    const old = this.drawn.get(block.block_id);
    if (!old) return;
    this.drawn.set(block.block_id, { ...old, node: renderBlock(block, this.ctx) });
    this.arrange();
  }

  changed(block, element, entry) {
    const key = keyOf(block, element);
    this.held.set(key, entry);
    if (block.type !== 'input') return; // the click tells
    this.unsaid.add(key);
    late.add(this);
    this.complain(block.block_id, '');
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), fillAfter);
  }

  // tell sends what was entered since the last time.
  tell() {
    const told = new Map([...this.unsaid].map((key) => [key, this.held.get(key)]));
    const values = this.values((key) => told.has(key));
    const { view } = this;
    this.sending = this.sending.then(() => this.store.act('fill', { view: view.id, values })).then(() => {
      for (const [key, entry] of told) if (this.held.get(key) === entry) this.unsaid.delete(key);
      if (!this.unsaid.size) late.delete(this);
    });
    return this.sending;
  }

  /** part tells the sandbox, while the page goes, what it has not been told. */
  part() {
    if (!this.unsaid.size || !this.body.isConnected) return;
    this.store.act('fill', { view: this.view.id, values: this.values((key) => this.unsaid.has(key)) }, { keepalive: true });
  }

  // values are the contents of the input blocks, as the acts take them.
  values(wanted = () => true) {
    const values = {};
    for (const { block } of this.drawn.values()) {
      const element = fieldOf(block);
      if (element && wanted(keyOf(block, element))) values[block.block_id] = entryText(this.entry(block, element));
    }
    return values;
  }

  /** refused checks as Slack's client does, shows what is wrong, and tells whether anything is. */
  refused() {
    let any = false;
    for (const { block } of this.drawn.values()) {
      const element = fieldOf(block);
      const text = element ? refusal(block, this.entry(block, element), language(this.ctx)) : '';
      this.complain(block.block_id, text);
      any ||= text !== '';
    }
    if (any) this.focusWrong();
    return any;
  }

  /** submit sends the form; resolves to the act's answer. What is left to tell goes with it. */
  async submit() {
    this.rest();
    const values = this.values();
    this.wrong = '';
    this.unsaid.clear();
    await this.sending;
    return this.store.act('submit', { view: this.view.id, values });
  }

  // takeErrors shows the app's errors once: they go when the field is edited.
  takeErrors(errors) {
    const wrong = JSON.stringify(errors);
    if (wrong === this.wrong) return;
    this.wrong = wrong;
    for (const id of this.drawn.keys()) this.complain(id, errors[id] || '');
    if (Object.keys(errors).length) this.focusWrong();
  }

  complain(id, text) {
    const drawn = this.drawn.get(id);
    if (drawn) showError(drawn.node, text, this.ctx);
  }

  // focusWrong brings the first field with an error before the person, if they are in this form.
  focusWrong() {
    const dialog = this.body.closest('[role="dialog"]') || this.body;
    if (dialog.contains(document.activeElement)) this.body.querySelector('[aria-invalid="true"]')?.focus();
  }
}

/**
 * mountHome draws the app's Home tab into an element and keeps it current. Returns
 * off(), which ends that, and asked(), to be called when the app was told that its tab
 * was opened.
 */
export function mountHome(element, store) {
  let form = null;
  let timer = 0; // while the app has time to draw its first
  const draw = () => {
    const view = store.state && store.state.home;
    element.classList.add('home-surface');
    if (!view) {
      form = null;
      fill(element, h('p', { class: 'home-empty', role: 'status' }, store.say(timer ? 'homeComes' : 'homeSilent', isolated(store.state.app.name))));
      return;
    }
    if (!form || form.view.id !== view.id) {
      form = new Form(store, 'home');
      fill(element, form.body);
    }
    form.draw(view);
    speak(form.body, form.ctx);
    form.body.dataset.view = view.id;
  };
  const offs = ['home', 'state', 'reset', 'person'].map((type) => store.on(type, draw));
  const asked = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      if (!form) draw();
    }, patience);
    if (!form) draw();
  };
  draw();
  return { off: () => offs.forEach((off) => off()), asked };
}
