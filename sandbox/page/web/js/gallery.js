// The gallery: every message and view the bot has, drawn from its golden files.

import { h, fill, svg, uid } from './dom.js';
import { icons } from './icons.js';
import { grouped, titleOf } from './gallerywords.js';
import { copyText, forBuilder } from './json.js';
import { pageLanguage, tell } from './pagewords.js';
import { renderBlocks, speak } from './blocks.js';
import { mrkdwn, plain } from './mrkdwn.js';
import { avatar } from './avatar.js';
import { phrase } from './phrases.js';
import { direction, words } from './words.js';

/**
 * mount draws the gallery into an element when it first comes into sight. Buttons in the
 * samples do nothing: there is no bot behind them. Returns {off()}.
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
  return { off: () => watch.disconnect() };
}

class Gallery {
  constructor(element, store) {
    Object.assign(this, { element, store, items: [], cards: [], lang: pageLanguage() });
  }

  frame() {
    this.list = h('div', { class: 'gallery-list' });
    this.count = h('span', { class: 'gallery-count', role: 'status' });
    this.search = h('input', {
      type: 'search', class: 'gallery-search', 'data-gallery-search': '', 'aria-label': tell('gaSearch'), placeholder: tell('gaSearch'), autocomplete: 'off',
      oninput: () => this.filter(),
    });
    this.picker = h('select', {
      class: 'gallery-picker', 'data-gallery-lang': '', 'aria-label': tell('gaLanguage'), onchange: () => this.pick(this.picker.value),
    });
    this.element.classList.add('gallery');
    fill(this.element,
      h('div', { class: 'gallery-head', lang: pageLanguage(), dir: direction(pageLanguage()) },
        h('h2', { class: 'unseen' }, tell('gallery')),
        h('p', { class: 'gallery-about' }, tell('gaAbout')),
        h('div', { class: 'gallery-tools' }, this.search, this.picker, this.count)),
      this.list);
  }

  async load() {
    fill(this.list, h('p', { class: 'gallery-note' }, tell('loading')));
    try {
      const answer = await fetch('/api/gallery', { headers: { 'X-Sandbox': '1' } });
      if (!answer.ok) throw new Error(String(answer.status));
      this.items = await answer.json();
    } catch (error) {
      fill(this.list, h('p', { class: 'gallery-note' }, tell('gaBroken', error.message),
        h('button', { type: 'button', class: 'bk-button', onclick: () => this.load() }, tell('tryAgain'))));
      return;
    }
    this.languages();
    this.draw();
  }

  languages() {
    const all = [...new Set(this.items.map((item) => item.lang))].sort();
    fill(this.picker, h('option', { value: '' }, tell('gaAll')), all.map((lang) => h('option', { value: lang }, languageName(lang))));
    if (!all.includes(this.lang)) this.lang = '';
    this.picker.value = this.lang;
  }

  pick(lang) {
    this.lang = lang;
    this.draw();
  }

  draw() {
    const shown = this.items.filter((item) => !this.lang || item.lang === this.lang);
    this.cards = [];
    this.none = h('p', { class: 'gallery-note', hidden: true }, tell('gaNothing'));
    this.groups = grouped(shown).map((group) => {
      const title = uid('group');
      return h('section', { class: 'gallery-group', 'aria-labelledby': title, dataset: { group: group.name } },
        h('h3', { class: 'gallery-group-title', id: title }, group.title),
        h('div', { class: 'gallery-cards' }, group.items.map((item) => this.card(item))));
    });
    fill(this.list, this.groups, this.none);
    this.filter();
  }

  // filter leaves the samples whose title, name or text holds every word of the search.
  filter() {
    const words = this.search.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { node, text } of this.cards) {
      node.hidden = !words.every((word) => text.includes(word));
      if (!node.hidden) shown += 1;
    }
    for (const group of this.groups) group.hidden = !group.querySelector('.gallery-item:not([hidden])');
    this.none.hidden = shown > 0;
    this.count.textContent = tell('gaCount', shown, this.items.length);
  }

  card(item) {
    const ctx = { state: this.store.state || {}, lang: item.lang, surface: item.kind === 'view' ? item.json.type || 'modal' : 'message' };
    const drawn = item.kind === 'view' ? viewCard(item.json, ctx) : messageCard(item.json, ctx);
    speak(drawn, ctx);
    const title = titleOf(item.name);
    const kind = tell(item.kind === 'message' ? 'gaMessage' : item.json.type === 'home' ? 'gaHome' : 'gaView');
    const node = h('article', { class: 'gallery-item', dataset: { name: item.name, lang: item.lang, kind: item.kind } },
      h('header', { class: 'gallery-item-head' },
        h('h4', { class: 'gallery-name' }, title),
        h('span', { class: ['gallery-tag', `is-${item.kind}`] }, kind),
        h('span', { class: 'gallery-tag' }, languageName(item.lang))),
      h('div', { class: 'gallery-stage' }, drawn),
      h('footer', { class: 'gallery-foot' },
        h('details', { class: 'gallery-json', ontoggle: (event) => openJSON(event.currentTarget, item, title) },
          h('summary', null, tell('gaJSON'), h('span', { class: 'gallery-file' }, item.file))),
        h('button', { type: 'button', class: 'gallery-copy', dataset: { act: 'copy-builder' }, 'aria-label': tell('gaCopyOf', title),
          onclick: () => copyText(forBuilder(item.json), this.store) }, svg(icons.copy), h('span', null, tell('gaCopy')))));
    this.cards.push({ node, text: `${title} ${item.name} ${drawn.textContent}`.toLocaleLowerCase() });
    return node;
  }
}

// openJSON puts a sample's JSON into its fold when that opens first: of two hundred few are read.
function openJSON(details, item, title) {
  if (!details.open || details.querySelector('pre')) return;
  details.append(h('pre', { tabindex: 0, role: 'region', dir: 'ltr', 'aria-label': tell('gaJSONOf', title) }, h('code', null, JSON.stringify(item.json, null, 2))));
}

function languageName(lang) {
  return new Intl.DisplayNames([pageLanguage()], { type: 'language' }).of(lang) || lang;
}

function appName(ctx) {
  return (ctx.state.app && ctx.state.app.name) || tell('sandbox');
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
