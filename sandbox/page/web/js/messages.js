// The messages of a conversation or a thread, oldest first. Of many only some
// are in the document: a window onto the list, which moves as one scrolls.

import { h, svg } from './dom.js';
import { icons } from './icons.js';
import { position } from './events.js';
import { afterPress } from './press.js';
import { Row } from './row.js';

const chunk = 40; // rows that are added at an end of the window
const most = 160; // rows in the window
const near = 500; // px from an end of the window at which it is moved
const bottom = 48; // px from the end that still count as the end

/** MessageList shows the messages of one place, or of one thread of it. */
export class MessageList {
  /** intro draws what stands above the first message. */
  constructor(store, { inThread = false, intro = () => [] } = {}) {
    Object.assign(this, { store, inThread, intro, items: [], from: 0, to: 0, rows: new Map(), stick: true, missed: 0, place: '', thread: '' });
    this.top = h('div', { class: 'feed-intro' });
    this.feed = h('div', { class: 'feed', role: 'feed' });
    this.scroller = h('div', { class: 'feed-scroll', tabindex: -1, onscroll: () => this.scrolled() }, h('div', { class: 'feed-push' }), this.top, this.feed);
    this.pill = h('button', { type: 'button', class: 'feed-latest', dataset: { act: 'latest' }, hidden: true, onclick: () => this.toEnd(true) });
    this.element = h('div', { class: 'feed-box' }, this.scroller, this.pill);
    this.feed.addEventListener('keydown', (event) => this.keys(event));
    this.feed.addEventListener('focusin', (event) => this.rove(event.target.closest('.msg')));
    this.sizes = new ResizeObserver(() => this.stick && this.toBottom());
    this.sizes.observe(this.feed);
    this.sizes.observe(this.scroller);
  }

  /** open shows another place or thread, from its end. */
  open(place, thread = '') {
    Object.assign(this, { place, thread, stick: true, missed: 0, fresh: '' });
    this.items = this.store.messages(place).filter((message) => this.belongs(message));
    if (!this.inThread) this.fresh = this.firstFresh();
    this.rows.clear();
    this.feed.replaceChildren();
    this.to = this.items.length;
    this.from = Math.max(0, this.to - chunk);
    this.sync();
  }

  /** renew shows the same place after the State was read anew. */
  renew() {
    this.items = this.store.messages(this.place).filter((message) => this.belongs(message));
    const length = this.to - this.from;
    if (this.stick || this.from >= this.items.length) this.to = this.items.length;
    else this.to = Math.min(this.items.length, this.from + Math.max(length, chunk));
    this.from = Math.max(0, Math.min(this.from, this.to - Math.min(length, most)));
    for (const row of this.rows.values()) row.update(row.message);
    this.sync();
  }

  /** label names the list for screen readers. */
  label(text) {
    this.feed.setAttribute('aria-label', text);
  }

  belongs(message) {
    if (!this.store.visible(message)) return false;
    if (this.inThread) return message.ts === this.thread || message.thread === this.thread;
    return !message.thread || message.thread === message.ts;
  }

  firstFresh() {
    const after = this.store.freshFrom;
    const first = this.items.find((message) => message.ts > after && message.author.handle !== this.store.me);
    return first && first !== this.items[0] ? first.id : '';
  }

  /** put takes in a message that came or changed. */
  put(message) {
    if (message.channel !== this.place) return;
    if (message.thread && message.thread !== message.ts) this.rows.get(`${this.place}/${message.thread}`)?.summarize();
    if (!this.belongs(message)) return;
    let at = position(this.items, message.ts);
    while (at < this.items.length && this.items[at].ts === message.ts && this.items[at].id !== message.id) at += 1;
    const held = at < this.items.length && this.items[at].id === message.id;
    const tail = this.to === this.items.length;
    this.items.splice(at, held ? 1 : 0, message);
    if (!held) this.shift(at, tail, message);
    this.later();
  }

  // shift moves the window for a message that was put in at a place of the list.
  shift(at, tail, message) {
    if (at < this.from) {
      this.from += 1;
      this.to += 1;
    } else if (at < this.to || (tail && (this.stick || this.to - this.from < most))) {
      this.to += 1;
    }
    if (message.author.handle === this.store.me) this.stick = true;
    else if (!this.stick) this.missed += 1;
    if (!this.stick) return;
    this.to = this.items.length;
    this.from = Math.max(this.from, this.to - most);
  }

  /** take removes messages by id. */
  take(ids) {
    let changed = false;
    for (const id of ids) {
      const at = this.items.findIndex((message) => message.id === id);
      if (at < 0) continue;
      this.items.splice(at, 1);
      if (at < this.from) this.from -= 1;
      if (at < this.to) this.to -= 1;
      changed = true;
    }
    if (changed) this.later();
  }

  // later draws once for all that happens until then. Pages in the background are
  // given no frames, hence the clock.
  later() {
    if (this.due) return;
    const draw = () => {
      if (!this.due) return;
      cancelAnimationFrame(this.due.frame);
      clearTimeout(this.due.timer);
      this.due = null;
      afterPress(() => this.sync());
    };
    this.due = { frame: requestAnimationFrame(draw), timer: setTimeout(draw, 120) };
  }

  // sync makes the document show the window: rows that are there stay as they are.
  sync() {
    const hold = this.stick ? null : this.anchor();
    const focus = this.feed.contains(document.activeElement);
    const shown = this.items.slice(this.from, this.to);
    const kept = new Set(shown.map((message) => message.id));
    for (const [id, row] of this.rows) {
      if (kept.has(id)) continue;
      row.node.remove();
      this.rows.delete(id);
    }
    let next = this.feed.firstElementChild;
    shown.forEach((message, i) => {
      const row = this.row(message);
      row.settle(this.items[this.from + i - 1], message.id === this.fresh);
      if (row.node === next) next = next.nextElementSibling;
      else this.feed.insertBefore(row.node, next);
    });
    this.frame();
    if (focus && !this.feed.contains(document.activeElement)) this.feed.lastElementChild?.focus();
    if (this.stick) this.toBottom();
    else if (hold) this.scroller.scrollTop += hold.node.getBoundingClientRect().top - hold.top;
  }

  row(message) {
    const held = this.rows.get(message.id);
    if (!held) {
      const row = new Row(message, this.store, { inThread: this.inThread, root: this.inThread && message.ts === this.thread });
      this.rows.set(message.id, row);
      return row;
    }
    if (held.message !== message) held.update(message);
    return held;
  }

  // frame draws what stands around the rows.
  frame() {
    const begins = [this.from === 0, this.place, this.store.lang].join();
    if (begins !== this.begins) this.top.replaceChildren(...(this.from === 0 ? this.intro() : []));
    this.begins = begins;
    if (!this.feed.querySelector('.msg[tabindex="0"]') && this.feed.lastElementChild) this.feed.lastElementChild.tabIndex = 0;
    this.point();
  }

  // point shows the way to the newest message to whoever is far from it.
  point() {
    const away = !this.stick && (this.to < this.items.length || this.missed > 0 || this.distance() > this.scroller.clientHeight);
    this.pill.hidden = !away;
    if (away) this.pill.replaceChildren(svg(icons.down), h('span', null, this.store.say('newBelow', this.missed)));
  }

  // anchor is the first row in sight, and where it stands.
  anchor() {
    const edge = this.scroller.getBoundingClientRect().top;
    for (const node of this.feed.children) {
      const box = node.getBoundingClientRect();
      if (box.bottom > edge) return { node, top: box.top };
    }
    return null;
  }

  distance() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  scrolled() {
    const height = this.scroller.clientHeight;
    const resized = height !== this.height;
    this.height = height;
    if (resized && this.stick) { // what is below has grown: nobody has scrolled
      this.toBottom();
      return;
    }
    const away = this.distance();
    this.stick = away < bottom && this.to === this.items.length;
    if (this.stick) this.missed = 0;
    const before = [this.from, this.to].join();
    if (this.scroller.scrollTop < near && this.from > 0) {
      this.from = Math.max(0, this.from - chunk);
      this.to = Math.min(this.to, this.from + most);
    } else if (away < near && this.to < this.items.length) {
      this.to = Math.min(this.items.length, this.to + chunk);
      this.from = Math.max(this.from, this.to - most);
    }
    if (before !== [this.from, this.to].join()) this.later();
    else this.point();
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** toEnd goes to the newest message. */
  toEnd(focus) {
    this.stick = true;
    this.missed = 0;
    if (this.to < this.items.length) {
      this.to = this.items.length;
      this.from = Math.max(0, this.to - chunk);
    }
    this.sync();
    if (focus) this.feed.lastElementChild?.focus({ preventScroll: true });
  }

  toStart() {
    this.stick = false;
    this.from = 0;
    this.to = Math.min(this.items.length, Math.max(chunk, Math.min(this.to, most)));
    this.sync();
    this.scroller.scrollTop = 0;
    this.feed.firstElementChild?.focus({ preventScroll: true });
  }

  // rove makes one row the place where Tab stops in the list.
  rove(node) {
    if (!node || node.tabIndex === 0) return;
    for (const other of this.feed.querySelectorAll('.msg[tabindex="0"]')) other.tabIndex = -1;
    node.tabIndex = 0;
  }

  keys(event) {
    const row = event.target.closest('.msg');
    if (event.target !== row || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowDown' || event.key === 'PageDown') row.nextElementSibling?.focus();
    else if (event.key === 'ArrowUp' || event.key === 'PageUp') row.previousElementSibling?.focus();
    else if (event.key === 'Home') this.toStart();
    else if (event.key === 'End') this.toEnd(true);
    else return;
    event.preventDefault();
  }
}
