// The interactive elements of Block Kit:
// https://docs.slack.dev/reference/block-kit/block-elements

import { h, uid, svg } from './dom.js';
import { textObject, plain } from './mrkdwn.js';
import { entryOf, entryText, valueIn } from './values.js';
import { language } from './dates.js';
import { words } from './words.js';
import { combobox } from './select.js';
import { popupFor } from './popup.js';
import { confirmed, setBusy, warn } from './layer.js';

/**
 * renderElement draws an element that stands in a block. `labels` are the
 * attributes that tie it to the label, hint and error of its input block; empty
 * elsewhere. Types it does not know come out as a loud red box.
 */
export function renderElement(element, block, ctx, labels = {}) {
  const draw = element && Object.hasOwn(kinds, element.type) ? kinds[element.type] : null;
  if (!draw) return unknown('element', element && element.type);
  return draw(element, block, ctx, labels);
}

/** unknown is what stands in place of something this page cannot draw. */
export function unknown(what, type) {
  const told = `Unknown ${what} type: ${type === undefined ? '(none)' : type}`;
  console.error(told);
  return h('div', { class: 'bk-unknown', role: 'alert', dataset: { unknown: String(type) } }, `⛔ ${told}`);
}

const kinds = {
  button, overflow,
  static_select: staticSelect, external_select: externalSelect,
  conversations_select: placeSelect, channels_select: placeSelect, users_select: userSelect,
  plain_text_input: textInput, email_text_input: textInput, number_input: textInput, url_text_input: textInput,
  radio_buttons: choices, checkboxes: choices, datepicker,
};

// sent asks for confirmation where the app wants it, tells the app, and shows on
// node that the app is being waited for and how that ended. Resolves to false if
// the person took it back.
async function sent(node, element, block, ctx, more) {
  if (node.getAttribute('aria-busy') === 'true') return true;
  if (element.confirm && !(await confirmed(element.confirm, ctx))) return false;
  setBusy(node, true);
  warn(node, null, ctx);
  const answer = await ctx.act({ block: block.block_id, action: element.action_id, ...more });
  setBusy(node, false);
  warn(node, answer, ctx);
  return true;
}

// tell tells the app what a field of a form holds, without keeping the person from going
// on: of an entry that another has followed it does not matter how it ended.
async function tell(node, element, block, ctx, selected) {
  const turn = (turns.get(node) || 0) + 1;
  turns.set(node, turn);
  warn(node, null, ctx);
  const answer = await ctx.act({ block: block.block_id, action: element.action_id, selected });
  if (turns.get(node) === turn && node.isConnected) warn(node, answer, ctx);
}

const turns = new WeakMap();

// change takes what a person entered: fields of input blocks wait for the form to
// be sent, unless they ask for more; all others tell the app at once.
async function change(node, element, block, ctx, entry) {
  const input = block.type === 'input';
  if (input || !element.confirm) ctx.changed(block, element, entry);
  const tells = !input || (block.dispatch_action && !('value' in entry));
  if (!tells) return;
  if (input && !element.confirm) {
    tell(node, element, block, ctx, entryText(entry));
    return;
  }
  const done = await sent(node, element, block, ctx, { selected: entryText(entry) });
  if (!input && element.confirm) {
    if (done) ctx.changed(block, element, entry);
    else ctx.redraw(block);
  }
}

function button(element, block, ctx) {
  const style = { primary: 'is-primary', danger: 'is-danger' }[element.style];
  return h('button', {
    type: 'button', class: ['bk-button', style], dataset: { action: element.action_id }, title: element.url || null,
    'aria-label': element.accessibility_label || null,
    onclick: (event) => sent(event.currentTarget, element, block, ctx, { value: element.value || '' }),
  }, h('span', { class: 'bk-button-text', dir: 'auto' }, textObject(element.text, ctx)));
}

const dots = 'M4 10h.01M10 10h.01M16 10h.01';

function overflow(element, block, ctx) {
  const opener = h('button', {
    type: 'button', class: 'bk-button bk-overflow', dataset: { action: element.action_id }, 'aria-haspopup': 'menu',
    'aria-expanded': 'false', 'aria-label': words('more', language(ctx)), onclick: () => (popup.isOpen ? close() : open()),
  }, svg(dots));
  const closed = () => opener.setAttribute('aria-expanded', 'false');
  const popup = popupFor(opener, { className: 'bk-menu', onClose: closed });
  const items = (element.options || []).map((option) => h('button', {
    type: 'button', role: 'menuitem', tabindex: -1, class: 'bk-option', dataset: { value: option.value }, title: option.url || null,
    onclick: () => {
      close();
      sent(opener, element, block, ctx, { selected: option.value });
    },
  }, optionText(option, ctx)));
  const close = () => {
    const within = popup.element.contains(document.activeElement);
    popup.close();
    if (within) opener.focus();
  };
  const open = () => {
    popup.open();
    opener.setAttribute('aria-expanded', 'true');
    items[0]?.focus();
  };
  popup.element.append(h('div', { role: 'menu', class: 'bk-list', 'aria-label': words('more', language(ctx)) }, items));
  popup.element.addEventListener('keydown', (event) => menuKey(event, items, close));
  popup.element.addEventListener('focusout', (event) => {
    if (!popup.element.contains(event.relatedTarget) && event.relatedTarget !== opener) popup.close();
  });
  return h('span', { class: 'bk-anchor' }, opener, popup.element);
}

function menuKey(event, items, close) {
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[to % items.length].focus();
  else if (event.key === 'Escape' || event.key === 'Tab') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function optionText(option, ctx) {
  return h('span', { class: 'bk-option-text' },
    h('span', { class: 'mk', dir: 'auto' }, textObject(option.text, ctx)),
    option.description && h('span', { class: 'bk-option-more mk', dir: 'auto' }, textObject(option.description, ctx)));
}

// Menus. All of them are a combobox over options of one shape.

function menu(element, block, ctx, labels, settings) {
  const node = combobox({
    lang: language(ctx), placeholder: plain(element.placeholder) || words('choose', language(ctx)),
    props: { ...naming(element, labels, 'choose', ctx), ...focused(element), dataset: { action: element.action_id } },
    onPick: (option) => change(node, element, block, ctx, entryOf(element, option && settings.held(option))),
    ...settings,
  });
  return node;
}

// naming gives a field its label: that of its input block, else its placeholder.
function naming(element, labels, fallback, ctx) {
  if (labels['aria-labelledby']) return labels;
  return { ...labels, 'aria-label': plain(element.placeholder) || words(fallback, language(ctx)) };
}

const focused = (element) => (element.focus_on_load ? { 'data-focus': '' } : {});

const choice = (option, group) => option && {
  value: option.value, text: plain(option.text), description: option.description ? plain(option.description) : '', group, from: option,
};

const matches = (query) => {
  const wanted = query.toLocaleLowerCase();
  return (option) => `${option.text} ${option.description || ''}`.toLocaleLowerCase().includes(wanted);
};

function staticSelect(element, block, ctx, labels) {
  const all = [
    ...(element.options || []).map((option) => choice(option, '')),
    ...(element.option_groups || []).flatMap((g) => g.options.map((option) => choice(option, plain(g.label)))),
  ];
  return menu(element, block, ctx, labels, {
    load: (query) => all.filter(matches(query)), held: (option) => option.from, chosen: choice(valueIn(ctx.entry(block, element)), ''),
  });
}

function externalSelect(element, block, ctx, labels) {
  return menu(element, block, ctx, labels, {
    remote: true, least: element.min_query_length ?? 3, chosen: choice(valueIn(ctx.entry(block, element)), ''),
    load: async (query) => {
      const answer = await ctx.suggest(block, element, query);
      const options = (answer.data && answer.data.options) || [];
      return { failed: !answer.ok || Boolean(answer.shown), options };
    },
    held: (option) => option.from || { text: { type: 'plain_text', text: option.text }, value: option.value },
  });
}

function placeSelect(element, block, ctx, labels) {
  const fitting = (ctx.state.places || []).filter((place) => passes(place, element));
  const all = fitting.map((place) => ({ value: place.id, text: placeTitle(place, ctx), icon: placeIcons[place.kind] || '#' }));
  const held = valueIn(ctx.entry(block, element));
  return menu(element, block, ctx, labels, {
    load: (query) => all.filter(matches(query.replace(/^#/, ''))), held: (option) => option.value,
    chosen: held ? all.find((o) => o.value === held) || { value: held, text: held } : null,
  });
}

const placeIcons = { private: '🔒', dm: '@', app: '⚡' };

function placeTitle(place, ctx) {
  const other = (ctx.state.people || []).find((p) => p.handle === place.with);
  if (place.kind === 'dm') return (other && other.name) || place.name || words('direct', language(ctx));
  return place.name || (place.kind === 'app' && ctx.state.app && ctx.state.app.name) || place.id;
}

// passes applies Slack's conversation filter; channels_select offers public channels only.
function passes(place, element) {
  const filter = element.filter || {};
  const kind = { channel: 'public', private: 'private', dm: 'im', app: 'im' }[place.kind];
  if (place.member === false) return false;
  if (element.type === 'channels_select') return kind === 'public';
  if (filter.exclude_external_shared_channels && place.shared) return false;
  if (filter.exclude_bot_users && place.kind === 'app') return false;
  return !filter.include || !filter.include.length || filter.include.includes(kind);
}

function userSelect(element, block, ctx, labels) {
  const all = (ctx.state.people || []).map((p) => ({ value: p.id, text: p.name || p.handle, description: `@${p.handle}`, icon: '👤' }));
  const held = valueIn(ctx.entry(block, element));
  return menu(element, block, ctx, labels, {
    load: (query) => all.filter(matches(query.replace(/^@/, ''))), held: (option) => option.value,
    chosen: held ? all.find((o) => o.value === held) || { value: held, text: held } : null,
  });
}

// Fields to type in.

const typing = {
  email_text_input: { inputmode: 'email', dir: 'ltr' }, url_text_input: { inputmode: 'url', dir: 'ltr' },
  number_input: { inputmode: 'decimal', dir: 'ltr' }, plain_text_input: { dir: 'auto' },
};

function textInput(element, block, ctx, labels) {
  const { dir, ...kind } = typing[element.type];
  const lines = element.multiline === true;
  const counter = h('span', { class: 'bk-count', 'aria-live': 'polite', hidden: true });
  const told = () => {
    field.dir = field.value ? dir : ''; // an empty field reads as its placeholder does
    count(counter, element, field.value, language(ctx));
  };
  const field = h(lines ? 'textarea' : 'input', {
    ...labels, ...kind, ...focused(element), type: lines ? null : 'text', rows: lines ? 4 : null, class: ['bk-input', lines && 'bk-area'],
    autocomplete: 'off', spellcheck: lines ? null : 'false', placeholder: plain(element.placeholder), dataset: { action: element.action_id },
    value: String(valueIn(ctx.entry(block, element)) ?? ''),
    oninput: () => {
      told();
      change(field, element, block, ctx, entryOf(element, field.value || null));
      if (dispatches(element, block, 'on_character_entered')) {
        ctx.soon(`${block.block_id}/${element.action_id}`, () => tell(field, element, block, ctx, field.value));
      }
    },
    onkeydown: (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      if (!dispatches(element, block, 'on_enter_pressed')) return;
      event.preventDefault();
      sent(field, element, block, ctx, { selected: field.value });
    },
  });
  told();
  return h('div', { class: 'bk-text' }, field, counter);
}

// dispatches tells whether the app is told of typed text, as the block asks; by default on Enter.
function dispatches(element, block, on) {
  const config = element.dispatch_action_config || { trigger_actions_on: ['on_enter_pressed'] };
  return Boolean(block.dispatch_action) && config.trigger_actions_on.includes(on);
}

// count shows how many characters are left when few are.
function count(counter, element, text, lang) {
  const most = element.type === 'plain_text_input' ? element.max_length : undefined;
  if (!most) return;
  const left = most - [...text].length;
  counter.hidden = left > Math.max(10, most / 10);
  counter.textContent = counter.hidden ? '' : String(left);
  counter.title = left < 0 ? words('tooMany', lang, -left) : words('left', lang, left);
  counter.classList.toggle('is-over', left < 0);
}

function choices(element, block, ctx, labels) {
  const one = element.type === 'radio_buttons';
  const held = [valueIn(ctx.entry(block, element))].flat().filter(Boolean).map((option) => option.value);
  const name = uid('choice');
  const changed = () => {
    const picked = (element.options || []).filter((_, i) => boxes[i].checked);
    change(node, element, block, ctx, entryOf(element, one ? picked[0] || null : picked));
  };
  const boxes = (element.options || []).map((option, i) => h('input', {
    type: one ? 'radio' : 'checkbox', name, value: option.value, checked: held.includes(option.value), onchange: changed,
    ...(i === 0 ? focused(element) : {}),
  }));
  const { 'aria-required': required, ...rest } = labels;
  const node = h('fieldset', {
    ...rest, class: 'bk-choices', role: one ? 'radiogroup' : 'group', 'aria-required': one ? required : null,
    dataset: { action: element.action_id },
  },
  (element.options || []).map((option, i) => h('label', { class: 'bk-choice' }, boxes[i], optionText(option, ctx))));
  return node;
}

function datepicker(element, block, ctx, labels) {
  const field = h('input', {
    ...naming(element, labels, 'date', ctx), ...focused(element), type: 'date', class: 'bk-input bk-date',
    dataset: { action: element.action_id },
    value: valueIn(ctx.entry(block, element)) || '',
    onchange: () => change(field, element, block, ctx, entryOf(element, field.value || null)),
  });
  return field;
}
