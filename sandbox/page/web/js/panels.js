// The panels beside the workspace, and the bar at the bottom that a phone has instead
// of their tabs.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { pageLanguage, tell } from './pagewords.js';
import { afterPress } from './press.js';
import { setSetting, setting } from './prefs.js';
import { direction } from './words.js';

const kinds = [
  { name: 'azeer', icon: 'inbox', module: './azeer.js' },
  { name: 'timeline', icon: 'clock', module: './timeline.js' },
  { name: 'trouble', icon: 'alarm', module: './trouble.js' },
  { name: 'workflow', icon: 'flow', module: './workflow.js' },
  { name: 'gallery', icon: 'grid', module: './gallery.js' },
];

const narrow = window.matchMedia('(max-width: 700px)');
const widths = { least: 300, most: 760, step: 24 };

const rtl = () => direction(pageLanguage()) === 'rtl';

/** Panels makes the `element` with tabs and panels, and the `bottom` bar. */
export class Panels {
  constructor(store) {
    this.store = store;
    this.tabs = kinds.map((kind) => this.tab(kind));
    this.bodies = kinds.map((kind) => h('div', {
      class: 'panel', role: 'tabpanel', id: `panel-${kind.name}`, tabindex: 0, dataset: { panel: kind.name }, hidden: true,
    }));
    this.grip = h('div', {
      class: 'panels-grip', role: 'separator', tabindex: 0, 'aria-orientation': 'vertical', 'aria-valuemin': widths.least,
      'aria-valuemax': widths.most, onpointerdown: (event) => this.drag(event), onkeydown: (event) => this.gripKeys(event),
    });
    this.tablist = h('div', { class: 'panels-tabs', role: 'tablist', onkeydown: (event) => this.keys(event) }, this.tabs);
    this.element = h('aside', { class: 'panels' }, this.grip, this.tablist, this.bodies);
    this.bottom = h('nav', { class: 'bottom' }, this.bottomTab({ name: 'chat', icon: 'chat' }), kinds.map((kind) => this.bottomTab(kind)));
    this.resize(Number(setting('panels')) || 400);
    store.on('panel', () => this.draw());
    for (const type of ['state', 'breach', 'trouble', 'message', 'go', 'unread']) store.on(type, () => this.badges());
    narrow.addEventListener('change', () => this.draw());
    this.mounted = [];
    this.speak();
    store.on('state', () => this.speak());
    this.draw();
    this.badges();
  }

  // speak words everything in the page's language, where that is another than before.
  speak() {
    if (this.spoken === pageLanguage()) return;
    this.spoken = pageLanguage();
    this.element.setAttribute('aria-label', tell('behind'));
    this.tablist.setAttribute('aria-label', tell('behind'));
    this.grip.setAttribute('aria-label', tell('panelWidth'));
    this.bottom.setAttribute('aria-label', tell('parts'));
    for (const tab of this.tabs) tab.querySelector('.tab-text').textContent = tell(tab.dataset.panel);
    this.bodies.forEach((body, i) => body.setAttribute('aria-label', tell(kinds[i].name)));
    for (const tab of this.bottom.children) tab.querySelector('.tab-text').textContent = tell(tab.dataset.panel === 'timeline' ? 'timelineShort' : tab.dataset.panel);
    this.mount();
    this.badges();
  }

  // mount fills the panels, each from its own module: where one fails the rest of the page stands.
  async mount() {
    await Promise.all(kinds.map(async (kind, i) => {
      try {
        const { mount } = await import(kind.module);
        this.mounted[i]?.off();
        this.mounted[i] = mount(this.bodies[i], this.store);
      } catch (error) {
        reportError(error);
        fill(this.bodies[i], h('p', { class: 'panel-broken', role: 'alert' }, tell('panelBroken', error.message)));
      }
    }));
  }

  tab(kind) {
    return h('button', {
      type: 'button', role: 'tab', class: 'tab', id: `panel-tab-${kind.name}`, 'aria-controls': `panel-${kind.name}`,
      dataset: { act: 'panel', panel: kind.name }, onclick: () => this.open(kind.name),
    }, h('span', { class: 'tab-text' }), h('span', { class: 'tab-badge', hidden: true }));
  }

  bottomTab(kind) {
    return h('button', { type: 'button', class: 'bottom-tab', dataset: { act: 'bottom', panel: kind.name }, onclick: () => this.open(kind.name) },
      h('span', { class: 'bottom-icon' }, svg(icons[kind.icon]), h('span', { class: 'tab-badge', hidden: true })), h('span', { class: 'tab-text' }));
  }

  /** isPhone tells whether there is room for one part of the page only. */
  isPhone() {
    return narrow.matches;
  }

  /** open shows a panel, or on a phone the "chat". */
  open(name) {
    if (name !== this.store.panel) this.store.show(name);
  }

  /** focus goes into the open panel. */
  focus() {
    this.tabs.find((tab) => tab.tabIndex === 0)?.focus();
  }

  draw() {
    const phone = this.isPhone();
    const wanted = this.store.panel;
    const known = kinds.some((kind) => kind.name === wanted);
    const shown = known ? wanted : phone ? 'chat' : 'azeer';
    document.documentElement.dataset.pane = shown === 'chat' || !phone ? 'chat' : 'panel';
    kinds.forEach((kind, i) => {
      const on = kind.name === (shown === 'chat' ? 'azeer' : shown);
      this.tabs[i].setAttribute('aria-selected', String(on));
      this.tabs[i].tabIndex = on ? 0 : -1;
      this.bodies[i].hidden = !on;
    });
    for (const tab of this.bottom.children) {
      if (tab.dataset.panel === shown) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    }
  }

  badges() {
    if (this.due) return;
    this.due = setTimeout(() => {
      this.due = 0;
      afterPress(() => this.drawBadges());
    }, 50);
  }

  drawBadges() {
    const { state, unread } = this.store;
    const { azeer, slack, bot } = state.trouble;
    const wrong = [azeer !== 'none', slack.silent, slack.rate_limits, slack.refuse_answers, bot === 'stopped'].filter(Boolean).length;
    const sum = [...unread.values()].reduce((a, b) => a + b, 0);
    const told = {
      timeline: [state.breaches.length, tell('badgeBroken', state.breaches.length), 'is-bad'],
      trouble: [wrong, tell('badgeWrong', wrong), 'is-warning'],
      chat: [sum, tell('badgeUnread', sum), ''],
    };
    for (const tab of [...this.tabs, ...this.bottom.children]) {
      const [count, label, style] = told[tab.dataset.panel] || [0, '', ''];
      const badge = tab.querySelector('.tab-badge');
      badge.hidden = count === 0;
      badge.className = `tab-badge ${style}`;
      fill(badge, h('span', { 'aria-hidden': 'true' }, count > 99 ? '99+' : count), h('span', { class: 'unseen' }, ` ${label}`));
    }
  }

  keys(event) {
    const at = this.tabs.indexOf(event.target);
    const count = this.tabs.length;
    const to = { [rtl() ? 'ArrowLeft' : 'ArrowRight']: at + 1, [rtl() ? 'ArrowRight' : 'ArrowLeft']: at - 1 + count, Home: 0, End: count - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.open(kinds[to % count].name);
    this.tabs[to % count].focus();
  }

  // The width.

  resize(width) {
    this.width = Math.round(Math.max(widths.least, Math.min(width, widths.most)));
    document.documentElement.style.setProperty('--panels', `${this.width}px`);
    this.grip.setAttribute('aria-valuenow', String(this.width));
  }

  drag(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.grip.setPointerCapture(event.pointerId);
    const move = (at) => this.resize(rtl() ? at.clientX : window.innerWidth - at.clientX);
    const end = () => {
      this.grip.removeEventListener('pointermove', move);
      setSetting('panels', String(this.width));
    };
    this.grip.addEventListener('pointermove', move);
    this.grip.addEventListener('lostpointercapture', end, { once: true });
  }

  gripKeys(event) {
    const step = { [rtl() ? 'ArrowRight' : 'ArrowLeft']: widths.step, [rtl() ? 'ArrowLeft' : 'ArrowRight']: -widths.step }[event.key];
    if (!step) return;
    event.preventDefault();
    this.resize(this.width + step);
    setSetting('panels', String(this.width));
  }
}
