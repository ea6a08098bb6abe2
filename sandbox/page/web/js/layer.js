// What lies over the workspace: modals and confirm dialogs. One layer for all,
// which keeps the focus inside and gives it back.

import { h, uid, append } from './dom.js';
import { textObject, plain } from './mrkdwn.js';
import { words, direction } from './words.js';
import { language } from './dates.js';

let root = null;
let returnTo = null; // where the focus was before the first sheet came
let sheets = []; // what lies on the layer, the top one last

/** useLayer names the element in which sheets are put; its siblings are inert under them. */
export function useLayer(element) {
  root = element;
  root.classList.add('layer');
  root.hidden = true;
  // What had the focus may have been drawn away: the top sheet answers all the same.
  document.addEventListener('keydown', (event) => {
    if (sheets.length && event.target === document.body) keys(event, sheets.at(-1));
  });
}

/**
 * openSheet puts a dialog on top. `onEscape` is called for Esc; `opener` gets the
 * focus back when the last sheet closes, by default what has it now. The first
 * `[data-focus]` inside gets the focus, else the first field, else the dialog.
 */
export function openSheet(element, { onEscape, opener } = {}) {
  const held = document.activeElement;
  if (!sheets.length) returnTo = opener || held;
  const sheet = { element, onEscape, came: opener || held };
  sheets.push(sheet);
  element.tabIndex = -1;
  element.addEventListener('keydown', (event) => keys(event, sheet));
  root.append(element);
  settle();
  // Whoever works in a panel beside the workspace is not torn away from it.
  if (!held || held === document.body || root.parentElement.contains(held)) focusIn(element);
}

/** closeSheet takes a dialog off; the focus goes to the one below, or back to where it was. */
export function closeSheet(element) {
  const sheet = sheets.find((s) => s.element === element);
  if (!sheet) return;
  const hadFocus = element.contains(document.activeElement) || document.activeElement === document.body;
  sheets = sheets.filter((s) => s !== sheet);
  element.remove();
  settle();
  if (!hadFocus) return;
  const top = sheets.at(-1);
  if (top) {
    if (top.element.contains(sheet.came)) sheet.came.focus();
    else focusIn(top.element);
  } else giveBack();
}

function giveBack() {
  const own = returnTo && returnTo.isConnected && returnTo !== document.body;
  const target = own ? returnTo : root.parentElement.querySelector('[data-composer-input], textarea, [contenteditable="true"]');
  if (target) target.focus();
}

/** focusIn gives the focus to the first field of a dialog, or the dialog itself. */
export function focusIn(element) {
  const first = element.querySelector('[data-focus]') || element.querySelector('[aria-invalid="true"]')
    || stops(element).find((stop) => stop.matches('input, textarea, select'));
  (first || element).focus({ preventScroll: !first });
}

function settle() {
  root.hidden = !sheets.length;
  for (const sibling of root.parentElement.children) {
    if (sibling !== root) sibling.inert = sheets.length > 0;
  }
  sheets.forEach((sheet, i) => {
    sheet.element.inert = i < sheets.length - 1;
    sheet.element.classList.toggle('is-top', i === sheets.length - 1);
  });
}

function keys(event, sheet) {
  if (event.defaultPrevented) return;
  if (event.key === 'Escape' && sheet.onEscape) {
    event.preventDefault();
    sheet.onEscape();
  } else if (event.key === 'Tab') {
    round(event, sheet.element);
  }
}

// round keeps Tab inside.
function round(event, element) {
  const all = stops(element);
  if (!all.length) {
    event.preventDefault();
    return;
  }
  const at = document.activeElement;
  const first = all[0];
  const last = all.at(-1);
  if (event.shiftKey && (at === first || at === element)) {
    event.preventDefault();
    last.focus();
  } else if (!event.shiftKey && at === last) {
    event.preventDefault();
    first.focus();
  }
}

function stops(element) {
  const found = element.querySelectorAll('button, input, textarea, select, summary, [tabindex="0"]');
  return [...found].filter((stop) => !stop.disabled && stop.tabIndex >= 0 && stop.offsetParent !== null && !unchosenRadio(stop));
}

// Of a group of radio buttons, Tab stops at the chosen one only, or at the first.
function unchosenRadio(stop) {
  if (stop.type !== 'radio' || stop.checked) return false;
  const group = [...stop.closest('fieldset').querySelectorAll('input[type="radio"]')];
  return group.some((radio) => radio.checked) || group[0] !== stop;
}

/**
 * confirmed asks by a confirm object of Block Kit and resolves to whether the
 * person agreed. Esc means no.
 */
export function confirmed(confirm, ctx) {
  if (!root) useLayer(document.body.appendChild(h('div')));
  const lang = language(ctx);
  return new Promise((resolve) => {
    const title = uid('confirm');
    const text = uid('confirm');
    const done = (yes) => {
      closeSheet(sheet);
      resolve(yes);
    };
    const sheet = h('div', { class: 'sheet' },
      h('div', { class: 'confirm', role: 'alertdialog', 'aria-modal': 'true', 'aria-labelledby': title, 'aria-describedby': text, lang, dir: direction(lang) },
        h('h2', { class: 'confirm-title', id: title, dir: 'auto' }, plain(confirm.title)),
        h('div', { class: 'confirm-text mk', id: text, dir: 'auto' }, textObject(confirm.text, ctx)),
        h('div', { class: 'modal-foot' },
          h('button', { type: 'button', class: 'bk-button confirm-no', onclick: () => done(false) }, plain(confirm.deny)),
          h('button', {
            type: 'button', 'data-focus': '', onclick: () => done(true),
            class: ['bk-button', 'confirm-yes', confirm.style === 'danger' ? 'is-danger' : 'is-primary'],
          }, plain(confirm.confirm)))));
    openSheet(sheet, { onEscape: () => done(false) });
  });
}

/** setBusy shows that an element waits for the app. */
export function setBusy(node, busy) {
  if (busy) node.setAttribute('aria-busy', 'true');
  else node.removeAttribute('aria-busy');
}

/**
 * warn puts Slack's ⚠ behind an element when the app did not answer as it must;
 * without an answer to complain of it takes the sign away.
 */
export function warn(node, answer, ctx) {
  const old = node.nextElementSibling;
  if (old && old.classList.contains('bk-warn')) old.remove();
  if (!answer || (answer.ok && !answer.shown)) return;
  const told = answer.error || words('unanswered', language(ctx));
  const sign = h('span', { class: 'bk-warn', title: told, role: 'alert' });
  node.after(sign);
  append(sign, h('span', { 'aria-hidden': 'true' }, '⚠'), h('span', { class: 'unseen' }, told));
}
