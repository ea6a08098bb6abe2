// Trouble: switches that make Azeer or Slack misbehave, and the bot's own
// process, to be killed and started.

import { fill, h, uid } from './dom.js';
import { announcer, frame, onReload, section } from './pieces.js';

const azeer = [
  ['slow', 'Slow', 'Every answer takes 5 seconds. The command is acknowledged at once, “still assigning” follows after 3 seconds, and then the result.'],
  ['down', 'Down', 'Connections are refused. The bot keeps trying for 10 minutes: turn this off again and watch the request get through.'],
  ['hang', 'Hanging', 'Azeer takes the request and never answers. After three attempts, within a minute, the bot says honestly that it does not know.'],
  ['429', 'Too many requests (429)', 'Azeer asks to come back in 2 seconds. The bot waits as it is told and keeps trying for 10 minutes.'],
  ['401', 'Key refused (401)', 'The person reads at once that it was not done and that whoever runs the bot must act. Nothing is tried again.'],
  ['unknown_agent', 'Unknown agent (404)', 'The person reads that it was not done, and why. Nothing is tried again.'],
  ['answer_lost', 'Answer lost', 'The contact changes its owner, but the answer never arrives. The bot asks again, which does no harm; in the end it says that it does not know.'],
];

const slack = [
  ['silent', 'Goes silent', 'The sockets stay open, but nothing comes through. Commands fail at once, until after 30 seconds the bot notices and opens new sockets; then this switch falls back by itself.'],
  ['rate_limits', 'Rate limits', 'Slack counts calls as in real life: about one message a second in a channel. Answers wait for their turn; none is lost.'],
  ['refuse_answers', 'Refuses the answer', 'Response URLs answer 404. The bot answers privately in the channel instead, or in a direct message where it is no member.'],
];

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
    this.bot = section('The bot', 'A real process. Killing it is a power cut: it can do nothing more. What it has accepted stands in its journal, so start it again and watch it finish.');
    const azeerPart = section('Azeer', 'One of these at a time.');
    const slackPart = section('Slack');
    this.well = h('button', { type: 'button', class: 'tr-well', dataset: { switch: 'all_well' }, onclick: () => this.cure() }, 'All well again');
    azeerPart.body.append(...azeer.map(([name, ...words]) => this.switchFor(`azeer_${name}`, ...words)));
    slackPart.body.append(this.refresh(), ...slack.map(([name, ...words]) => this.switchFor(`slack_${name}`, ...words)));
    this.drawBot();
    frame(el, 'trouble', 'Trouble',
      h('div', { class: 'tr-top' }, h('p', { class: 'pn-lead' }, 'What can go wrong, does. Turn a switch, use the workspace, and see what the bot makes of it.'), this.well),
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
      this.live.say(`${button.dataset.label}: ${on ? 'on' : 'off'}`);
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
        h('span', { class: 'tr-label', id: labelled }, h('span', { class: 'pn-hidden' }, side), label),
        h('span', { class: 'tr-about', id: says }, about)),
      button);
  }

  refresh() {
    const says = uid('says');
    const button = h('button', { type: 'button', class: 'tr-push', 'aria-describedby': says, dataset: { switch: 'slack_refresh' },
      onclick: () => this.turn(button, 'slack_refresh', true) }, 'Refresh');
    return h('div', { class: 'tr-row' },
      h('div', { class: 'tr-text' },
        h('span', { class: 'tr-label' }, 'Refreshes a socket'),
        h('span', { class: 'tr-about', id: says }, 'Slack closes the oldest socket, as it does every few hours. The other one takes over while the bot opens a third: no command is lost.')),
      button);
  }

  drawBot() {
    this.lamp = h('span', { class: 'tr-lamp', 'aria-hidden': 'true' });
    this.words = h('span', { class: 'tr-state' });
    this.plugs = h('span', { class: 'tr-plugs', 'aria-hidden': 'true' });
    this.killer = h('button', { type: 'button', class: ['tr-big', 'is-kill'], dataset: { switch: 'bot_kill' },
      onclick: () => this.turn(this.killer, 'bot_kill', true) }, 'Kill the bot');
    this.starter = h('button', { type: 'button', class: ['tr-big', 'is-start'], dataset: { switch: 'bot_start' },
      onclick: () => this.turn(this.starter, 'bot_start', true) }, 'Start the bot');
    this.survival = h('button', { type: 'button', class: ['tr-push', 'tr-survive'], dataset: { act: 'survive' }, onclick: () => this.store.emit('survive') }, 'Watch it survive');
    this.buttons = h('div', { class: 'tr-buttons' }, this.killer, this.starter, this.survival);
    this.status = h('div', { class: 'tr-status', role: 'status' }, this.lamp, this.words, this.plugs);
    fill(this.bot.body, this.status, this.buttons);
  }

  drawState() {
    const { bot, sockets } = this.now();
    const state = bot === 'running' && sockets === 0 ? 'connecting' : bot;
    this.status.dataset.bot = state;
    this.status.dataset.sockets = sockets;
    const plugged = sockets === 1 ? '1 socket to Slack' : `${sockets} sockets to Slack`;
    const words = {
      running: `Running, ${plugged}`,
      connecting: 'Running, not connected to Slack',
      stopped: 'Not running: nobody takes commands',
      none: sockets > 0 ? `Connected, ${plugged}` : 'Not connected',
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
    if (!out.ok) this.store.toast(out.error || 'That did not work.', 'error');
    return out.ok;
  }

  async cure() {
    for (const [name, button] of this.switches) {
      if (this.isOn(name)) await this.turn(button, name, false);
    }
    if (this.now().bot === 'stopped') await this.turn(this.starter, 'bot_start', true);
  }
}
