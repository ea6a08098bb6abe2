// What the page knows: the State of one person, kept current by the server's
// events, and where on the page that person is. Everything else draws from here.

import { holdInTab, setSetting, setting, tabHeld } from './prefs.js';
import { apply, tsAt } from './events.js';
import { failedCommands } from './slackbot.js';
import { reasonFor } from './errorwords.js';
import { isArabic, setPageLanguage, tell } from './pagewords.js';
import { phrase } from './phrases.js';
import { afterPress } from './press.js';

const lostAfter = 1200; // ms without a connection before anybody is told
const retryAfter = 2000; // ms between attempts where the browser makes none

const mostDismissed = 500; // ids that are remembered

// dismissals are the ids of private messages that were dismissed in this browser, in any tab.
const dismissals = () => JSON.parse(setting('dismissed') || '[]');

// clientOfTab is the name of this tab at the sandbox, also after a reload: forms belong to the tab that asked for them.
function clientOfTab() {
  const held = tabHeld('client', '');
  if (held) return held;
  const client = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  holdInTab('client', client);
  return client;
}

class Store {
  constructor() {
    /** state is the State of PAGE's contract; null until it has been read. */
    this.state = null;
    /** me is the handle of the person whom the page belongs to. */
    this.me = '';
    /** place is the id of the conversation that is shown. */
    this.place = '';
    /** thread is the ts of the message whose thread is open; empty: none. */
    this.thread = '';
    /** panel is the open panel: azeer, timeline, trouble, workflow or gallery; chat on a phone. */
    this.panel = '';
    /** keep says whether private answers stay after a reload. */
    this.keep = setting('keep') === '1';
    /** asked is the language that the address asks for (?lang=ar); empty: the person's. */
    this.asked = new URLSearchParams(window.location.search).get('lang') || '';
    this.lost = false;
    this.handlers = new Map();
    this.dismissed = new Set(dismissals()); // ids of private messages
    this.gone = new Set(); // ids of private messages from before the page was opened
    this.known = new Set(); // handles of those whose State has been read
    this.opened = 0; // the server's time when the page was opened, and when the tab was, in ms
    this.began = tabHeld('began', 0);
    this.client = clientOfTab();
    this.seen = tabHeld('seen', {}); // by handle and place: ts of the last message read
    this.reading = 0; // numbers the readings of State; only the newest counts
  }

  /** on calls fn with every event of a type; returns a function that ends it. */
  on(type, fn) {
    if (!this.handlers.has(type)) this.handlers.set(type, new Set());
    this.handlers.get(type).add(fn);
    return () => this.handlers.get(type).delete(fn);
  }

  emit(type, event = {}) {
    for (const fn of this.handlers.get(type) || []) {
      try {
        fn(event);
      } catch (error) {
        reportError(error); // one panel's fault is not another's
      }
    }
  }

  /** start reads the State for the first time; resolves when there is something to show. */
  async start() {
    const from = new URLSearchParams(window.location.hash.slice(1));
    this.panel = from.get('panel') || '';
    window.addEventListener('popstate', () => this.follow());
    window.addEventListener('storage', (event) => event.key === 'dismissed' && this.drop(dismissals()));
    document.addEventListener('visibilitychange', () => !document.hidden && this.state && this.lookUp());
    await this.load(from.get('person') || await this.speaker(), from);
  }

  // speaker is somebody who speaks the language that the address asks for; empty: it asks for none.
  async speaker() {
    if (!this.asked) return '';
    const state = await this.read('');
    return state?.people?.find((person) => isArabic(person.locale) === isArabic(this.asked))?.handle || '';
  }

  /** setPerson becomes somebody else. */
  async setPerson(handle) {
    if (handle === this.me) return;
    await this.load(handle, new URLSearchParams({ place: this.place }));
  }

  // load reads a person's State and follows it. It tries until it succeeds.
  async load(person, from) {
    this.reading += 1;
    const turn = this.reading;
    for (;;) {
      const state = await this.read(person);
      if (turn !== this.reading) return;
      if (state === 'nobody') {
        person = '';
      } else if (state) {
        this.take(state, from);
        return;
      } else {
        this.setLost(true);
        await new Promise((again) => { setTimeout(again, retryAfter); });
        if (turn !== this.reading) return;
      }
    }
  }

  async read(person) {
    try {
      const answer = await fetch(`/api/state?${new URLSearchParams({ person, client: this.client, keep: '1' })}`, { headers: { 'X-Sandbox': '1' } });
      if (answer.status === 404) return person ? 'nobody' : null;
      if (!answer.ok) return null;
      this.clock = Date.parse(answer.headers.get('Date')) || Date.now();
      return await answer.json();
    } catch {
      return null;
    }
  }

  take(state, from) {
    this.state = state;
    this.me = state.me;
    setPageLanguage(this.pageLang);
    this.threads = new Map();
    for (const message of failedCommands(state)) apply.message(state, { message });
    this.remember(state);
    const wanted = from.get('place');
    const fits = state.places.find((place) => place.id === wanted);
    const first = state.places.find((place) => place.member && place.kind !== 'app') || state.places[0];
    this.arrive((fits || first || { id: '' }).id, fits ? from.get('thread') || '' : '');
    this.count();
    this.listen();
    this.write('replace');
    this.emit('state');
    this.stand();
  }

  // remember notes which private answers are from before the page was opened, and in a
  // new tab takes all that there is for read.
  remember(state) {
    const lists = Object.entries(state.messages);
    const before = this.opened || Infinity;
    if (!this.known.has(this.me)) {
      for (const message of lists.flatMap(([, list]) => list)) {
        if (message.ephemeral && message.at < before) this.gone.add(message.id);
      }
    }
    this.known.add(this.me);
    this.opened ||= this.clock;
    if (this.began) return;
    this.began = this.clock;
    holdInTab('began', this.began);
    this.seen[this.me] = Object.fromEntries(lists.filter(([, list]) => list.length).map(([place, list]) => [place, list.at(-1).ts]));
    holdInTab('seen', this.seen);
  }

  // listen follows the events after those that are in the State.
  listen() {
    if (this.stream) this.stream.close();
    const query = new URLSearchParams({ person: this.me, client: this.client, after: String(this.state.seq) });
    const stream = new EventSource(`/api/events?${query}`);
    this.stream = stream;
    stream.onopen = () => this.setLost(false);
    stream.onmessage = (event) => {
      afterPress(() => stream === this.stream && this.happened(event));
    };
    stream.onerror = () => {
      this.setLost(true);
      // The browser tries again by itself, unless the server has said no.
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => stream === this.stream && this.renew(), retryAfter);
    };
  }

  /** renew reads everything anew, as after a long absence; the place stays. */
  renew() {
    if (this.stream) this.stream.close();
    return this.load(this.me, new URLSearchParams({ place: this.place, thread: this.thread }));
  }

  happened({ data, lastEventId }) {
    const event = JSON.parse(data);
    if (lastEventId) this.state.seq = Number(lastEventId);
    if (event.type === 'reset') {
      this.renew();
      return;
    }
    if (!Object.hasOwn(apply, event.type)) return;
    const change = apply[event.type](this.state, event);
    if (event.type === 'interaction' && event.interaction.shown) this.slackbot();
    if (event.type === 'message' && !change) return;
    if (event.type === 'message') this.arrived(event.message, change);
    if (event.type === 'gone') this.threads.clear();
    this.emit(event.type, event);
  }

  // arrived counts a new message as read or unread.
  arrived(message, change) {
    if (message.thread) this.threads.delete(message.channel);
    if (change !== 'added' || !this.counts(message)) return;
    if (message.channel === this.place && !document.hidden) this.see(message.channel);
    else this.unread.set(message.channel, (this.unread.get(message.channel) || 0) + 1);
  }

  // slackbot says what Slack's client says when a command failed.
  slackbot() {
    for (const message of failedCommands(this.state)) {
      if (apply.message(this.state, { message })) this.emit('message', { message });
    }
  }

  /**
   * act does something as the person; never throws: what went wrong is in `error`. With
   * keepalive it is done even if the page goes.
   */
  async act(act, args = {}, { keepalive = false } = {}) {
    try {
      const answer = await fetch('/api/act', {
        method: 'POST', keepalive, headers: { 'Content-Type': 'application/json', 'X-Sandbox': '1' },
        body: JSON.stringify({ person: this.me, client: this.client, act, ...args }),
      });
      if (!answer.ok) throw new Error((await answer.text()).trim() || `status ${answer.status}`);
      const out = await answer.json();
      return { ...out, error: this.reason(act, out.error) };
    } catch (error) {
      const told = error instanceof TypeError ? tell('unreachable') : this.reason(act, error.message);
      return { ok: false, shown: '', error: told, data: null };
    }
  }

  // reason words why an act failed: as Slack's client would, or in the panels as the page.
  reason(act, said) {
    return reasonFor(said, isArabic(['trouble', 'payload', 'run_step'].includes(act) ? this.pageLang : this.lang));
  }

  /** setPlace shows a conversation, by id, or by "@handle" for a DM not opened yet. */
  async setPlace(id, thread = '') {
    if (id.startsWith('@')) {
      const answer = await this.act('stand', { place: id });
      if (!answer.ok) {
        this.toast(answer.error, 'error');
        return;
      }
      apply.place(this.state, { place: answer.data });
      this.emit('place', { place: answer.data });
      id = answer.data.id;
    }
    if (!this.state.places.some((place) => place.id === id)) return;
    const moved = id !== this.place;
    if (!moved && thread === this.thread) return;
    this.arrive(id, thread);
    this.write('push');
    this.emit('go', { moved });
    if (moved) this.stand();
  }

  arrive(place, thread) {
    /** freshFrom is the ts after which the messages of the place were new when the person came. */
    if (place !== this.place || !this.freshFrom) this.freshFrom = this.readUpTo(place);
    this.place = place;
    this.thread = thread;
    this.see(place);
  }

  /** setThread opens a thread of the conversation, by ts; empty closes it. */
  setThread(ts) {
    if (ts !== this.thread) this.setPlace(this.place, ts);
  }

  /** show opens a panel. */
  show(panel) {
    this.panel = panel;
    this.write('replace');
    this.emit('panel', { panel });
  }

  /** reveal shows an interaction in the timeline. */
  reveal(interaction) {
    this.show('timeline');
    this.emit('reveal', { interaction });
  }

  /** setKeep says whether private answers stay after a reload. */
  setKeep(keep) {
    this.keep = keep;
    setSetting('keep', keep ? '1' : null);
    this.emit('keep');
  }

  /** dismiss takes a private message off this page, and off the others of this browser. */
  dismiss(id) {
    setSetting('dismissed', JSON.stringify([...dismissals(), id].slice(-mostDismissed)));
    this.drop([id]);
  }

  drop(ids) {
    for (const id of ids) this.dismissed.add(id);
    this.emit('gone', { ids });
  }

  /** toast tells something in passing; kind "error", "good" or "". */
  toast(text, kind = '') {
    this.emit('toast', { text, kind });
  }

  /** visible tells whether a message is on this page: private ones vanish with a reload. */
  visible(message) {
    if (!message.ephemeral) return true;
    return !this.dismissed.has(message.id) && (this.keep || !this.gone.has(message.id));
  }

  /** lang is the language of the person: "ar-SA". */
  get lang() {
    return (this.person || {}).locale || 'en-US';
  }

  /** pageLang is the language of all that is around the workspace. */
  get pageLang() {
    return this.asked || this.lang;
  }

  /** setPageLang has the page speak a language whoever the person is; empty: the person's. */
  setPageLang(lang) {
    this.asked = lang;
    const url = new URL(window.location.href);
    if (lang) url.searchParams.set('lang', lang);
    else url.searchParams.delete('lang');
    window.history.replaceState(null, '', url);
    setPageLanguage(this.pageLang);
    this.emit('state');
  }

  /** person is who the page belongs to. */
  get person() {
    return this.state && this.state.people.find((person) => person.handle === this.me);
  }

  /** here is the conversation that is shown. */
  get here() {
    return this.state && this.state.places.find((place) => place.id === this.place);
  }

  /** say returns a text of the client in the person's language. */
  say(name, ...values) {
    return phrase(name, this.lang, ...values);
  }

  /** messages are those of a place, oldest first. */
  messages(place) {
    return (this.state && this.state.messages[place]) || [];
  }

  /** replies tells of the threads in a place: by ts of the first message, how many and when the last. */
  replies(place) {
    if (!this.threads.has(place)) {
      const found = new Map();
      for (const message of this.messages(place)) {
        if (!message.thread || message.thread === message.ts || message.ephemeral) continue;
        const before = found.get(message.thread);
        found.set(message.thread, { count: (before ? before.count : 0) + 1, last: message.at });
      }
      this.threads.set(place, found);
    }
    return this.threads.get(place);
  }

  // What has been read. A message counts from somebody else, outside of threads.
  counts(message) {
    return message.author.handle !== this.me && (!message.thread || message.thread === message.ts) && this.visible(message);
  }

  /** readUpTo is the ts of the last message that the person has read in a place. */
  readUpTo(place) {
    return ((this.seen[this.me] || {})[place]) || tsAt(this.began);
  }

  see(place) {
    const last = this.messages(place).at(-1);
    this.unread?.delete(place);
    if (!last) return;
    this.seen[this.me] = { ...this.seen[this.me], [place]: last.ts };
    clearTimeout(this.holding);
    this.holding = setTimeout(() => holdInTab('seen', this.seen), 200);
  }

  lookUp() {
    this.see(this.place);
    this.emit('unread');
  }

  count() {
    this.unread = new Map();
    for (const place of this.state.places) {
      const read = this.readUpTo(place.id);
      const fresh = this.messages(place.id).filter((message) => message.ts > read && this.counts(message)).length;
      if (fresh && place.id !== this.place) this.unread.set(place.id, fresh);
    }
  }

  // stand tells the sandbox where the person is, which forms of the app ask for.
  async stand() {
    const { here } = this;
    if (!here || (!here.member && here.kind !== 'app')) return;
    this.emit('stand', { place: here });
    if (here.kind !== 'app') await this.act('stand', { place: here.id });
  }

  setLost(lost) {
    clearTimeout(this.losing);
    if (lost === this.lost) return;
    if (!lost) {
      this.lost = false;
      this.emit('connection', { lost });
      return;
    }
    this.losing = setTimeout(() => {
      this.lost = true;
      this.emit('connection', { lost: true });
    }, this.state ? lostAfter : 0);
  }

  // write puts where the person is into the address, for reloads and the back button.
  write(how) {
    const where = new URLSearchParams({ person: this.me, place: this.place });
    if (this.thread) where.set('thread', this.thread);
    if (this.panel) where.set('panel', this.panel);
    const url = `#${where}`;
    if (url === window.location.hash) return;
    if (how === 'push') window.history.pushState(null, '', url);
    else window.history.replaceState(null, '', url);
  }

  // follow goes where the address says, after the back button.
  follow() {
    const to = new URLSearchParams(window.location.hash.slice(1));
    if ((to.get('person') || this.me) !== this.me) {
      this.load(to.get('person'), to);
      return;
    }
    if ((to.get('panel') || '') !== this.panel) this.show(to.get('panel') || '');
    const place = this.state.places.find((p) => p.id === to.get('place'));
    if (!place) return;
    const moved = place.id !== this.place;
    this.arrive(place.id, to.get('thread') || '');
    this.emit('go', { moved });
    if (moved) this.stand();
  }
}

/** store is the page's only one. */
export const store = new Store();
