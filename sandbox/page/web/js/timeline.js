// What happened: everything people did, each with its way to the bot, to Azeer
// and back, in milliseconds.

import { fill, h, uid } from './dom.js';
import { announcer, duration, flash, frame, onReload, timeOf } from './pieces.js';
import { pageTexts, tell, told } from './pagewords.js';

const mostRows = 200;

const stages = ['slack', 'bot', 'azeer', 'wait', 'back'];

// stageAfter is what takes the time after a step, until the next; asked: Azeer has a request that it has not answered.
function stageAfter(step, next, asked) {
  const last = step.names.at(-1);
  if (asked) return 'azeer';
  if (last === 'answered' && next?.names[0] === 'sent') return 'wait';
  if (last === 'typed') return 'slack';
  if (['delivered', 'seen'].includes(last)) return 'bot';
  return last === 'answered' || next?.names[0] === 'seen' ? 'back' : 'bot';
}

const capital = (name) => name[0].toUpperCase() + name.slice(1);

// stepLabel words a step; the first one by what was done.
function stepLabel(name, i) {
  if (name !== 'typed') return tell(`step${capital(name)}`);
  if (/^Step “/.test(i.what)) return tell('did_step');
  if (i.kind === 'events_api') return tell(/^Opens the app/.test(i.what) ? 'did_home' : 'did_events_api');
  return tell(Object.hasOwn(pageTexts, `did_${i.kind}`) ? `did_${i.kind}` : 'did_typed');
}

/** mount draws the panel into el and keeps it current. Returns {off()}. */
export function mount(el, store) {
  const panel = new Timeline(el, store);
  panel.draw();
  const offs = [
    store.on('interaction', (e) => panel.take(e && e.interaction)),
    store.on('breach', () => panel.drawBreaches()),
    store.on('reveal', ({ interaction }) => panel.reveal(interaction)),
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
    this.list = h('ol', { class: 'tl-list', 'aria-label': tell('tlList') });
    this.empty = h('div', { class: 'pn-empty', dataset: { empty: 'interactions' } },
      h('strong', null, tell('tlEmpty')),
      h('span', null, tell('tlEmptyAbout')));
    this.typing = h('input', { type: 'checkbox', id: uid('typing'), onchange: () => this.filter() });
    this.hidden = h('span', { class: 'tl-hidden' });
    frame(el, 'timeline', tell('timeline'),
      h('div', { class: 'tl-tools' }, this.breaches,
        h('label', { class: 'tl-typing', for: this.typing.id }, this.typing, tell('tlTyping'), this.hidden)),
      legend(), this.live.node, this.empty, this.list);
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

  /** reveal brings an interaction before the person, even one that is typing. */
  reveal(id) {
    const row = this.rows.get(id);
    if (!row) return;
    if (row.minor && !this.typing.checked) {
      this.typing.checked = true;
      this.filter();
    }
    row.node.scrollIntoView({ block: 'center' });
    row.node.focus({ preventScroll: true });
    flash(row.node);
  }

  drawBreaches() {
    const all = once((this.store.state || {}).breaches || []);
    this.breaches.dataset.breaches = all.length;
    if (all.length === 0) {
      fill(this.breaches, h('p', { class: 'tl-lawful' }, h('span', { 'aria-hidden': 'true' }, '✓ '), tell('tlLawful')));
      return;
    }
    const alone = all.filter((b) => !this.rows.has(b.interaction));
    fill(this.breaches,
      h('p', { class: 'tl-unlawful', role: 'status' }, h('span', { 'aria-hidden': 'true' }, '✗ '),
        tell('tlUnlawful', all.length)),
      alone.length > 0 && h('ul', { class: 'tl-breach-list' }, alone.map(breachLine)));
  }
}

// legend says what the colours of the bars mean.
function legend() {
  return h('ul', { class: 'tl-legend', 'aria-label': tell('tlLegend') },
    stages.map((stage) => h('li', { class: ['tl-sum', `is-${stage}`] }, tell(`stage${capital(stage)}`))));
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
    fill(this.node, h('span', { class: 'tl-mark-text' }, h('span', { 'aria-hidden': 'true' }, '⚡ '), told(i.what)),
      h('time', { class: 'pn-time', datetime: new Date(at).toISOString() }, timeOf(at)));
    this.worth = told(i.what);
  }
}

/** Row is one interaction. Its details stay open while more becomes known of it. */
class Row {
  constructor(interaction, store) {
    this.store = store;
    this.open = false;
    this.head = h('header', { class: 'tl-head' });
    this.bar = h('ol', { class: 'tl-steps', 'aria-label': tell('tlSteps') });
    this.sums = h('p', { class: 'tl-sums', 'aria-hidden': 'true' });
    this.wrong = h('ul', { class: 'tl-breach-list', role: 'alert', hidden: true });
    this.list = h('ol', { class: 'tl-table', 'aria-label': tell('tlSteps') });
    this.json = h('div', { class: 'tl-payload' });
    this.details = h('div', { class: 'tl-details', id: uid('details'), hidden: true }, this.list, this.json);
    this.button = h('button', { type: 'button', class: 'tl-more', 'aria-expanded': 'false', 'aria-controls': this.details.id,
      onclick: () => this.toggle() });
    this.node = h('li', { class: 'tl-item', tabindex: -1 }, this.head, this.bar, this.sums, this.wrong, this.button, this.details);
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
      h('span', { class: 'tl-who' }, h('bdi', null, this.name(i.who)), i.where && tell('tlIn', i.where)),
      i.steps.length > 0 && h('time', { class: 'pn-time', datetime: new Date(i.steps[0].at).toISOString() }, timeOf(i.steps[0].at)),
      h('span', { class: ['pn-tag', chip.tone] }, chip.text)));
    this.drawSteps(merged(i.steps), i);
    fill(this.wrong, i.breaches.map(breachLine));
    this.wrong.hidden = i.breaches.length === 0;
    this.label();
    this.worth = chip.worth && `${told(i.what)}: ${chip.text}`;
    if (settled && this.open) this.load();
  }

  // drawSteps draws the bar, how long each stage took in all, and the table of the details.
  drawSteps(steps, i) {
    const times = new Map();
    let asked = false;
    const segments = steps.map((step, n) => {
      if (step.names.includes('sent')) asked = true;
      if (step.names.includes('answered')) asked = false;
      const next = steps[n + 1];
      const stage = next ? stageAfter(step, next, asked) : 'end';
      if (next) times.set(stage, (times.get(stage) || 0) + next.at - step.at);
      return segment(step, next, steps[0], stage, i);
    });
    fill(this.bar, segments);
    const whole = steps.length > 0 ? steps.at(-1).at - steps[0].at : 0;
    const long = stages.filter((stage) => times.get(stage) > whole / 20);
    fill(this.sums, long.map((stage) => h('span', { class: ['tl-sum', `is-${stage}`] }, `${tell(`stage${capital(stage)}`)} `, h('bdi', null, duration(times.get(stage))))));
    fill(this.list, steps.map((step) => tableRow(step, steps[0], i)));
  }

  title(i) {
    const typed = i.kind === 'slash_commands';
    const text = told(i.what) || (Object.hasOwn(pageTexts, `kind_${i.kind}`) ? tell(`kind_${i.kind}`) : i.kind);
    return h('h3', { class: 'tl-what', dir: 'auto' }, h(typed ? 'code' : 'span', { class: typed ? 'tl-line' : null }, text));
  }

  name(handle) {
    const person = ((this.store.state || {}).people || []).find((p) => p.handle === handle);
    return person ? person.name : handle;
  }

  label() {
    fill(this.button, h('span', { class: 'tl-caret', 'aria-hidden': 'true' }), tell('tlDetails'),
      h('span', { class: 'unseen' }, tell('tlOf', told(this.interaction.what))));
    this.button.setAttribute('aria-expanded', String(this.open));
  }

  toggle() {
    this.open = !this.open;
    this.details.hidden = !this.open;
    this.label();
    if (this.open) this.load();
  }

  // load reads what was sent; where nothing was there is nothing to read.
  async load() {
    if (this.interaction.steps.every((step) => step.name === 'typed')) return;
    if (!this.json.firstChild) fill(this.json, h('p', { class: 'pn-note' }, tell('loading')));
    const out = await this.store.act('payload', { interaction: this.interaction.id });
    if (!out.ok) {
      fill(this.json, h('p', { class: 'pn-note' }, out.error));
      return;
    }
    const has = (name) => this.interaction.steps.some((step) => step.name === name);
    fill(this.json,
      json(tell(has('delivered') ? 'tlSent' : 'tlUnsent'), 'sent', out.data.payload),
      out.data.ack ? json(tell('tlAck'), 'ack', out.data.ack)
        : h('p', { class: 'pn-note', dataset: { json: 'ack' } }, tell(has('acknowledged') ? 'tlAckEmpty' : 'tlNoAck')));
  }
}

const isAck = (step) => step.name === 'acknowledged';

/** outcome says in a few words how an interaction stands. An answer may be seen before what it answers is acknowledged. */
export function outcome(i) {
  const done = i.steps.findLast((step) => !['stored', 'acknowledged'].includes(step.name));
  const last = done?.name === 'seen' ? done : i.steps.at(-1);
  const first = i.steps[0];
  const after = last && first ? duration(last.at - first.at) : '';
  if (i.steps.some((s) => s.name === 'failed')) return { name: 'failed', tone: 'is-bad', text: i.shown || tell('outFailed'), worth: true };
  switch (last && last.name) {
    case 'seen': return { name: 'seen', tone: 'is-good', text: tell('outSeen', after), worth: true };
    case 'sent': return { name: 'waiting', tone: 'is-warn', text: tell('outWaitAzeer') };
    case 'answered': return last.bad ? { name: 'retrying', tone: 'is-warn', text: told(last.text) } : { name: 'answered', tone: '', text: tell('outAnswered', after) };
    case 'acknowledged': return { name: 'acknowledged', tone: '', text: tell('outAcknowledged', after) };
    case 'stored': return { name: 'acknowledged', tone: '', text: tell('outStored', after) };
    default: return { name: 'waiting', tone: 'is-warn', text: tell('outWaitBot') };
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

// afterFirst is how long after the first step one came.
const afterFirst = (step, first) => (step === first ? tell('ms', 0) : tell('after', duration(step.at - first.at)));

const namesOf = (step, i) => step.names.map((name) => stepLabel(name, i)).join(tell('comma'));

/** segment is the part of the bar from a step to the next, as wide as that took; the last is a mark at the end. */
function segment(step, next, first, stage, i) {
  const took = next ? next.at - step.at : 0;
  const says = `${namesOf(step, i)} ${afterFirst(step, first)}${next || !step.text ? '' : ` ${told(step.text)}`}`;
  return h('li', {
    class: ['tl-step', `is-${stage}`, ...step.names.map((name) => `was-${name}`), step.bad && 'is-bad'],
    style: next ? { 'flex-grow': took.toFixed(3) } : null,
    dataset: { step: step.names.join(' '), stage, ms: (step.at - first.at).toFixed(1), took: took.toFixed(1) }, title: says,
  }, h('span', { class: 'unseen' }, says));
}

function tableRow(step, first, i) {
  return h('li', { class: ['tl-row', step.bad && 'is-bad'], title: step.names.map((name) => tell(`about${capital(name)}`)).join(' ') },
    h('span', { class: 'tl-name' }, namesOf(step, i)),
    step.text && h('span', { class: 'tl-text', dir: 'auto', title: told(step.text) }, told(step.text)),
    h('bdi', { class: 'tl-ms' }, afterFirst(step, first)));
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
