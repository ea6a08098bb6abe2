// The pane beside the conversation: one message and the replies to it.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { MessageList } from './messages.js';
import { Composer } from './composer.js';
import { placeName } from './places.js';

/** ThreadPane draws into an element, which is hidden while no thread is open. */
export class ThreadPane {
  constructor(element, store) {
    Object.assign(this, { element, store });
    this.title = h('h2', { class: 'thread-title' });
    this.where = h('span', { class: 'thread-place', dir: 'auto' });
    this.cross = h('button', { type: 'button', class: 'tool', dataset: { act: 'close-thread' }, onclick: () => store.setThread('') }, svg(icons.cross));
    this.list = new MessageList(store, { inThread: true });
    this.composer = new Composer(store, { inThread: true });
    fill(element, h('header', { class: 'thread-head' }, h('div', { class: 'thread-names' }, this.title, this.where), this.cross),
      this.list.element, this.composer.element);
    element.addEventListener('keydown', (event) => this.keys(event));
    store.on('state', () => this.draw(true));
    store.on('go', () => this.draw());
    store.on('message', ({ message }) => this.list.put(message));
    store.on('gone', ({ ids }) => this.gone(ids));
    store.on('keep', () => this.draw(true));
    this.draw();
    this.started = true;
  }

  draw(anew) {
    const { store, element } = this;
    const key = store.thread ? `${store.place}/${store.thread}` : '';
    const exists = key && store.messages(store.place).some((message) => message.ts === store.thread);
    const opened = key !== this.shown && exists;
    const came = document.activeElement;
    this.shown = exists ? key : '';
    const within = element.contains(came);
    element.hidden = !exists;
    element.parentElement?.classList.toggle('has-thread', Boolean(exists));
    if (!exists) {
      if (within && this.opener?.isConnected) this.opener.focus();
      return;
    }
    if (opened) this.opener = came;
    this.title.textContent = store.say('thread');
    this.where.textContent = placeName(store, store.here);
    this.cross.setAttribute('aria-label', store.say('closeThread'));
    element.setAttribute('aria-label', store.say('thread'));
    this.list.label(store.say('thread'));
    if (opened) this.list.open(store.place, store.thread);
    else if (anew) this.list.renew();
    this.composer.target(store.place, store.thread, store.say('writeReply'));
    if (opened && this.started) this.composer.focus();
  }

  gone(ids) {
    this.list.take(ids);
    if (ids.includes(this.shown)) this.store.setThread('');
  }

  keys(event) {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    this.store.setThread('');
  }
}
