// Modals: the open views of the person, one on top of the other.
// https://docs.slack.dev/surfaces/modals

import { h, fill, uid, svg } from './dom.js';
import { Form } from './form.js';
import { speak } from './blocks.js';
import { plain } from './mrkdwn.js';
import { useLayer, openSheet, closeSheet } from './layer.js';
import { language } from './dates.js';
import { translated, words } from './words.js';

const cross = 'M5 5l10 10M15 5L5 15';
const arrow = 'M12 4l-6 6 6 6';

/**
 * renderModals draws the open modals into root, an element that covers the
 * workspace and nothing else, and keeps them current. Call it once.
 */
export function renderModals(root, store) {
  useLayer(root);
  const open = new Map(); // by view id
  const draw = () => {
    const views = (store.state && store.state.forms) || [];
    for (const [id, modal] of [...open].reverse()) {
      if (views.some((view) => view.id === id)) continue;
      open.delete(id);
      modal.close();
    }
    views.forEach((view, depth) => {
      if (!open.has(view.id)) open.set(view.id, new Modal(store));
      open.get(view.id).draw(view, depth);
    });
  };
  for (const type of ['forms', 'state', 'reset', 'person']) store.on(type, draw);
  draw();
}

class Modal {
  constructor(store) {
    this.store = store;
    this.form = new Form(store, 'modal');
    this.sending = false;
    const title = uid('title');
    this.title = h('h2', { class: 'modal-title', id: title, dir: 'auto' });
    this.icon = h('span', { class: 'modal-icon', 'aria-hidden': 'true' });
    this.back = h('button', { type: 'button', class: 'modal-back modal-tool', onclick: () => this.leave('cancel') }, svg(arrow));
    this.cross = h('button', { type: 'button', class: 'modal-x modal-tool', onclick: () => this.leave('close_all') }, svg(cross));
    this.banner = h('div', { class: 'modal-banner', role: 'alert', hidden: true });
    this.cancel = h('button', { type: 'button', class: 'bk-button modal-cancel', onclick: () => this.leave('cancel') });
    this.send = h('button', { type: 'submit', class: 'bk-button is-primary modal-submit' });
    this.status = h('div', { class: 'unseen', role: 'status' });
    this.dialog = h('div', { class: 'modal', role: 'dialog', 'aria-modal': 'true', 'aria-labelledby': title },
      h('header', { class: 'modal-head' }, this.back, this.icon, this.title, this.cross),
      this.banner,
      h('form', { class: 'modal-form', novalidate: true, onsubmit: (event) => this.submit(event) },
        h('div', { class: 'modal-body', ref: (body) => this.guard(body) }, this.form.body),
        h('footer', { class: 'modal-foot' }, this.status, this.cancel, this.send)));
    this.sheet = h('div', { class: 'sheet' }, this.dialog);
  }

  draw(view, depth) {
    const first = !this.view;
    this.view = view;
    this.form.draw(view);
    const lang = language(this.form.ctx);
    speak(this.dialog, this.form.ctx);
    Object.assign(this.dialog.dataset, { view: view.id, callback: view.callback || '' });
    this.title.textContent = plain(view.title);
    this.icon.textContent = [...((this.store.state.app || {}).name || 'A')][0];
    this.back.hidden = depth === 0;
    this.back.setAttribute('aria-label', words('back', lang));
    this.cross.setAttribute('aria-label', words('close', lang));
    this.cancel.textContent = plain(view.close) || words('close', lang);
    this.send.hidden = !plain(view.submit);
    this.complain(view.banner || '');
    this.wait(this.sending || view.busy);
    if (first) openSheet(this.sheet, { onEscape: () => this.leave('cancel') });
  }

  close() {
    this.form.rest();
    closeSheet(this.sheet);
  }

  async submit(event) {
    event.preventDefault();
    if (this.sending || this.view.busy || this.send.hidden || this.form.refused()) return;
    this.sending = true;
    this.complain('');
    this.wait(true);
    const answer = await this.form.submit();
    this.sending = false;
    this.wait(this.view.busy);
    if (!answer.ok) this.complain(answer.error || words('trouble', 'en'));
    else if (answer.shown && answer.shown !== words('required', 'en')) this.complain(answer.shown);
  }

  // leave closes this view, or all; the sandbox tells the app where it wants to know.
  async leave(act) {
    if (this.leaving) return; // Escape twice, or a double click
    this.leaving = true;
    const answer = await this.store.act(act, { view: this.view.id });
    this.leaving = answer.ok; // until the sandbox takes it away
    if (!answer.ok && answer.error && this.store.toast) this.store.toast(answer.error, 'error');
  }

  complain(text) {
    this.banner.hidden = !text;
    fill(this.banner, text && [h('span', { 'aria-hidden': 'true' }, '⚠ '), translated(text, language(this.form.ctx))]);
  }

  wait(busy) {
    const lang = language(this.form.ctx);
    this.busy = Boolean(busy);
    if (this.busy) this.dialog.setAttribute('aria-busy', 'true');
    else this.dialog.removeAttribute('aria-busy');
    this.send.setAttribute('aria-disabled', String(this.busy));
    this.status.textContent = this.busy ? words('working', lang) : '';
    fill(this.send, h('span', { class: 'bk-button-text' }, plain(this.view.submit)));
  }

  // guard keeps fields as they are while the form is on its way.
  guard(body) {
    body.addEventListener('keydown', (event) => {
      if (!this.busy || event.key === 'Tab' || event.key === 'Escape') return;
      event.preventDefault();
      event.stopPropagation();
    }, true);
    body.addEventListener('beforeinput', (event) => this.busy && event.preventDefault());
  }
}
