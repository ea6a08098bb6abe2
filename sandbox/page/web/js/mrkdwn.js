// Slack's mrkdwn, drawn as Slack draws it: https://docs.slack.dev/messaging/formatting-message-text
// Links are shown but lead nowhere: the sandbox opens nothing outside this machine.

import { h, append } from './dom.js';
import { emoji } from './emoji.js';
import { formatDate } from './dates.js';

/**
 * mrkdwn draws marked text. The context has `state` (names of people and
 * places), and may have `lang` and `zone` of the reader (default: those of
 * State's `me` and of the browser), and `verbatim`: true leaves addresses in the
 * text alone.
 */
export function mrkdwn(text, ctx = {}) {
  const out = document.createDocumentFragment();
  const parts = String(text ?? '').split(/```([\s\S]+?)```/);
  parts.forEach((part, i) => {
    if (i % 2) {
      out.append(h('pre', { class: 'mk-pre' }, h('code', null, literal(trimLines(part), ctx))));
      return;
    }
    const prose = trimAround(part, i > 0, i < parts.length - 1);
    if (prose) quoted(prose, ctx).forEach((node) => out.append(node));
  });
  return out;
}

/** textObject draws a text object of Block Kit: plain_text or mrkdwn. */
export function textObject(text, ctx = {}) {
  if (!text) return document.createDocumentFragment();
  if (typeof text === 'string') return plainFragment(text, true);
  if (text.type === 'mrkdwn') return mrkdwn(text.text, { ...ctx, verbatim: text.verbatim });
  return plainFragment(text.text, text.emoji !== false);
}

/** plain returns a text object's words as a string, for labels and titles of the page. */
export function plain(text) {
  if (!text) return '';
  if (typeof text === 'string') return withEmoji(unescape(text));
  if (text.type !== 'mrkdwn') return text.emoji === false ? unescape(text.text) : withEmoji(unescape(text.text));
  return mrkdwn(text.text).textContent;
}

function plainFragment(text, short) {
  const out = document.createDocumentFragment();
  out.append(short ? withEmoji(unescape(text)) : unescape(text));
  return out;
}

const withEmoji = (text) => text.replace(/:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/g, (all, name) => emoji(name) ?? all);

/** unescape reads the three entities that Slack escapes. */
export function unescape(text) {
  return String(text ?? '').replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: '<', gt: '>', amp: '&' })[name]);
}

const trimLines = (text) => text.replace(/^\n/, '').replace(/\n$/, '');

// A block of code stands on lines of its own: the line breaks around it are its own too.
function trimAround(text, afterCode, beforeCode) {
  const start = afterCode ? text.replace(/^\n/, '') : text;
  return beforeCode ? start.replace(/\n$/, '') : start;
}

// quoted splits text into quoted and other lines.
function quoted(text, ctx) {
  const nodes = [];
  let lines = [];
  let inQuote = false;
  const close = () => {
    if (!lines.length) return;
    const body = inline(lines.join('\n'), ctx);
    nodes.push(inQuote ? h('blockquote', { class: 'mk-quote' }, body) : body);
    lines = [];
  };
  let toTheEnd = false;
  for (const line of text.split('\n')) {
    const mark = toTheEnd ? null : /^(?:(?:&gt;|>){3}|(?:&gt;|>)) ?/.exec(line);
    if (toTheEnd || Boolean(mark) !== inQuote) {
      if (!toTheEnd) close();
      inQuote = toTheEnd || Boolean(mark);
    }
    if (mark && /^(?:&gt;|>){3}/.test(mark[0])) toTheEnd = true;
    lines.push(mark ? line.slice(mark[0].length) : line);
  }
  close();
  return nodes;
}

const wordy = /[\p{L}\p{N}]/u;
const marks = { '*': 'strong', _: 'em', '~': 's' };
const address = /https?:\/\/[^\s<>|"]+[^\s<>|".,;:!?)'\]}*_~`]|[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}/y;

// inline draws everything within lines. Text between marks is gathered and
// appended in one piece, so that a long message stays few nodes.
function inline(text, ctx) {
  const out = document.createDocumentFragment();
  let run = '';
  const flush = () => {
    if (run) out.append(unescape(run));
    run = '';
  };
  const put = (node) => {
    flush();
    append(out, node);
  };
  for (let i = 0; i < text.length;) {
    const found = at(text, i, ctx);
    if (!found) {
      run += text[i];
      i += 1;
      continue;
    }
    if (typeof found.node === 'string') run += found.node;
    else put(found.node);
    i += found.length;
  }
  flush();
  return out;
}

// at returns what stands at a place, with the length of its source; null for a plain character.
function at(text, i, ctx) {
  const c = text[i];
  const before = text[i - 1] || ' ';
  if (c === '<') return angled(text, i, ctx);
  if (c === ':') return shortName(text, i);
  if (c === '`' || c in marks) return marked(text, i, before, ctx);
  if (ctx.verbatim || wordy.test(before) || !/[A-Za-z0-9]/.test(c)) return null;
  address.lastIndex = i;
  const link = address.exec(text);
  return link && { node: linkText(unescape(link[0]), unescape(link[0])), length: link[0].length };
}

function shortName(text, i) {
  const found = /^:([a-z0-9_+-]+(?:::skin-tone-[2-6])?):/.exec(text.slice(i, i + 60));
  const picture = found && emoji(found[1]);
  return picture ? { node: picture, length: found[0].length } : null;
}

function marked(text, i, before, ctx) {
  if (wordy.test(before)) return null;
  const end = closing(text, i);
  if (end < 0) return null;
  const inner = text.slice(i + 1, end);
  const length = end + 1 - i;
  if (text[i] === '`') return { node: h('code', { class: 'mk-code' }, literal(inner, ctx)), length };
  return { node: h(marks[text[i]], null, inline(inner, ctx)), length };
}

// closing finds the mark that ends what begins at start: on the same line, with
// no space inside next to either mark, and no letter behind.
function closing(text, start) {
  const mark = text[start];
  const first = text[start + 1];
  if (!first || first === mark || /\s/.test(first)) return -1;
  for (let i = start + 1; i < text.length && text[i] !== '\n'; i += 1) {
    if (text[i] === '<' && mark !== '`') {
      const end = text.indexOf('>', i);
      if (end > 0) i = end;
    } else if (text[i] === mark && i > start + 1 && !/\s/.test(text[i - 1])) {
      const after = String.fromCodePoint(text.codePointAt(i + 1) || 32);
      if (!wordy.test(after)) return i;
    }
  }
  return -1;
}

// literal is the inside of code: names and links are resolved, marks are not.
function literal(text, ctx) {
  return text.split(/(<[^<>\n]+>)/).map((part, i) => (i % 2 ? angled(part, 0, ctx).node : unescape(part)));
}

// angled draws one <…>.
function angled(text, i, ctx) {
  const found = /^<([^<>|]+)(?:\|([^<>]*))?>/.exec(text.slice(i));
  if (!found) return { node: '<', length: 1 };
  const [source, target, label] = found;
  return { node: reference(target, label && unescape(label), ctx), length: source.length };
}

function reference(target, label, ctx) {
  const rest = target.slice(1);
  switch (target[0]) {
    case '@':
      return userName(rest, ctx, label);
    case '#':
      return placeName(rest, ctx, label);
    case '!':
      return special(rest, label, ctx);
    default: {
      const url = unescape(target);
      return linkText(label || url.replace(/^(mailto|tel):/, ''), url);
    }
  }
}

/** userName draws a mention of somebody; `me` stands out. */
export function userName(id, ctx, label) {
  const state = ctx.state || {};
  const person = (state.people || []).find((p) => p.id === id);
  const bot = state.app && state.app.user === id ? state.app.name : undefined;
  const name = (person && (person.name || person.handle)) || bot || label || id;
  const mine = person && person.handle === state.me;
  return h('span', { class: ['mk-mention', mine && 'mk-mine'], dataset: { user: id } }, '@', h('bdi', null, name));
}

/** placeName draws a mention of a conversation. */
export function placeName(id, ctx, label) {
  const place = ((ctx.state || {}).places || []).find((p) => p.id === id);
  const name = (place && place.name) || label || 'private-channel';
  const secret = place ? place.kind === 'private' : !label;
  return h('span', { class: 'mk-mention', dataset: { channel: id } }, secret ? '🔒\u00a0' : '#', h('bdi', null, name));
}

function special(rest, label, ctx) {
  if (rest.startsWith('date^')) {
    const [, seconds, format, link] = rest.split('^');
    const words = formatDate(Number(seconds), format, ctx);
    const node = h('time', { class: 'mk-date', title: words ? formatDate(Number(seconds), '{date_long} {time}', ctx) : null },
      words || label || '');
    return link ? h('span', { class: 'mk-link', title: unescape(link) }, node) : node;
  }
  const [command] = rest.split('^');
  return h('span', { class: 'mk-mention mk-mine' }, label || `@${command}`);
}

/** linkText draws a link that leads nowhere; its target can be read by pointing at it. */
export function linkText(label, url) {
  return h('span', { class: 'mk-link', title: url }, label);
}
