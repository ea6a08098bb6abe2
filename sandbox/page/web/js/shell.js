// The frame of the page: who one is, the workspace, the panels beside it, and what
// is told in passing. On a phone one of these at a time.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { pageLanguage, tell } from './pagewords.js';
import { direction } from './words.js';
import { renderModals } from './modal.js';
import { focusIn } from './layer.js';
import { Conversation } from './conversation.js';
import { ThreadPane } from './thread.js';
import { Sidebar } from './sidebar.js';
import { openSwitcher } from './switcher.js';
import { peopleSwitch } from './people.js';
import { firstSteps, showSteps, stepsShown } from './steps.js';
import { survive } from './survive.js';
import { toggleMenu } from './menu.js';
import { Panels } from './panels.js';
import { announcements } from './announce.js';
import { setSetting, setting } from './prefs.js';

const themes = { '': 'themeAuto', light: 'themeLight', dark: 'themeDark' };

const languages = { en: 'English', ar: 'العربية' };

const compact = window.matchMedia('(max-width: 900px)'); // list or conversation, one at a time

/** Shell draws the whole page into an element, once the State is there. */
export class Shell {
  constructor(element, store) {
    Object.assign(this, { element, store });
    this.workspace = h('div', { class: 'workspace', id: 'workspace' });
    this.nav = h('nav', { class: 'side' });
    this.main = h('main', { class: 'place', id: 'place', tabindex: -1 });
    this.aside = h('aside', { class: 'thread', id: 'thread', hidden: true });
    this.layer = h('div', { id: 'layer' });
    this.strip = h('section', { class: 'steps', id: 'steps', hidden: true, onclick: (event) => event.target.closest('button') && this.unfold(false) });
    this.banner = h('div', { class: 'lost', role: 'alert', hidden: true });
    this.panels = new Panels(store);
    fill(this.workspace, this.nav, this.main, this.aside, this.layer);
    this.skipper = h('a', { class: 'skip', href: '#place', onclick: (event) => this.skip(event) });
    fill(element, this.skipper, this.frame(), this.banner, this.strip, this.workspace, this.panels.element, this.panels.bottom);
    announcements(element, store);
    this.inhabit();
    this.follow();
  }

  inhabit() {
    const { store } = this;
    this.speak();
    this.conversation = new Conversation(this.main, store, { onBack: () => this.chat('places') });
    this.thread = new ThreadPane(this.aside, store);
    this.sidebar = new Sidebar(this.nav, store, { onChoose: (id) => this.choose(id), onJump: () => this.jump() });
    renderModals(this.layer, store);
    const { composer } = this.conversation;
    this.pen = { write: (text) => this.write(text), written: () => composer.field.value, send: () => composer.send() };
    firstSteps(this.strip, store, this.pen);
    new MutationObserver(() => this.drawFold()).observe(this.strip, { attributes: true, childList: true });
    this.drawFold();
    store.on('stage', ({ stage }) => this.unfold(Boolean(stage))); // to be read while it goes on
    this.chat('place');
  }

  follow() {
    const { store } = this;
    store.on('state', () => this.speak());
    store.on('go', () => this.chat('place'));
    store.on('connection', ({ lost }) => this.connection(lost));
    store.on('trouble', () => this.drawBot());
    store.on('survive', () => survive(store, { ...this.pen, tell: (stage) => this.tell(stage) }));
    store.on('state', () => this.drawBot());
    store.on('forms', () => this.formsCame() && this.panels.isPhone() && this.panels.open('chat'));
    store.on('state', () => this.formsCame());
    this.formsCame();
    document.addEventListener('keydown', (event) => this.keys(event));
    this.drawBot();
    this.connection(store.lost);
  }

  // formsCame tells whether there is a form that was not there when it was asked last.
  formsCame() {
    const before = this.forms;
    this.forms = new Set(this.store.state.forms.map((form) => form.id));
    return [...this.forms].some((id) => !before?.has(id));
  }

  // speak gives the workspace the person's language, and the rest the page's.
  speak() {
    const { lang } = this.store;
    this.workspace.lang = lang;
    this.workspace.dir = direction(lang);
    Object.assign(document.documentElement, { lang: pageLanguage(), dir: direction(pageLanguage()) });
    document.title = `${this.store.state.app.name} – ${tell('sandbox')}`;
    this.skipper.textContent = tell('skip');
    this.kind.textContent = tell('sandbox');
    this.gear.title = tell('settings');
    this.gear.setAttribute('aria-label', tell('settings'));
  }

  frame() {
    const { store } = this;
    this.bot = h('button', { type: 'button', class: 'bot', dataset: { act: 'bot' }, onclick: () => store.show('trouble') });
    this.kind = h('span', { class: 'brand-kind' });
    this.folder = h('button', {
      type: 'button', class: 'steps-fold', dataset: { act: 'steps-fold' }, 'aria-expanded': 'false', 'aria-controls': 'steps', onclick: () => this.unfold(!this.unfolded),
    });
    this.gear = h('button', {
      type: 'button', class: 'tool frame-tool', dataset: { act: 'settings' }, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => this.settings(this.gear),
    }, svg(icons.gear));
    return h('header', { class: 'frame' },
      h('div', { class: 'brand' }, h('span', { class: 'brand-mark' }, svg(icons.mark)),
        h('span', { class: 'brand-text' }, h('strong', { class: 'brand-name' }, store.state.app.name), this.kind)),
      peopleSwitch(store), h('span', { class: 'frame-space' }), this.folder, this.bot, this.gear);
  }

  settings(button) {
    const { store } = this;
    const now = setting('theme') || '';
    toggleMenu(button, [
      { heading: tell('theme') },
      ...Object.entries(themes).map(([theme, label]) => ({
        label: tell(label), checked: theme === now, act: 'theme', data: { theme: theme || 'auto' }, run: () => this.theme(theme),
      })),
      { heading: tell('language') },
      { label: tell('languageAuto'), checked: !store.asked, act: 'language', data: { language: 'auto' }, run: () => store.setPageLang('') },
      ...Object.entries(languages).map(([lang, label]) => ({
        label, checked: store.asked === lang, act: 'language', data: { language: lang }, run: () => store.setPageLang(lang),
      })),
      { heading: tell('keepTitle') },
      {
        label: tell('keep'), note: tell('keepAbout'), checked: store.keep, role: 'menuitemcheckbox', act: 'keep',
        run: () => store.setKeep(!store.keep),
      },
      !stepsShown() && { heading: tell('help') },
      !stepsShown() && { label: tell('stepsOn'), act: 'steps-on', run: () => showSteps(store) },
    ], { label: tell('settings') });
  }

  theme(theme) {
    setSetting('theme', theme || null);
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
  }

  // drawBot tells how the app's process and its sockets are.
  drawBot() {
    const { bot, sockets } = this.store.state.trouble;
    const text = tell(bot === 'stopped' ? 'botStopped' : sockets > 0 ? 'botConnected' : 'botAlone');
    const well = bot !== 'stopped' && sockets > 0;
    if (this.bot.title === `${text} (${sockets})`) return;
    this.bot.title = `${text} (${sockets})`;
    this.bot.dataset.bot = bot;
    this.bot.dataset.well = String(well);
    this.bot.setAttribute('aria-label', tell('botLabel', text, sockets));
    fill(this.bot, h('span', { class: 'bot-light', 'aria-hidden': 'true' }), h('span', { class: 'bot-text' }, text));
  }

  connection(lost) {
    this.element.classList.toggle('is-lost', lost);
    this.banner.hidden = !lost;
    fill(this.banner, lost && [
      svg(icons.alarm), h('span', null, tell('lost')),
      h('button', { type: 'button', class: 'link', dataset: { act: 'reconnect' }, onclick: () => this.store.renew() }, tell('tryNow'))]);
  }

  // drawFold shows how far the first steps are, where they are folded away.
  drawFold() {
    const all = this.strip.querySelectorAll('[data-step]').length;
    const done = this.strip.querySelectorAll('[data-done="true"]').length;
    this.folder.hidden = this.strip.hidden || all === 0;
    this.folder.setAttribute('aria-label', tell('stepsFold', done, all));
    fill(this.folder, svg(icons.check), h('bdi', { dir: 'ltr', 'aria-hidden': 'true' }, `${done}/${all}`));
  }

  // unfold shows the first steps on a phone, or folds them away again.
  unfold(open) {
    this.unfolded = open;
    this.element.classList.toggle('is-unfolded', open);
    this.folder.setAttribute('aria-expanded', String(open));
  }

  // chat shows the list of conversations or the conversation, where there is room for one of them only.
  chat(which) {
    this.element.dataset.chat = which;
    if (which === 'places' && compact.matches) this.sidebar.focus();
  }

  async choose(id) {
    await this.store.setPlace(id);
    this.chat('place');
    if (!compact.matches) this.conversation.composer.focus();
  }

  jump() {
    if (this.store.state.forms.length) return; // a form must be closed first, as in Slack
    if (this.panels.isPhone()) this.panels.open('chat');
    openSwitcher(this.store, (id) => this.choose(id));
  }

  async write(text) {
    if (this.panels.isPhone()) this.panels.open('chat');
    this.chat('place');
    await this.conversation.fill(text);
  }

  // tell says how far the survival is: the last word of it stays a while.
  tell(stage) {
    const { store } = this;
    clearTimeout(this.telling);
    if (stage) store.emit('stage', { stage });
    else this.telling = setTimeout(() => store.emit('stage', { stage }), 2500);
    if (this.strip.hidden && stage === 'survived') store.toast(tell('stage_survived'), 'good');
    if (this.strip.hidden && stage === 'failed') store.toast(tell('stage_failed'), 'error');
  }

  skip(event) {
    event.preventDefault();
    const { field, element } = this.conversation.composer;
    (element.hidden ? this.main : field).focus();
  }

  keys(event) {
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (control && event.key.toLowerCase() === 'k') this.jump();
    else if (event.key === 'F6') this.region(event.shiftKey ? -1 : 1);
    else return;
    event.preventDefault();
  }

  // region moves the focus to the next part of the page, as F6 does in Slack.
  region(step) {
    const composer = this.conversation.composer.field;
    const parts = [
      [this.element.querySelector('.frame'), () => this.element.querySelector('.me').focus()],
      [this.nav, () => this.sidebar.focus()],
      [this.main, () => (composer.closest('[hidden]') ? this.main : composer).focus()],
      [this.aside, () => this.thread.composer.focus()],
      [this.layer, () => focusIn(this.layer.querySelector('.is-top'))],
      [this.panels.element, () => this.panels.focus()],
    ].filter(([part]) => part.offsetParent !== null && !part.inert && part.checkVisibility());
    const at = parts.findIndex(([part]) => part.contains(document.activeElement));
    parts[(at + step + parts.length) % parts.length][1]();
  }
}
