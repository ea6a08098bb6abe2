// Menus that open at a button.

import { h, svg, uid } from './dom.js';
import { icons } from './icons.js';
import { popupFor } from './popup.js';

let current = null; // only one is open at a time

/**
 * toggleMenu opens a menu at a button, or closes it if it is open there. Entries:
 * `{label, note, icon, leading, checked, act, data, run}` (checked true or false
 * makes it a choice), `{heading}` or `{text}` for what cannot be chosen, and null for nothing.
 */
export function toggleMenu(button, entries, { label, className = '' } = {}) {
  const again = current && current.button === button;
  closeMenu();
  if (!again) current = new Menu(button, entries.filter(Boolean), label, className);
}

/** closeMenu closes the open menu, if there is one. */
export function closeMenu() {
  if (current) current.close();
}

class Menu {
  constructor(button, entries, label, className) {
    this.button = button;
    this.popup = popupFor(button, { className: `menu ${className}`, onClose: () => this.closed() });
    this.items = [];
    const list = h('div', { 'aria-label': label, class: 'menu-list', tabindex: -1 }, entries.map((entry) => this.entry(entry)));
    list.setAttribute('role', this.items.length ? 'menu' : 'note');
    this.popup.element.append(list);
    this.popup.element.addEventListener('keydown', (event) => this.keys(event));
    button.after(this.popup.element);
    button.setAttribute('aria-expanded', 'true');
    this.outside = (event) => {
      if (!this.popup.element.contains(event.target) && !button.contains(event.target)) this.close();
    };
    document.addEventListener('pointerdown', this.outside, true);
    this.popup.open();
    (this.items.find((item) => item.getAttribute('aria-checked') === 'true') || this.items[0] || list).focus();
  }

  entry(entry) {
    if (entry.heading) return h('div', { class: 'menu-heading', role: 'presentation' }, entry.heading);
    if (entry.text) return h('div', { class: 'menu-text', role: 'presentation' }, entry.text);
    const choice = typeof entry.checked === 'boolean';
    const note = uid('note');
    const item = h('button', {
      type: 'button', class: 'menu-item', tabindex: -1, role: choice ? entry.role || 'menuitemradio' : 'menuitem',
      'aria-checked': choice ? String(entry.checked) : null, 'aria-describedby': entry.note ? note : null,
      dataset: { act: entry.act, ...entry.data },
      onclick: () => this.choose(entry),
    },
    entry.leading || (entry.icon && svg(icons[entry.icon])),
    h('span', { class: 'menu-label' },
      h('span', { class: 'menu-name', dir: 'auto' }, entry.label),
      entry.note && h('span', { class: 'menu-note', id: note, dir: 'auto' }, entry.note)),
    choice && svg(icons.check, 'icon menu-check'));
    this.items.push(item);
    return item;
  }

  choose(entry) {
    this.close();
    entry.run();
  }

  close() {
    const within = this.popup.element.contains(document.activeElement);
    this.popup.close();
    if (within) this.button.focus();
  }

  closed() {
    document.removeEventListener('pointerdown', this.outside, true);
    this.button.setAttribute('aria-expanded', 'false');
    // After the focus has left, else the browser would put it on the page itself.
    queueMicrotask(() => this.popup.element.remove());
    if (current === this) current = null;
  }

  keys(event) {
    const at = this.items.indexOf(document.activeElement);
    const count = this.items.length;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + count, Home: 0, End: count - 1 }[event.key];
    if (to !== undefined) this.items[to % count]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') this.close();
    else if (/^\p{L}$/u.test(event.key) && !event.ctrlKey && !event.metaKey) this.jump(event.key, at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // jump goes to the next entry that begins with a letter.
  jump(letter, at) {
    const ring = [...this.items.slice(at + 1), ...this.items.slice(0, at + 1)];
    const label = (item) => item.querySelector('.menu-name').textContent.toLocaleLowerCase();
    ring.find((item) => label(item).startsWith(letter.toLocaleLowerCase()))?.focus();
  }
}
