// The menu of all selects: a combobox that filters what it has, or asks the app
// while one types.

import { h, fill, uid, svg } from './dom.js';
import { popupFor } from './popup.js';
import { afterPress } from './press.js';
import { words } from './words.js';

const debounce = 150; // ms without a keystroke before the app is asked
const mostShown = 100; // options, as many as Slack takes from an app

const cross = 'M5 5l10 10M15 5L5 15';
const chevron = 'M5 8l5 5 5-5';

/**
 * combobox builds a select. `load(query)` gives options [{text, value,
 * description, group, icon}] or a promise of {options, failed}; `remote` loads are
 * debounced and begin at `least` characters. `chosen` is the option held at first.
 * `onPick` gets the picked option, or null when cleared. `props` go to the input.
 */
export function combobox({ load, remote = false, least = 0, chosen = null, placeholder = '', lang, onPick, props = {} }) {
  const box = new Combobox({ load, remote, least, chosen, lang, onPick });
  return box.build(placeholder, props);
}

class Combobox {
  constructor(settings) {
    Object.assign(this, settings, { options: [], active: -1, typed: false, asked: 0, timer: 0 });
    this.listID = uid('list');
  }

  build(placeholder, props) {
    this.input = h('input', {
      ...props, type: 'text', class: 'bk-input bk-combo', role: 'combobox', autocomplete: 'off', spellcheck: 'false',
      placeholder, 'aria-expanded': 'false', 'aria-controls': this.listID, 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox',
      oninput: () => this.type(), onkeydown: (event) => this.key(event), onblur: () => this.leave(), onclick: () => this.toggle(),
    });
    this.clear = h('button', {
      type: 'button', class: 'bk-clear', 'aria-label': words('clear', this.lang), onclick: () => this.pick(null),
    }, svg(cross));
    this.list = h('div', { class: 'bk-list', id: this.listID, role: 'listbox', 'aria-label': props['aria-label'] || placeholder });
    this.note = h('div', { class: 'unseen', role: 'status' });
    this.node = h('div', { class: 'bk-select' }, this.input, this.clear, svg(chevron, 'bk-chevron icon'), this.note);
    this.popup = popupFor(this.input, { className: 'bk-options', wide: true, onClose: () => this.closed() });
    // Pressing on the list must not take the focus from the field.
    this.popup.element.addEventListener('mousedown', (event) => event.preventDefault());
    this.popup.element.append(this.list);
    this.node.append(this.popup.element);
    this.show();
    return this.node;
  }

  // show writes what is held into the field.
  show() {
    this.typed = false;
    this.input.value = this.chosen ? this.chosen.text : '';
    this.input.dir = this.input.value ? 'auto' : '';
    this.clear.hidden = !this.chosen;
    this.node.classList.toggle('is-chosen', Boolean(this.chosen));
  }

  toggle() {
    if (this.popup.isOpen) return;
    this.input.select();
    this.open();
  }

  open() {
    if (this.popup.isOpen) return;
    this.popup.open();
    this.input.setAttribute('aria-expanded', 'true');
    this.ask(0);
  }

  closed() {
    clearTimeout(this.timer);
    this.asked += 1; // what is still on its way comes too late
    this.input.setAttribute('aria-expanded', 'false');
    this.mark(-1);
  }

  leave() {
    this.popup.close();
    this.show();
  }

  type() {
    this.typed = true;
    this.input.dir = this.input.value ? 'auto' : '';
    if (!this.popup.isOpen) this.open();
    else this.ask(this.remote ? debounce : 0);
  }

  ask(wait) {
    const query = this.typed ? this.input.value.trim() : '';
    clearTimeout(this.timer);
    this.asked += 1;
    const { asked } = this;
    if (this.remote && [...query].length < this.least) {
      this.say('bk-none', words('keepTyping', this.lang));
      return;
    }
    if (!this.remote) {
      this.offer(this.load(query));
      return;
    }
    this.say('bk-loading', words('loading', this.lang));
    this.timer = setTimeout(async () => {
      const { options, failed } = await this.load(query);
      afterPress(() => asked === this.asked && this.offer(failed ? [] : options));
    }, wait);
  }

  // say shows one line in place of options.
  say(className, text) {
    this.options = [];
    this.mark(-1);
    fill(this.list, h('div', { class: ['bk-line', className], role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, text));
    this.note.textContent = text;
    this.popup.place();
  }

  offer(options) {
    if (!options.length) {
      this.say('bk-none', words('noResult', this.lang));
      return;
    }
    this.options = options.slice(0, mostShown);
    fill(this.list, grouped(this.options, (option, i) => this.option(option, i)));
    this.note.textContent = words('options', this.lang, this.options.length);
    const held = this.chosen ? this.options.findIndex((o) => o.value === this.chosen.value) : -1;
    this.mark(this.typed ? 0 : Math.max(held, 0));
    this.popup.place();
  }

  option(option, i) {
    const picked = Boolean(this.chosen && this.chosen.value === option.value);
    return h('div', {
      class: ['bk-option', picked && 'is-picked'], role: 'option', id: `${this.listID}-${i}`, 'aria-selected': String(picked),
      dataset: { value: option.value }, onclick: () => this.pick(option), onpointermove: () => this.mark(i, true),
    },
    option.icon && h('span', { class: 'bk-option-icon', 'aria-hidden': 'true' }, option.icon),
    h('span', { class: 'bk-option-text' },
      h('span', { dir: 'auto' }, option.text),
      option.description && h('span', { class: 'bk-option-more', dir: 'auto' }, option.description)));
  }

  mark(i, byPointer) {
    if (i === this.active && i >= 0 && byPointer) return;
    this.active = i;
    this.list.querySelector('.is-active')?.classList.remove('is-active');
    const node = i >= 0 ? document.getElementById(`${this.listID}-${i}`) : null;
    if (!node) {
      this.input.removeAttribute('aria-activedescendant');
      return;
    }
    node.classList.add('is-active');
    this.input.setAttribute('aria-activedescendant', node.id);
    if (!byPointer) node.scrollIntoView({ block: 'nearest' });
  }

  pick(option) {
    this.chosen = option;
    this.popup.close();
    this.show();
    this.input.focus();
    this.onPick(option);
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !this.popup.isOpen) this.open();
    else if (step && this.options.length) this.mark((this.active + step + this.options.length) % this.options.length);
    else if (event.key === 'Enter' && this.popup.isOpen) {
      if (this.options[this.active]) this.pick(this.options[this.active]);
    } else if (event.key === 'Escape' && this.popup.isOpen) {
      this.popup.close();
      this.show();
    } else if (event.key === 'Enter' && !this.chosen) {
      this.open(); // with something chosen, Enter is for the form
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

// grouped lists options under the labels of their groups, in order.
function grouped(options, draw) {
  const nodes = [];
  let group;
  options.forEach((option, i) => {
    if (option.group && option.group !== group?.label) {
      const id = uid('group');
      group = { label: option.group, node: h('div', { role: 'group', 'aria-labelledby': id }, h('div', { class: 'bk-group', id, dir: 'auto' }, option.group)) };
      nodes.push(group.node);
    }
    (option.group ? group.node : { append: (n) => nodes.push(n) }).append(draw(option, i));
  });
  return nodes;
}
