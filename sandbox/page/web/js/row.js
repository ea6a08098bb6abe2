// One message in a conversation.

import { fill, h, svg, uid } from './dom.js';
import { icons } from './icons.js';
import { avatar } from './avatar.js';
import { fileChip } from './file.js';
import { renderMessage } from './blocks.js';
import { mrkdwn } from './mrkdwn.js';
import { toggleMenu } from './menu.js';
import { copyText, openJSON } from './json.js';
import { isolated } from './phrases.js';
import { ago, clock, dayName, fullTime, sameDay } from './when.js';

const moment = 40; // ms within which a message and a step of the timeline are the same
const together = 5 * 60 * 1000; // ms within which messages of one author share a head

/** textOf is what a message says, without marks; its blocks are not in it. */
export const textOf = (message, store) => mrkdwn(worded(message, store).text, { state: store.state }).textContent;

// marked tells whether the client says that a message was edited: not of an app's blocks.
const marked = (message) => message.edited && !(message.author.bot && message.blocks?.length);

// worded says in the reader's language what Slack notes when somebody was added.
function worded(message, store) {
  const [, by] = (message.via === 'join' && /<@(\w+)>/.exec(message.text)) || [];
  const place = by && store.state.places.find((one) => one.id === message.channel);
  return place ? { ...message, text: store.say('wasAdded', isolated(`#${place.name}`), isolated(`<@${by}>`)) } : message;
}

/** Row draws a message. What stands around it decides on day and head: see settle. */
export class Row {
  /** inThread: the row stands in the thread's pane, where `root` is the message that it began with. */
  constructor(message, store, { inThread = false, root = false } = {}) {
    this.store = store;
    this.inThread = inThread;
    this.root = root;
    this.body = h('div', { class: 'msg-content', id: uid('msg') });
    this.head = h('div', { class: 'msg-head' });
    this.side = h('div', { class: 'msg-side' });
    this.thread = h('div', { class: 'msg-replies' });
    this.top = h('div', { class: 'msg-top' });
    this.node = h('article', {
      class: ['msg', root && 'is-root'], tabindex: -1, dataset: { message: message.id, author: message.author.handle },
      'aria-describedby': this.body.id,
      onfocusin: () => this.reach(true), onfocusout: () => this.reach(false),
      onkeydown: (event) => this.keys(event),
    },
    this.top,
    h('div', { class: 'msg-line' }, this.side, h('div', { class: 'msg-main' }, this.head, this.body, this.thread), this.tools(message)));
    this.update(message);
  }

  /** update draws the message again, as it is now. */
  update(message) {
    this.message = message;
    const { store } = this;
    this.node.classList.toggle('is-private', message.ephemeral);
    if (message.ephemeral) this.node.dataset.private = 'true';
    this.drawBody();
    const named = [message.author.name, message.ephemeral && store.say('onlyYou'), clock(message.at, store.lang)];
    this.node.setAttribute('aria-label', named.filter(Boolean).join(', '));
    this.summarize();
    this.stands = '';
  }

  // drawBody keeps the focus where it was: a button that was pressed is often replaced by what came of it.
  drawBody() {
    const { store, message } = this;
    const held = this.body.contains(document.activeElement) && document.activeElement;
    const action = held && held.closest('[data-action]')?.dataset.action;
    fill(this.body,
      message.ephemeral && this.privacy(),
      renderMessage(worded(message, store), store),
      (message.files || []).map((file) => fileChip(file, store)),
      marked(message) && h('span', { class: 'msg-edited' }, store.say('edited')));
    if (!held) return;
    const again = action && this.body.querySelector(`[data-action="${CSS.escape(action)}"]`);
    (again || this.node).focus({ preventScroll: true });
  }

  privacy() {
    const { store, message } = this;
    return h('div', { class: 'msg-private' }, svg(icons.eye), h('span', null, store.say('onlyYou')),
      h('button', { type: 'button', class: 'msg-dismiss', tabindex: -1, dataset: { act: 'dismiss' }, onclick: () => store.dismiss(message.id) },
        store.say('dismiss')));
  }

  /** settle draws what depends on the message before (undefined: there is none): the day, the line above what is new, the head. */
  settle(before, fresh) {
    const { message, store } = this;
    const day = !this.inThread && (!before || !sameDay(before.at, message.at));
    const head = this.root || day || fresh || !before || before.author.id !== message.author.id || before.ephemeral !== message.ephemeral
      || message.at - before.at > together;
    const stands = [day, head, fresh, store.lang].join();
    if (stands === this.stands) return;
    this.stands = stands;
    this.node.classList.toggle('is-head', Boolean(head));
    fill(this.top,
      day && h('div', { class: 'day', dataset: { day: '' } }, h('span', { class: 'day-name' }, dayName(message.at, store.lang))),
      fresh && h('div', { class: 'fresh', dataset: { fresh: '' } }, h('span', null, store.say('fresh'))));
    if (head) this.drawHead();
    else this.drawTime();
  }

  drawHead() {
    const { message, store } = this;
    fill(this.side, avatar(message.author));
    fill(this.head,
      h('span', { class: 'msg-author', dir: 'auto' }, message.author.name),
      message.author.bot && h('span', { class: 'tag' }, store.say('app')),
      this.time('msg-time'));
  }

  drawTime() {
    fill(this.head);
    fill(this.side, this.time('msg-when'));
  }

  time(className) {
    const { message, store } = this;
    return h('time', { class: className, datetime: new Date(message.at).toISOString(), title: fullTime(message.at, store.lang) },
      clock(message.at, store.lang));
  }

  /** summarize draws how many replies there are. */
  summarize() {
    const { message, store } = this;
    const replies = message.ephemeral ? null : store.replies(message.channel).get(message.ts);
    if (this.inThread) {
      if (this.root) fill(this.thread, replies && h('div', { class: 'msg-count' }, h('span', null, store.say('replies', replies.count))));
      return;
    }
    fill(this.thread, replies && h('button', {
      type: 'button', class: 'msg-thread', dataset: { act: 'thread' }, onclick: () => store.setThread(message.ts),
    },
    h('span', { class: 'msg-thread-count' }, store.say('replies', replies.count)),
    h('span', { class: 'msg-thread-last' }, store.say('lastReply', ago(replies.last, store.lang)))));
  }

  tools(message) {
    const { store } = this;
    const tool = (act, label, icon, run, more) => h('button', {
      type: 'button', class: 'msg-tool', tabindex: -1, title: label, 'aria-label': label, dataset: { act }, onclick: run, ...more,
    }, svg(icons[icon]));
    this.more = tool('message-menu', store.say('more'), 'dots', () => this.menu(), { 'aria-haspopup': 'menu', 'aria-expanded': 'false' });
    return h('div', { class: 'msg-tools' },
      !message.ephemeral && !this.inThread && tool('reply', store.say('replyInThread'), 'reply', () => this.reply()),
      this.more);
  }

  reply() {
    this.store.setThread(this.message.ts);
  }

  menu() {
    const { store, message } = this;
    const shortcuts = message.ephemeral ? [] : store.state.shortcuts.filter((shortcut) => shortcut.type === 'message');
    toggleMenu(this.more, [
      !message.ephemeral && !this.inThread && { label: store.say('replyInThread'), icon: 'reply', act: 'reply', run: () => this.reply() },
      { label: store.say('copy'), icon: 'copy', act: 'copy', run: () => this.copy() },
      { label: store.say('viewJSON'), icon: 'braces', act: 'json', run: () => openJSON(message, store) },
      this.cause() && { label: store.say('inTimeline'), icon: 'clock', act: 'timeline', run: () => store.reveal(this.cause()) },
      message.ephemeral && { label: store.say('dismiss'), icon: 'cross', act: 'dismiss', run: () => store.dismiss(message.id) },
      shortcuts.length > 0 && { heading: store.state.app.name },
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name, note: shortcut.description, leading: avatar({ ...store.state.app, bot: true }, 'small'),
        act: 'message-shortcut', data: { callback: shortcut.callback }, run: () => this.shortcut(shortcut),
      })),
    ], { label: store.say('messageActions') });
  }

  // cause is the id of the interaction that the message came of: the one it answers, or the one that it is.
  cause() {
    const { store, message } = this;
    const all = store.state.interactions;
    const known = all.find((i) => i.id === message.interaction);
    const near = (i) => i.steps.some((step) => ['typed', 'seen'].includes(step.name) && Math.abs(step.at - message.at) < moment);
    return (known || all.findLast((i) => i.kind !== 'trouble' && i.who === (message.author.bot ? store.me : message.author.handle) && near(i)))?.id;
  }

  async shortcut(shortcut) {
    const { store, message } = this;
    const answer = await store.act('message_shortcut', { callback: shortcut.callback, message: message.id });
    if (!answer.ok) store.toast(answer.error, 'error');
    else if (answer.shown) store.toast(store.say('appSilent', store.state.app.name), 'error');
  }

  copy() {
    return copyText(textOf(this.message, this.store), this.store);
  }

  // reach lets Tab stop at the row's own buttons only while the focus is in the row.
  reach(within) {
    this.node.classList.toggle('is-active', within);
    for (const button of this.node.querySelectorAll('.msg-tool, .msg-dismiss')) button.tabIndex = within ? 0 : -1;
  }

  keys(event) {
    if (event.target !== this.node) return;
    if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey) || event.key === 'Enter') this.menu();
    else return;
    event.preventDefault();
  }
}
