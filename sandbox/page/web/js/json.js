// Messages and views as the JSON that the app has sent.

import { h, uid, svg } from './dom.js';
import { icons } from './icons.js';
import { closeSheet, openSheet } from './layer.js';

/** forBuilder is a message or view as Slack's Block Kit Builder takes it. */
export function forBuilder(body) {
  if (body.type === 'modal' || body.type === 'home') return JSON.stringify(body, null, 2);
  const blocks = body.blocks?.length ? body.blocks : [{ type: 'section', text: { type: 'mrkdwn', text: body.text } }];
  return JSON.stringify({ blocks }, null, 2);
}

/** copyText copies a text and says so, in the words of the chat client. */
export async function copyText(text, store) {
  try {
    await navigator.clipboard.writeText(text);
    store.toast(store.say('copied'), 'good');
  } catch {
    store.toast(store.say('notCopied'), 'error');
  }
}

/** openJSON shows a message as JSON over the workspace. */
export function openJSON(message, store) {
  const title = uid('json');
  const { text, blocks } = message;
  const body = { text, ...(blocks?.length ? { blocks } : {}) };
  const close = () => closeSheet(sheet);
  const sheet = h('div', { class: 'sheet', onpointerdown: (event) => event.target === sheet && close() },
    h('div', { class: 'modal json-sheet', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': title },
      h('header', { class: 'modal-head' }, h('h2', { class: 'modal-title', id: title }, store.say('viewJSON')),
        h('button', { type: 'button', class: 'modal-tool modal-x', 'aria-label': store.say('close'), onclick: close }, svg(icons.cross))),
      h('pre', { class: 'json-text', tabindex: 0, role: 'region', dir: 'ltr', 'aria-labelledby': title, 'data-focus': '' }, h('code', null, JSON.stringify(body, null, 2))),
      h('footer', { class: 'modal-foot' },
        h('button', { type: 'button', class: 'bk-button is-primary', dataset: { act: 'copy-builder' }, onclick: () => copyText(forBuilder(body), store) }, store.say('copyBuilder')))));
  openSheet(sheet, { onEscape: close });
}
