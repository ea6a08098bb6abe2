// The rich_text block: what people's own messages are made of.
// https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { h } from './dom.js';
import { userName, placeName, linkText } from './mrkdwn.js';
import { emoji } from './emoji.js';
import { formatDate } from './dates.js';
import { unknown } from './elements.js';

/** richText draws a rich_text block. */
export function richText(block, ctx) {
  return h('div', { class: 'bk-rich mk', dir: 'auto' }, (block.elements || []).map((part) => container(part, ctx)));
}

function container(part, ctx) {
  const inside = () => (part.elements || []).map((element) => leaf(element, ctx));
  switch (part.type) {
    case 'rich_text_section':
      return h('div', { class: 'rich-section', dir: 'auto' }, inside());
    case 'rich_text_preformatted':
      return h('pre', { class: 'mk-pre' }, h('code', null, inside()));
    case 'rich_text_quote':
      return h('blockquote', { class: 'mk-quote', dir: 'auto' }, inside());
    case 'rich_text_list':
      return list(part, ctx);
    default:
      return unknown('rich text', part.type);
  }
}

function list(part, ctx) {
  const props = { class: ['rich-list', `is-level-${Math.min(part.indent || 0, 6)}`], start: part.offset ? part.offset + 1 : null, dir: 'auto' };
  return h(part.style === 'ordered' ? 'ol' : 'ul', props, (part.elements || []).map((item) => h('li', null, container(item, ctx))));
}

const leaves = {
  text: (e) => e.text,
  link: (e) => linkText(e.text || e.url, e.url),
  user: (e, ctx) => userName(e.user_id, ctx),
  channel: (e, ctx) => placeName(e.channel_id, ctx),
  usergroup: (e) => h('span', { class: 'mk-mention' }, `@${e.usergroup_id}`),
  broadcast: (e) => h('span', { class: 'mk-mention mk-mine' }, `@${e.range}`),
  emoji: (e) => fromUnicode(e.unicode) || emoji(e.name) || `:${e.name}:`,
  date: (e, ctx) => h('time', { class: 'mk-date' }, formatDate(e.timestamp, e.format, ctx) || e.fallback || ''),
  color: (e) => h('span', null, e.value),
};

const fromUnicode = (hex) => hex && String.fromCodePoint(...hex.split('-').map((part) => parseInt(part, 16)));

const styles = [['code', 'code'], ['bold', 'strong'], ['italic', 'em'], ['strike', 's'], ['underline', 'u']];

function leaf(element, ctx) {
  if (!Object.hasOwn(leaves, element.type)) return unknown('rich text element', element.type);
  const style = element.style || {};
  return styles.filter(([name]) => style[name]).reduce(
    (inner, [name, tag]) => h(tag, { class: name === 'code' ? 'mk-code' : null }, inner),
    leaves[element.type](element, ctx),
  );
}
