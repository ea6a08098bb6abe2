// The gallery: every message and view the bot has, drawn from its golden files.

import { h, fill } from './dom.js';
import { renderBlocks, speak } from './blocks.js';
import { mrkdwn, plain } from './mrkdwn.js';
import { avatar } from './avatar.js';
import { phrase } from './phrases.js';
import { words } from './words.js';

/**
 * mount draws the gallery into an element when it first comes into sight. Buttons
 * in it do nothing: there is no bot behind them.
 */
export function mount(element, store) {
  const gallery = new Gallery(element, store);
  const watch = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watch.disconnect();
    gallery.load();
  });
  gallery.frame();
  watch.observe(element);
}

class Gallery {
  constructor(element, store) {
    Object.assign(this, { element, store, items: [], lang: '' });
  }

  frame() {
    this.list = h('div', { class: 'gallery-list' });
    this.count = h('span', { class: 'gallery-count', role: 'status' });
    this.picker = h('select', {
      class: 'gallery-picker', 'data-gallery-lang': '', 'aria-label': 'Language', onchange: () => this.pick(this.picker.value),
    });
    this.element.classList.add('gallery');
    fill(this.element,
      h('div', { class: 'gallery-head' },
        h('p', { class: 'gallery-about' }, 'Every message and form of the app, drawn from the files its tests compare with.'),
        h('div', { class: 'gallery-tools' }, this.picker, this.count)),
      this.list);
  }

  async load() {
    fill(this.list, h('p', { class: 'gallery-note' }, 'Loading…'));
    try {
      const answer = await fetch('/api/gallery', { headers: { 'X-Sandbox': '1' } });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      this.items = await answer.json();
    } catch (error) {
      fill(this.list, h('p', { class: 'gallery-note' }, `The gallery could not be loaded (${error.message}). `,
        h('button', { type: 'button', class: 'bk-button', onclick: () => this.load() }, 'Try again')));
      return;
    }
    this.languages();
    this.draw();
  }

  languages() {
    const all = [...new Set(this.items.map((item) => item.lang))].sort();
    fill(this.picker, h('option', { value: '' }, 'All languages'), all.map((lang) => h('option', { value: lang }, languageName(lang))));
    if (!all.includes(this.lang)) this.lang = '';
    this.picker.value = this.lang;
  }

  pick(lang) {
    this.lang = lang;
    this.draw();
  }

  draw() {
    const shown = this.items.filter((item) => !this.lang || item.lang === this.lang);
    this.count.textContent = `${shown.length} of ${this.items.length}`;
    fill(this.list, shown.length ? shown.map((item) => this.card(item)) : h('p', { class: 'gallery-note' }, 'There is nothing to show.'));
  }

  card(item) {
    const ctx = { state: this.store.state || {}, lang: item.lang, surface: item.kind === 'view' ? item.json.type || 'modal' : 'message' };
    const drawn = item.kind === 'view' ? viewCard(item.json, ctx) : messageCard(item.json, ctx);
    speak(drawn, ctx);
    return h('article', { class: 'gallery-item', dataset: { name: item.name, lang: item.lang, kind: item.kind } },
      h('header', { class: 'gallery-item-head' },
        h('h3', { class: 'gallery-name' }, item.name.replaceAll('_', ' ')),
        h('span', { class: ['gallery-tag', `is-${item.kind}`] }, item.kind),
        h('span', { class: 'gallery-tag' }, languageName(item.lang))),
      h('div', { class: 'gallery-stage' }, drawn),
      h('details', { class: 'gallery-json' },
        h('summary', null, 'JSON', h('span', { class: 'gallery-file' }, item.file)),
        h('pre', { tabindex: 0, role: 'region', dir: 'ltr', 'aria-label': `JSON of ${item.name}` }, h('code', null, JSON.stringify(item.json, null, 2)))));
  }
}

function languageName(lang) {
  return new Intl.DisplayNames(['en'], { type: 'language' }).of(lang) || lang;
}

function appName(ctx) {
  return (ctx.state.app && ctx.state.app.name) || 'App';
}

function messageCard(body, ctx) {
  const blocks = body.blocks && body.blocks.length ? renderBlocks(body.blocks, ctx) : h('div', { class: 'mk', dir: 'auto' }, mrkdwn(body.text, ctx));
  return h('div', { class: 'gallery-message' },
    avatar({ name: appName(ctx), bot: true }),
    h('div', { class: 'gallery-message-body' },
      h('div', { class: 'gallery-author' }, h('strong', null, appName(ctx)), h('span', { class: 'gallery-app' }, phrase('app', ctx.lang))),
      h('div', { class: 'bk-message' }, blocks)));
}

function viewCard(body, ctx) {
  const content = h('div', { class: 'bk-blocks' }, renderBlocks(body.blocks, ctx));
  if (body.type === 'home') return h('div', { class: 'gallery-home home-surface' }, content);
  return h('div', { class: 'gallery-view modal' },
    h('header', { class: 'modal-head' },
      h('span', { class: 'modal-icon', 'aria-hidden': 'true' }, [...appName(ctx)][0]),
      h('div', { class: 'modal-title', dir: 'auto' }, plain(body.title))),
    h('div', { class: 'modal-body' }, content),
    h('footer', { class: 'modal-foot' },
      h('button', { type: 'button', class: 'bk-button' }, plain(body.close) || words('close', ctx.lang)),
      body.submit && h('button', { type: 'button', class: 'bk-button is-primary' }, plain(body.submit))));
}
