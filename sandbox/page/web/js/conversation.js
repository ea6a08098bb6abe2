// The middle of the workspace: the conversation that is shown, with its head, its
// messages and what one writes them in; for the app its Home tab, too.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { mountHome } from './form.js';
import { MessageList } from './messages.js';
import { Composer } from './composer.js';
import { avatar } from './avatar.js';
import { personOf, placeIcon, placeName } from './places.js';
import { holdInTab, tabHeld } from './prefs.js';
import { told } from './pagewords.js';
import { isolated } from './phrases.js';

/** Conversation draws into an element and keeps it current. `onBack` leaves it, on a phone. */
export class Conversation {
  constructor(element, store, { onBack }) {
    Object.assign(this, { element, store, onBack, sockets: store.state.trouble.sockets });
    this.tab = tabHeld('tab', 'home');
    this.head = h('header', { class: 'place-head' });
    this.tabs = h('div', { class: 'place-tabs', role: 'tablist', hidden: true, onkeydown: (event) => this.tabKeys(event) });
    this.list = new MessageList(store, { intro: () => this.intro() });
    this.note = h('div', { class: 'place-note', role: 'status' });
    this.composer = new Composer(store, {});
    this.closed = h('p', { class: 'place-closed', hidden: true });
    this.messages = h('div', { class: 'place-messages', id: 'messages' }, this.list.element, this.note, this.composer.element, this.closed);
    this.home = h('div', { class: 'place-home', id: 'home', tabindex: -1, hidden: true });
    this.homeBody = h('div', { class: 'place-home-body' });
    this.home.append(this.homeBody);
    fill(element, this.head, this.tabs, this.messages, this.home);
    this.homeTab = mountHome(this.homeBody, store);
    this.follow();
    this.open();
    this.visit(); // the store has stood there before anybody listened
  }

  follow() {
    const { store } = this;
    store.on('state', () => this.renew());
    store.on('go', ({ moved }) => moved && this.open());
    store.on('message', ({ message }) => this.put(message));
    store.on('gone', ({ ids }) => this.list.take(ids));
    store.on('keep', () => this.keep());
    store.on('stand', () => this.visit());
    store.on('trouble', () => this.connected());
    store.on('place', () => this.frame());
    store.on('person', () => this.frame());
  }

  open() {
    if (!this.store.here) return;
    this.shown = `${this.store.me} ${this.store.place}`;
    this.list.open(this.store.place);
    this.frame();
  }

  // renew draws after the State was read anew: where the person stayed in place, so do the messages.
  renew() {
    if (this.shown !== `${this.store.me} ${this.store.place}`) {
      this.open();
      return;
    }
    this.list.renew();
    this.frame();
  }

  put(message) {
    this.list.put(message);
    const { here } = this.store;
    if (here.kind === 'app' && message.channel === here.id && this.onHome() && message.author.handle !== this.store.me) {
      this.tabs.querySelector('#tab-messages')?.classList.add('has-news');
    }
  }

  /** fill puts a text into the composer, in a conversation where one can write. */
  async fill(text) {
    const { store } = this;
    if (!this.writable() || store.here.kind === 'app') {
      const place = store.state.places.find((p) => p.member && p.kind === 'channel') || store.state.places.find((p) => p.member);
      if (place) await store.setPlace(place.id);
    }
    this.composer.write(text);
  }

  frame() {
    const { store } = this;
    const { here } = store;
    if (!here) return;
    const name = placeName(store, here);
    this.drawHead(here, name);
    this.drawTabs(here);
    this.list.label(store.say('feed', name));
    this.element.setAttribute('aria-label', name);
    const open = this.writable();
    this.composer.element.hidden = !open;
    this.closed.hidden = open;
    this.closed.textContent = here.kind === 'app' ? store.say('turnedOff') : store.say('notMember', isolated(name));
    this.composer.target(store.place, '', store.say('write', isolated(name)));
    this.hint();
  }

  writable() {
    const { here, state } = this.store;
    return here.kind === 'app' ? state.messagesTab === 'open' : here.member;
  }

  drawHead(here, name) {
    const { store } = this;
    const channel = here.kind === 'channel' || here.kind === 'private';
    const other = here.kind === 'dm' && personOf(store, here);
    const absent = store.say('botAbsent', isolated(store.state.app.name));
    fill(this.head,
      h('button', { type: 'button', class: 'place-back tool', dataset: { act: 'places' }, 'aria-label': store.say('back'), onclick: this.onBack }, svg(icons.back)),
      h('h1', { class: 'place-title' }, placeIcon(store, here), h('bdi', null, channel ? here.name : name)),
      h('div', { class: 'place-facts' },
        here.topic && h('span', { class: 'place-topic', dir: 'auto' }, here.topic),
        channel && h('span', { class: 'place-fact' }, store.say('members', here.members)),
        here.shared && h('span', { class: 'place-fact' }, svg(icons.shared), store.say('shared')),
        channel && !here.bot && h('span', { class: 'place-fact is-quiet', dataset: { absent: '' }, title: absent }, absent),
        other && h('span', { class: 'place-fact', dir: 'auto' }, told(other.note, store.lang))));
  }

  // The app's tabs.

  onHome() {
    return this.store.here?.kind === 'app' && this.store.state.homeTab && (this.tab === 'home' || !this.store.state.messagesTab);
  }

  drawTabs(here) {
    const { store } = this;
    const tabs = here.kind === 'app' ? [store.state.homeTab && 'home', store.state.messagesTab && 'messages'].filter(Boolean) : [];
    const home = this.onHome();
    this.tabs.hidden = tabs.length === 0;
    this.tabs.setAttribute('aria-label', store.state.app.name);
    fill(this.tabs, tabs.map((tab) => h('button', {
      type: 'button', role: 'tab', id: `tab-${tab}`, class: 'tab', 'aria-selected': String((tab === 'home') === home),
      'aria-controls': tab, tabindex: (tab === 'home') === home ? 0 : -1, dataset: { act: 'tab', tab }, onclick: () => this.choose(tab),
    }, store.say(tab))));
    this.home.hidden = !home;
    this.messages.hidden = home;
    panelOf(this.messages, tabs.includes('messages') && 'tab-messages');
    panelOf(this.home, tabs.includes('home') && 'tab-home');
  }

  choose(tab) {
    this.tab = tab;
    holdInTab('tab', tab);
    this.drawTabs(this.store.here);
    this.tabs.querySelector(`#tab-${tab}`).focus();
    this.visit();
    if (tab === 'messages') this.list.toEnd();
  }

  tabKeys(event) {
    if (!['ArrowLeft', 'ArrowRight', 'Home', 'End'].includes(event.key)) return;
    const other = [...this.tabs.children].find((tab) => tab.tabIndex < 0);
    if (other) this.choose(other.dataset.tab);
    event.preventDefault();
  }

  // visit tells the app that the person has opened one of its tabs.
  async visit() {
    const { store } = this;
    if (store.here?.kind !== 'app') return;
    if (!this.onHome()) {
      await store.act('stand', { place: store.place });
      return;
    }
    this.homeTab.asked();
    const answer = await store.act('home');
    if (!answer.ok) store.toast(answer.error, 'error');
  }

  // connected opens the Home tab again when the app is back, which may have missed that.
  connected() {
    const { sockets } = this.store.state.trouble;
    if (sockets > 0 && this.sockets === 0 && this.onHome()) this.visit();
    this.sockets = sockets;
  }

  // Private answers that went with a reload.

  keep() {
    this.list.open(this.store.place);
    this.hint();
  }

  hint() {
    const { store } = this;
    const gone = store.messages(store.place).filter((message) => message.ephemeral && !store.visible(message) && !store.dismissed.has(message.id)).length;
    fill(this.note, gone > 0 && [
      svg(icons.eye), h('span', null, store.say('gone', gone)),
      h('button', { type: 'button', class: 'link', dataset: { act: 'keep' }, onclick: () => store.setKeep(true) }, store.say('keepThem'))]);
    this.note.hidden = gone === 0;
  }

  intro() {
    const { store } = this;
    const { here } = store;
    const name = placeName(store, here);
    const [text, face] = {
      app: ['beginApp', () => avatar({ ...store.state.app, bot: true }, 'large')],
      dm: ['beginDirect', () => avatar(personOf(store, here) || { handle: here.with, name: here.name }, 'large')],
    }[here.kind] || ['beginChannel', () => h('span', { class: 'intro-icon' }, placeIcon(store, here))];
    return [face(), h('h2', { class: 'intro-name' }, h('bdi', null, here.kind === 'dm' || here.kind === 'app' ? name : here.name)),
      h('p', { class: 'intro-text' }, store.say(text, isolated(name)))];
  }
}

// panelOf makes an element the panel of a tab; without one it is no panel.
function panelOf(element, tab) {
  for (const [name, value] of [['role', tab && 'tabpanel'], ['aria-labelledby', tab]]) {
    if (value) element.setAttribute(name, value);
    else element.removeAttribute(name);
  }
}
