// Trouble: switches that make Azeer or Slack misbehave, and the bot's own
// process, to be killed and started.

import { fill, h, uid } from './dom.js';
import { tell } from './pagewords.js';
import { announcer, frame, onReload, section } from './pieces.js';

const azeer = ['slow', 'down', 'hang', '429', '401', 'unknown_agent', 'answer_lost'].map((name) => `azeer_${name}`);

const slack = ['silent', 'rate_limits', 'refuse_answers', 'holiday'].map((name) => `slack_${name}`);

/** mount draws the panel into el and keeps it current. Returns {off()}. */
export function mount(el, store) {
  const panel = new Trouble(el, store);
  panel.draw();
  const offs = [store.on('trouble', () => panel.draw()), onReload(store, () => panel.draw())];
  return { off: () => offs.forEach((off) => typeof off === 'function' && off()) };
}

class Trouble {
  constructor(el, store) {
    this.store = store;
    this.live = announcer();
    this.switches = new Map(); // name → button
    this.bot = section(tell('trBot'), tell('trBotAbout'));
    const azeerPart = section('Azeer', tell('trAzeerAbout'));
    const slackPart = section('Slack');
    this.well = h('button', { type: 'button', class: 'tr-well', dataset: { switch: 'all_well' }, onclick: () => this.cure() }, tell('trWell'));
    azeerPart.body.append(...azeer.map((name) => this.switchFor(name, tell(name), tell(`${name}_about`))));
    slackPart.body.append(this.refresh(), ...slack.map((name) => this.switchFor(name, tell(name), tell(`${name}_about`))));
    this.drawBot();
    frame(el, 'trouble', tell('trouble'),
      h('div', { class: 'tr-top' }, h('p', { class: 'pn-lead' }, tell('trAbout')), this.well),
      this.live.node, this.bot.node, azeerPart.node, slackPart.node);
  }

  now() {
    return (this.store.state || {}).trouble || { azeer: 'none', slack: {}, bot: 'none', sockets: 0 };
  }

  isOn(name) {
    const now = this.now();
    if (name.startsWith('azeer_')) return now.azeer === name.slice('azeer_'.length);
    return Boolean((now.slack || {})[name.slice('slack_'.length)]);
  }

  draw() {
    let any = this.now().bot === 'stopped';
    for (const [name, button] of this.switches) {
      const on = this.isOn(name);
      any = any || on;
      if (button.getAttribute('aria-checked') === String(on)) continue;
      button.setAttribute('aria-checked', String(on));
      this.live.say(tell(on ? 'trOn' : 'trOff', button.dataset.label));
    }
    const held = document.activeElement === this.well;
    this.well.disabled = !any;
    if (held && !any) this.switches.values().next().value.focus();
    this.drawState();
  }

  switchFor(name, label, about) {
    const says = uid('says');
    const labelled = uid('label');
    const button = h('button', {
      type: 'button', class: 'tr-switch', role: 'switch', 'aria-checked': 'false', 'aria-labelledby': labelled, 'aria-describedby': says,
      dataset: { switch: name, label }, onclick: () => this.turn(button, name, !this.isOn(name)),
    }, h('span', { class: 'tr-knob', 'aria-hidden': 'true' }));
    this.switches.set(name, button);
    const side = name.startsWith('azeer_') ? 'Azeer: ' : 'Slack: ';
    return h('div', { class: 'tr-row', onclick: (e) => { if (!e.target.closest('button')) button.click(); } },
      h('div', { class: 'tr-text' },
        h('span', { class: 'tr-label', id: labelled }, h('span', { class: 'unseen' }, side), label),
        h('span', { class: 'tr-about', id: says }, about)),
      button);
  }

  refresh() {
    const says = uid('says');
    const button = h('button', { type: 'button', class: 'tr-push', 'aria-describedby': says, dataset: { switch: 'slack_refresh' },
      onclick: () => this.turn(button, 'slack_refresh', true) }, tell('trRefresh'));
    return h('div', { class: 'tr-row' },
      h('div', { class: 'tr-text' },
        h('span', { class: 'tr-label' }, tell('trRefreshes')),
        h('span', { class: 'tr-about', id: says }, tell('trRefreshesAbout'))),
      button);
  }

  drawBot() {
    this.lamp = h('span', { class: 'tr-lamp', 'aria-hidden': 'true' });
    this.words = h('span', { class: 'tr-state' });
    this.plugs = h('span', { class: 'tr-plugs', 'aria-hidden': 'true' });
    this.killer = h('button', { type: 'button', class: ['tr-big', 'is-kill'], dataset: { switch: 'bot_kill' },
      onclick: () => this.turn(this.killer, 'bot_kill', true) }, tell('trKill'));
    this.starter = h('button', { type: 'button', class: ['tr-big', 'is-start'], dataset: { switch: 'bot_start' },
      onclick: () => this.turn(this.starter, 'bot_start', true) }, tell('trStart'));
    this.survival = h('button', { type: 'button', class: ['tr-push', 'tr-survive'], dataset: { act: 'survive' }, onclick: () => this.store.emit('survive') }, tell('stepKill'));
    this.buttons = h('div', { class: 'tr-buttons' }, this.killer, this.starter, this.survival);
    this.status = h('div', { class: 'tr-status', role: 'status' }, this.lamp, this.words, this.plugs);
    fill(this.bot.body, this.status, this.buttons);
  }

  drawState() {
    const { bot, sockets } = this.now();
    const state = bot === 'running' && sockets === 0 ? 'connecting' : bot;
    this.status.dataset.bot = state;
    this.status.dataset.sockets = sockets;
    const plugged = tell('trSockets', sockets);
    const words = {
      running: tell('trRunning', plugged),
      connecting: tell('trConnecting'),
      stopped: tell('trStopped'),
      none: sockets > 0 ? tell('trConnected', plugged) : tell('trUnconnected'),
    }[state];
    if (this.words.textContent !== words) this.words.textContent = words;
    fill(this.plugs, Array.from({ length: Math.min(sockets, 10) }, () => h('span', { class: 'tr-plug' })));
    this.buttons.hidden = bot === 'none';
    const held = document.activeElement;
    this.killer.disabled = bot !== 'running';
    this.starter.disabled = bot !== 'stopped';
    if (held === this.killer && bot === 'stopped') this.starter.focus();
    if (held === this.starter && bot === 'running') this.killer.focus();
  }

  async turn(button, name, on) {
    if (button.getAttribute('aria-busy') === 'true') return false;
    button.setAttribute('aria-busy', 'true');
    const out = await this.store.act('trouble', { switch: name, on });
    button.removeAttribute('aria-busy');
    if (!out.ok) this.store.toast(out.error || tell('failed'), 'error');
    return out.ok;
  }

  async cure() {
    for (const [name, button] of this.switches) {
      if (this.isOn(name)) await this.turn(button, name, false);
    }
    if (this.now().bot === 'stopped') await this.turn(this.starter, 'bot_start', true);
  }
}
