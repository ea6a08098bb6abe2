// What fields hold, in the form of Slack's state.values, and what Slack's client
// finds wrong with it before anything is sent.

import { words } from './words.js';

const keys = {
  plain_text_input: 'value', email_text_input: 'value', number_input: 'value', url_text_input: 'value',
  static_select: 'selected_option', external_select: 'selected_option', radio_buttons: 'selected_option',
  checkboxes: 'selected_options', conversations_select: 'selected_conversation',
  channels_select: 'selected_channel', users_select: 'selected_user', datepicker: 'selected_date',
};

/** stateKey is where an element of this type keeps its value; undefined for elements that hold none. */
export const stateKey = (type) => keys[type];

const initials = {
  value: 'initial_value', selected_option: 'initial_option', selected_options: 'initial_options',
  selected_conversation: 'initial_conversation', selected_channel: 'initial_channel', selected_user: 'initial_user',
  selected_date: 'initial_date',
};

/** entryOf makes the entry of an element that holds a value (null: nothing). */
export function entryOf(element, value) {
  const key = stateKey(element.type);
  return { type: element.type, [key]: value ?? (key === 'selected_options' ? [] : null) };
}

/** initialEntry is what an element holds before anybody touches it. */
export function initialEntry(element) {
  return entryOf(element, element[initials[stateKey(element.type)]]);
}

/** valueIn reads the value out of an entry. */
export const valueIn = (entry) => (entry ? entry[stateKey(entry.type)] : null);

/**
 * entryText is an entry as the acts `fill`, `submit` and `click` take it: text,
 * option value, id or date; several comma-separated; empty for nothing.
 */
export function entryText(entry) {
  const value = valueIn(entry);
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map((one) => one.value ?? one).join(',');
  return typeof value === 'object' ? value.value : String(value);
}

/** fieldOf returns the input block's element if it holds a value. */
export function fieldOf(block) {
  const element = block.type === 'input' ? block.element : null;
  return element && stateKey(element.type) ? element : null;
}

/**
 * refusal is what the client says about a field before it sends the form; empty
 * if nothing is wrong. Lengths count code points, as Slack's limits do.
 */
export function refusal(block, entry, lang) {
  const element = fieldOf(block);
  if (!element) return '';
  const text = entryText(entry);
  if (text === '') return block.optional ? '' : words('required', lang);
  const check = checks[element.type];
  return check ? check(element, text, lang) : '';
}

const checks = {
  plain_text_input(element, text, lang) {
    const length = [...text].length;
    if (length < (element.min_length || 0)) return words('least', lang, element.min_length);
    const most = element.max_length || 3000;
    return length > most ? words('most', lang, most) : '';
  },
  email_text_input: (_, text, lang) => (/^[^\s@<>()",;:]+@[^\s@<>()",;:.]+(\.[^\s@<>()",;:.]+)+$/.test(text.trim()) ? '' : words('email', lang)),
  url_text_input: (_, text, lang) => (/^https?:\/\/[^\s/]+/.test(text.trim()) ? '' : words('url', lang)),
  number_input(element, text, lang) {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim())) return words('number', lang);
    if (!element.is_decimal_allowed && !/^[+-]?\d+$/.test(text.trim())) return words('whole', lang);
    const number = Number(text);
    if (element.min_value !== undefined && number < Number(element.min_value)) return words('atLeast', lang, Number(element.min_value));
    if (element.max_value !== undefined && number > Number(element.max_value)) return words('atMost', lang, Number(element.max_value));
    return '';
  },
  datepicker: (_, text, lang) => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? '' : words('date_wrong', lang)),
};
