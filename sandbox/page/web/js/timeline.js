// What happened: everything people did, each with its way to the bot, to Azeer
// and back, in milliseconds.

import { fill, h, uid } from './dom.js';
import { announcer, duration, flash, frame, onReload, timeOf } from './pieces.js';

const mostRows = 200;

const labels = {
  typed: 'typed', delivered: 'delivered', stored: 'stored', acknowledged: 'acknowledged',
  sent: 'sent to Azeer', answered: 'answered', seen: 'seen', failed: 'failed',
};

const meanings = {
  typed: 'The person pressed Enter, or a button.',
  delivered: 'Slack sent the envelope to the bot, over one of its sockets.',
  stored: 'By now it is in the bot’s journal, on disk. Nobody outside sees the bot write; but it does so before it acknowledges and before it calls Azeer, so this is the latest it can have been.',
  acknowledged: 'The bot answered Slack; it has 3 seconds for that.',
  sent: 'The request arrived at Azeer.',
  answered: 'Azeer answered.',
  seen: 'The person has it on the screen.',
  failed: 'Slack gave up waiting, and this is what the person reads.',
};

const kinds = {
  slash_commands: 'command', view_submission: 'form', block_actions: 'button', shortcut: 'shortcut',
  message_action: 'shortcut', block_suggestion: 'type-ahead', typing: 'typing', view_closed: 'form closed', events_api: 'event',
};

/** mount draws the panel into el and keeps it current. Returns {off()}. */
export function mount(el, store) {
  const panel = new Timeline(el, store);
  panel.draw();
  const offs = [
    store.on('interaction', (e) => panel.take(e && e.interaction)),
    store.on('breach', () => panel.drawBreaches()),
    onReload(store, () => panel.draw()),
  ];
  return { off: () => offs.forEach((off) => typeof off === 'function' && off()) };
}

class Timeline {
  constructor(el, store) {
    this.store = store;
    this.rows = new Map(); // id → Row or Mark, oldest first
    this.live = announcer();
    this.breaches = h('div', { class: 'tl-breaches' });
    this.list = h('ol', { class: 'tl-list', 'aria-label': 'What happened, the newest first' });
    this.empty = h('div', { class: 'pn-empty', dataset: { empty: 'interactions' } },
      h('strong', null, 'Nothing has happened yet.'),
      h('span', null, 'Whatever somebody types, clicks or submits appears here, with every step and its milliseconds.'));
    this.typing = h('input', { type: 'checkbox', id: uid('typing'), onchange: () => this.filter() });
    this.hidden = h('span', { class: 'tl-hidden' });
    frame(el, 'timeline', 'What happened',
      h('div', { class: 'tl-tools' }, this.breaches,
        h('label', { class: 'tl-typing', for: this.typing.id }, this.typing, 'Show typing', this.hidden)),
      this.live.node, this.empty, this.list);
  }

  draw() {
    const state = this.store.state || {};
    const open = new Map([...this.rows].filter(([, row]) => row.open).map(([id, row]) => [id, row]));
    this.rows.clear();
    this.list.replaceChildren();
    for (const i of (state.interactions || []).slice(-mostRows)) this.put(i, open.get(i.id));
    this.drawBreaches();
    this.filter();
  }

  /** take takes in a new interaction, or more of one. */
  take(interaction) {
    if (!interaction) {
      this.draw();
      return;
    }
    const known = this.rows.has(interaction.id);
    const row = this.put(interaction);
    this.filter();
    if (!known) flash(row.node);
    if (row.worth) this.live.say(row.worth);
    if (interaction.breaches.length > 0) this.drawBreaches();
  }

  put(interaction, old) {
    let row = this.rows.get(interaction.id) || old;
    if (row) {
      row.update(interaction);
    } else {
      row = interaction.kind === 'trouble' ? new Mark(interaction) : new Row(interaction, this.store);
    }
    if (!row.node.isConnected) this.list.prepend(row.node);
    this.rows.set(interaction.id, row);
    if (this.rows.size > mostRows) {
      const [first] = this.rows.keys();
      this.rows.get(first).node.remove();
      this.rows.delete(first);
    }
    return row;
  }

  /** filter hides what people type into menus and fields, unless it is asked for or went wrong. */
  filter() {
    let hidden = 0;
    for (const row of this.rows.values()) {
      row.node.hidden = row.minor && !this.typing.checked;
      if (row.minor) hidden += 1;
    }
    this.hidden.textContent = hidden ? ` (${hidden})` : '';
    this.empty.hidden = this.rows.size > hidden || this.typing.checked && this.rows.size > 0;
  }

  drawBreaches() {
    const all = once((this.store.state || {}).breaches || []);
    this.breaches.dataset.breaches = all.length;
    if (all.length === 0) {
      fill(this.breaches, h('p', { class: 'tl-lawful' }, h('span', { 'aria-hidden': 'true' }, '✓ '), 'No rule of Slack or Azeer broken'));
      return;
    }
    const alone = all.filter((b) => !this.rows.has(b.interaction));
    fill(this.breaches,
      h('p', { class: 'tl-unlawful', role: 'status' }, h('span', { 'aria-hidden': 'true' }, '✗ '),
        all.length === 1 ? '1 rule broken' : `${all.length} rules broken`),
      alone.length > 0 && h('ul', { class: 'tl-breach-list' }, alone.map(breachLine)));
  }
}

/** once leaves out what was told twice: events may repeat what the state held already. */
function once(breaches) {
  return [...new Map(breaches.map((b) => [`${b.at} ${b.rule} ${b.detail}`, b])).values()];
}

function breachLine(b) {
  return h('li', { class: 'tl-breach', dataset: { rule: b.rule } }, h('b', null, b.rule), ' ', h('span', null, b.detail));
}

/** Mark is a turn of a switch between what people did. */
class Mark {
  constructor(interaction) {
    this.node = h('li', { class: 'tl-mark', dataset: { interaction: interaction.id, kind: 'trouble' } });
    this.minor = false;
    this.update(interaction);
  }

  update(i) {
    const at = i.steps.length ? i.steps[0].at : 0;
    fill(this.node, h('span', { class: 'tl-mark-text' }, h('span', { 'aria-hidden': 'true' }, '⚡ '), i.what),
      h('time', { class: 'pn-time', datetime: new Date(at).toISOString() }, timeOf(at)));
    this.worth = i.what;
  }
}

/** Row is one interaction. Its payload stays open while more becomes known of it. */
class Row {
  constructor(interaction, store) {
    this.store = store;
    this.open = false;
    this.head = h('header', { class: 'tl-head' });
    this.line = h('ol', { class: 'tl-steps', 'aria-label': 'Steps' });
    this.wrong = h('ul', { class: 'tl-breach-list', role: 'alert', hidden: true });
    this.payload = h('div', { class: 'tl-payload', id: uid('payload'), hidden: true });
    this.button = h('button', { type: 'button', class: 'tl-more', 'aria-expanded': 'false', 'aria-controls': this.payload.id,
      onclick: () => this.toggle() });
    this.node = h('li', { class: 'tl-item' }, this.head, this.line, this.wrong, this.button, this.payload);
    this.update(interaction);
  }

  update(i) {
    const settled = this.interaction && i.steps.some(isAck) && !this.interaction.steps.some(isAck);
    this.interaction = i;
    this.minor = ['block_suggestion', 'typing'].includes(i.kind) && i.breaches.length === 0 && !i.shown;
    const chip = outcome(i);
    this.node.dataset.interaction = i.id;
    this.node.dataset.kind = i.kind;
    this.node.dataset.outcome = chip.name;
    this.node.classList.toggle('is-bad', i.breaches.length > 0 || chip.name === 'failed');
    fill(this.head, this.title(i), h('div', { class: 'tl-meta' },
      h('span', { class: 'tl-who' }, this.name(i.who), i.where && ` in ${i.where}`),
      i.steps.length > 0 && h('time', { class: 'pn-time', datetime: new Date(i.steps[0].at).toISOString() }, timeOf(i.steps[0].at)),
      h('span', { class: ['pn-tag', chip.tone] }, chip.text)));
    fill(this.line, merged(i.steps).map((s, n, all) => stepNode(s, all[n + 1], all[0])));
    fill(this.wrong, i.breaches.map(breachLine));
    this.wrong.hidden = i.breaches.length === 0;
    this.button.hidden = i.steps.every((s) => s.name === 'typed');
    this.label();
    this.worth = chip.worth && `${i.what}: ${chip.text}`;
    if (settled && this.open) this.load();
  }

  title(i) {
    const typed = i.kind === 'slash_commands';
    return h('h3', { class: 'tl-what', dir: 'auto' },
      h(typed ? 'code' : 'span', { class: typed ? 'tl-line' : null }, i.what || kinds[i.kind] || i.kind));
  }

  name(handle) {
    const person = ((this.store.state || {}).people || []).find((p) => p.handle === handle);
    return person ? person.name : handle;
  }

  label() {
    fill(this.button, h('span', { class: 'tl-caret', 'aria-hidden': 'true' }, this.open ? '▾' : '▸'), 'Payload',
      h('span', { class: 'pn-hidden' }, ` of ${this.interaction.what}`));
    this.button.setAttribute('aria-expanded', String(this.open));
  }

  toggle() {
    this.open = !this.open;
    this.payload.hidden = !this.open;
    this.label();
    if (this.open) this.load();
  }

  async load() {
    if (!this.payload.firstChild) fill(this.payload, h('p', { class: 'pn-note' }, 'Loading…'));
    const out = await this.store.act('payload', { interaction: this.interaction.id });
    if (!out.ok) {
      fill(this.payload, h('p', { class: 'pn-note' }, out.error));
      return;
    }
    const has = (name) => this.interaction.steps.some((step) => step.name === name);
    fill(this.payload,
      json(has('delivered') ? 'Slack sent' : 'Slack had this to send, and the bot no socket', 'sent', out.data.payload),
      out.data.ack ? json('The bot acknowledged with', 'ack', out.data.ack)
        : h('p', { class: 'pn-note', dataset: { json: 'ack' } }, has('acknowledged') ? 'The bot acknowledged without a payload.' : 'The bot has not acknowledged.'));
  }
}

const isAck = (step) => step.name === 'acknowledged';

/** outcome says in a few words how an interaction stands. */
function outcome(i) {
  const last = i.steps[i.steps.length - 1];
  const first = i.steps[0];
  const after = last && first ? duration(last.at - first.at) : '';
  if (i.steps.some((s) => s.name === 'failed')) return { name: 'failed', tone: 'is-bad', text: i.shown || 'failed', worth: true };
  switch (last && last.name) {
    case 'seen': return { name: 'seen', tone: 'is-good', text: `seen after ${after}`, worth: true };
    case 'sent': return { name: 'waiting', tone: 'is-warn', text: 'waiting for Azeer' };
    case 'answered': return last.bad ? { name: 'retrying', tone: 'is-warn', text: last.text } : { name: 'answered', tone: '', text: `answered after ${after}` };
    case 'acknowledged': return { name: 'acknowledged', tone: '', text: `acknowledged after ${after}` };
    case 'stored': return { name: 'acknowledged', tone: '', text: `stored after ${after}` };
    default: return { name: 'waiting', tone: 'is-warn', text: 'waiting for the bot' };
  }
}

/** merged puts steps of the same moment together, as stored with acknowledged. */
function merged(steps) {
  const all = [];
  for (const s of steps) {
    const last = all[all.length - 1];
    if (last && last.names.includes('stored') && last.at === s.at) last.names.push(s.name);
    else all.push({ names: [s.name], at: s.at, text: s.text || '', bad: s.bad });
    if (s.text) all[all.length - 1].text = s.text;
  }
  return all;
}

const slow = 1000; // milliseconds from which a wait is drawn as one

function stepNode(step, next, first) {
  const wait = next ? next.at - step.at : 0;
  const after = step.at - first.at;
  return h('li', {
    class: ['tl-step', ...step.names.map((name) => `is-${name}`), step.bad && 'is-bad'],
    dataset: { step: step.names.join(' '), ms: after.toFixed(1) }, title: step.names.map((name) => meanings[name]).join(' '),
  },
  h('span', { class: 'tl-track', 'aria-hidden': 'true' }, h('span', { class: 'tl-dot' }), wait >= slow && h('span', { class: 'tl-wait' }, duration(wait))),
  h('span', { class: 'tl-name' }, step.names.map((name) => labels[name] || name).join(', ')),
  h('span', { class: 'tl-ms' }, step === first ? '0 ms' : `+${duration(after)}`),
  step.text && h('span', { class: 'tl-text', dir: 'auto', title: step.text }, step.text));
}

function json(title, name, value) {
  const heading = uid('json');
  return h('figure', { class: 'tl-json', dataset: { json: name } },
    h('figcaption', { id: heading }, title),
    h('pre', { tabindex: 0, dir: 'ltr', role: 'region', 'aria-labelledby': heading }, h('code', null, coloured(JSON.stringify(value, null, 2)))));
}

/** coloured marks keys, texts and numbers of printed JSON. */
function coloured(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)) {
    parts.push(text.slice(end, found.index));
    const kind = found[2] ? 'key' : found[1] ? 'text' : 'value';
    parts.push(h('span', { class: `js-${kind}` }, found[1] || found[0]), found[2] || '');
    end = found.index + found[0].length;
  }
  parts.push(text.slice(end));
  return parts;
}
