// The panels beside the workspace, and the bar at the bottom that a phone has instead
// of their tabs.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { setSetting, setting } from './prefs.js';

const kinds = [
  { name: 'azeer', title: 'Azeer', icon: 'inbox', module: './azeer.js' },
  { name: 'timeline', title: 'What happened', icon: 'clock', module: './timeline.js' },
  { name: 'trouble', title: 'Trouble', icon: 'alarm', module: './trouble.js' },
  { name: 'gallery', title: 'Gallery', icon: 'grid', module: './gallery.js' },
];

const narrow = window.matchMedia('(max-width: 900px)');
const widths = { least: 300, most: 760, step: 24 };

/** Panels makes the `element` with tabs and panels, and the `bottom` bar. */
export class Panels {
  constructor(store) {
    this.store = store;
    this.tabs = kinds.map((kind) => this.tab(kind));
    this.bodies = kinds.map((kind) => h('div', {
      class: 'panel', role: 'tabpanel', id: `panel-${kind.name}`, 'aria-labelledby': `panel-tab-${kind.name}`, tabindex: 0, dataset: { panel: kind.name }, hidden: true,
    }));
    this.grip = h('div', {
      class: 'panels-grip', role: 'separator', tabindex: 0, 'aria-orientation': 'vertical', 'aria-label': 'Width of the panels', 'aria-valuemin': widths.least,
      'aria-valuemax': widths.most, onpointerdown: (event) => this.drag(event), onkeydown: (event) => this.gripKeys(event),
    });
    this.element = h('aside', { class: 'panels', 'aria-label': 'Behind the scenes' },
      this.grip,
      h('div', { class: 'panels-tabs', role: 'tablist', 'aria-label': 'Behind the scenes', onkeydown: (event) => this.keys(event) }, this.tabs),
      this.bodies);
    this.bottom = h('nav', { class: 'bottom', 'aria-label': 'Parts of the page' },
      this.bottomTab({ name: 'chat', title: 'Chat', icon: 'chat' }), kinds.map((kind) => this.bottomTab(kind)));
    this.resize(Number(setting('panels')) || 400);
    store.on('panel', () => this.draw());
    for (const type of ['state', 'breach', 'trouble', 'message', 'go', 'unread']) store.on(type, () => this.badges());
    narrow.addEventListener('change', () => this.draw());
    this.mount();
    this.draw();
    this.badges();
  }

  // mount fills the panels, each from its own module: where one fails the rest of the page stands.
  async mount() {
    await Promise.all(kinds.map(async (kind, i) => {
      try {
        const { mount } = await import(kind.module);
        mount(this.bodies[i], this.store);
      } catch (error) {
        reportError(error);
        fill(this.bodies[i], h('p', { class: 'panel-broken', role: 'alert' }, `This panel does not work: ${error.message}`));
      }
    }));
  }

  tab(kind) {
    return h('button', {
      type: 'button', role: 'tab', class: 'tab', id: `panel-tab-${kind.name}`, 'aria-controls': `panel-${kind.name}`,
      dataset: { act: 'panel', panel: kind.name }, onclick: () => this.open(kind.name),
    }, kind.title, h('span', { class: 'tab-badge', hidden: true }));
  }

  bottomTab(kind) {
    return h('button', { type: 'button', class: 'bottom-tab', dataset: { act: 'bottom', panel: kind.name }, onclick: () => this.open(kind.name) },
      h('span', { class: 'bottom-icon' }, svg(icons[kind.icon]), h('span', { class: 'tab-badge', hidden: true })), h('span', null, kind.title));
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
      this.drawBadges();
    }, 50);
  }

  drawBadges() {
    const { state, unread } = this.store;
    const { azeer, slack, bot } = state.trouble;
    const wrong = [azeer !== 'none', slack.silent, slack.rate_limits, slack.refuse_answers, bot === 'stopped'].filter(Boolean).length;
    const sum = [...unread.values()].reduce((a, b) => a + b, 0);
    const say = (n, one, many) => `${n} ${n === 1 ? one : many}`;
    const told = {
      timeline: [state.breaches.length, say(state.breaches.length, 'broken rule', 'broken rules'), 'is-bad'],
      trouble: [wrong, say(wrong, 'thing is wrong', 'things are wrong'), 'is-warning'],
      chat: [sum, say(sum, 'unread message', 'unread messages'), ''],
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
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + count, Home: 0, End: count - 1 }[event.key];
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
    const move = (at) => this.resize(window.innerWidth - at.clientX);
    const end = () => {
      this.grip.removeEventListener('pointermove', move);
      setSetting('panels', String(this.width));
    };
    this.grip.addEventListener('pointermove', move);
    this.grip.addEventListener('lostpointercapture', end, { once: true });
  }

  gripKeys(event) {
    const step = { ArrowLeft: widths.step, ArrowRight: -widths.step }[event.key];
    if (!step) return;
    event.preventDefault();
    this.resize(this.width + step);
    setSetting('panels', String(this.width));
  }
}
