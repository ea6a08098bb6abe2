// Blocks of Block Kit, drawn as Slack draws them:
// https://docs.slack.dev/reference/block-kit/blocks

import { h, append, fill, uid } from './dom.js';
import { mrkdwn, textObject, plain } from './mrkdwn.js';
import { richText } from './richtext.js';
import { renderElement, unknown } from './elements.js';
import { initialEntry } from './values.js';
import { language } from './dates.js';
import { direction, translated, words } from './words.js';

/**
 * renderBlocks draws blocks into a fragment. ctx: `state`; `act({block, action,
 * value, selected})`, which tells the app and resolves to the act's answer;
 * `surface` "message", "modal" or "home". Forms add `entry(block, element)` and
 * `changed(block, element, entry)` (what fields hold), `suggest(block, element,
 * query)`, `errors` by block id and `redraw(block)`; without them fields hold
 * what the app put there.
 */
export function renderBlocks(blocks, ctx) {
  const out = document.createDocumentFragment();
  const nodes = new Map();
  const full = complete({
    redraw(block) {
      const old = nodes.get(block.block_id);
      nodes.set(block.block_id, renderBlock(block, full));
      old.replaceWith(nodes.get(block.block_id));
    },
    ...ctx,
  });
  for (const block of named(blocks)) {
    nodes.set(block.block_id, renderBlock(block, full));
    out.append(nodes.get(block.block_id));
  }
  return out;
}

/** renderBlock draws one block of `named` in a context made by `complete`. */
export function renderBlock(block, ctx) {
  const draw = Object.hasOwn(kinds, block.type) ? kinds[block.type] : null;
  const node = draw ? draw(block, ctx) : unknown('block', block.type);
  node.classList.add('bk');
  node.dataset.block = block.block_id;
  node.dataset.type = block.type;
  return node;
}

/**
 * renderMessage draws what a message says: its blocks, or its text if it has
 * none. What is pressed in it goes to the store.
 */
export function renderMessage(message, store) {
  const state = store.state;
  const body = h('div', { class: 'bk-message' });
  if (!message.blocks || !message.blocks.length) {
    return append(body, h('div', { class: 'mk', dir: 'auto' }, mrkdwn(message.text, { state })));
  }
  const ctx = {
    state, surface: 'message',
    act: (action) => store.act('click', { message: message.id, ...action }),
    suggest: (block, element, query) => store.act('type', { message: message.id, block: block.block_id, action: element.action_id, query }),
  };
  return append(body, renderBlocks(message.blocks, ctx));
}

/** named gives blocks and their elements the ids they lack, by their place. */
export function named(blocks) {
  const element = (e, i) => (e && typeof e === 'object' ? { ...e, action_id: e.action_id || `#${i}` } : e);
  return (blocks || []).map((block, i) => {
    const one = { ...block, block_id: block.block_id || `#${i}` };
    if (one.accessory) one.accessory = element(one.accessory, 0);
    if (one.element) one.element = element(one.element, 0);
    if (one.type === 'actions') one.elements = (one.elements || []).map(element);
    return one;
  });
}

/** complete fills in what a context of renderBlocks leaves out. */
export function complete(ctx) {
  const held = new Map();
  const key = (block, element) => `${block.block_id}/${element.action_id}`;
  return {
    state: {}, surface: 'message', errors: {},
    act: async () => ({ ok: true }),
    suggest: async () => ({ ok: false }),
    entry: (block, element) => held.get(key(block, element)) || initialEntry(element),
    changed: (block, element, entry) => held.set(key(block, element), entry),
    redraw: () => {},
    soon: (key, act) => act(),
    ...ctx,
  };
}

const kinds = {
  section, actions, context, header, input, image,
  divider: () => h('hr', { class: 'bk-divider' }),
  rich_text: (block, ctx) => richText(block, ctx),
};

const wording = (text, ctx, className) => h('div', { class: ['mk', className], dir: 'auto' }, textObject(text, ctx));

function section(block, ctx) {
  return h('div', { class: ['bk-section', block.accessory && 'has-accessory'] },
    h('div', { class: 'bk-section-body' },
      block.text && wording(block.text, ctx, 'bk-section-text'),
      block.fields && h('div', { class: 'bk-fields' }, block.fields.map((field) => wording(field, ctx, 'bk-field')))),
    block.accessory && h('div', { class: 'bk-accessory' }, accessory(block, ctx)));
}

function accessory(block, ctx) {
  if (block.accessory.type === 'image') return picture(block.accessory, 'bk-thumb', ctx);
  return renderElement(block.accessory, block, ctx);
}

function actions(block, ctx) {
  return h('div', { class: 'bk-actions' }, (block.elements || []).map((element) => renderElement(element, block, ctx)));
}

function context(block, ctx) {
  return h('div', { class: 'bk-context' }, (block.elements || []).map((element) => {
    if (element.type === 'image') return picture(element, 'bk-context-image', ctx);
    if (element.type === 'mrkdwn' || element.type === 'plain_text') return wording(element, ctx);
    return unknown('context element', element.type);
  }));
}

function header(block, ctx) {
  const level = ctx.surface === 'message' ? 4 : 3;
  return h('div', { class: 'bk-header', role: 'heading', 'aria-level': level, dir: 'auto' }, textObject(block.text, ctx));
}

// Only pictures that need no other machine are loaded.
const local = (url) => /^data:image\//.test(url) || new URL(url, window.location.href).origin === window.location.origin;

function picture(image, className, ctx) {
  const url = image.image_url || '';
  if (url && local(url)) return h('img', { class: className, src: url, alt: image.alt_text || '' });
  return h('span', { class: [className, 'bk-no-image'], role: 'img', 'aria-label': image.alt_text, title: words('picture', language(ctx)) },
    h('span', { 'aria-hidden': 'true' }, '🖼 '), h('span', { 'aria-hidden': 'true' }, image.alt_text));
}

function image(block, ctx) {
  return h('figure', { class: 'bk-image' },
    block.title && h('figcaption', { class: 'bk-image-title', dir: 'auto' }, textObject(block.title, ctx)),
    picture(block, 'bk-picture', ctx));
}

// Fields that hold text are labelled by <label for>; widgets by aria-labelledby.
function input(block, ctx) {
  const ids = { label: uid('label'), hint: uid('hint'), error: uid('error') };
  const hint = block.hint && h('div', { class: 'bk-hint', id: ids.hint, dir: 'auto' }, textObject(block.hint, ctx));
  const error = h('div', { class: 'bk-error', id: ids.error, dataset: { errorFor: block.block_id }, hidden: true });
  const field = renderElement(block.element, block, ctx, {
    'aria-labelledby': ids.label, 'aria-describedby': hint ? `${ids.hint} ${ids.error}` : ids.error,
    'aria-required': block.optional ? null : 'true',
  });
  const label = h('div', { class: 'bk-label', id: ids.label, dir: 'auto', onclick: () => field.querySelector('input, textarea')?.focus() },
    plain(block.label), block.optional && h('span', { class: 'bk-optional' }, ` ${words('optional', language(ctx))}`));
  const node = h('div', { class: 'bk-field-block' }, label, field, error, hint);
  showError(node, ctx.errors[block.block_id], ctx);
  return node;
}

/** showError puts a text under the field of a drawn input block; an empty one takes it away. */
export function showError(node, text, ctx) {
  const error = node.querySelector('[data-error-for]');
  if (!error) return;
  error.hidden = !text;
  fill(error, text && h('span', { dir: 'auto' }, translated(text, language(ctx))));
  for (const field of node.querySelectorAll('[aria-describedby]')) {
    if (text) field.setAttribute('aria-invalid', 'true');
    else field.removeAttribute('aria-invalid');
  }
}

/** speak sets language and direction of an element to those of the reader. */
export function speak(element, ctx) {
  const lang = language(ctx);
  element.lang = lang;
  element.dir = direction(lang);
}
