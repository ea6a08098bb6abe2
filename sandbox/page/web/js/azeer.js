// The other side: whose each contact is, who works in the inbox, and what Azeer
// was asked.

import { fill, h } from './dom.js';
import { pageTexts, tell } from './pagewords.js';
import { announcer, duration, face, flash, frame, ltr, onReload, phone, section, timeOf } from './pieces.js';

const mostCalls = 200;

const moves = 700; // ms that a card takes to its new owner

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

/** mount draws the Azeer panel into el and keeps it current. Returns {off()}. */
export function mount(el, store) {
  const panel = new Azeer(el, store);
  panel.draw();
  const offs = [
    store.on('owner', (e) => panel.owner(e && e.owner)),
    store.on('agents', () => panel.drawDesks()),
    store.on('contacts', () => panel.draw()),
    store.on('point', (e) => panel.point(e && e.contact)),
    store.on('call', (e) => panel.call(e && e.call)),
    onReload(store, () => panel.draw()),
  ];
  return { off: () => offs.forEach((off) => typeof off === 'function' && off()) };
}

class Azeer {
  constructor(el, store) {
    this.store = store;
    this.contacts = section(tell('azContacts'));
    this.requests = section(tell('azRequests'));
    this.live = announcer();
    this.owners = new Map(); // contact → {owner, before}
    this.rows = new Map(); // call number → row
    this.list = h('ul', { class: 'az-contacts', 'aria-label': tell('azList') });
    this.empty = h('div', { class: 'pn-empty', dataset: { empty: 'contacts' } },
      h('strong', null, tell('azEmpty')),
      h('span', null, tell('azEmptyAbout')));
    this.log = h('tbody');
    this.quiet = h('p', { class: 'pn-note' }, tell('azQuiet'));
    this.contacts.body.append(this.empty, this.list);
    this.requests.body.append(this.quiet, table(this.log));
    frame(el, 'azeer', tell('azeer'),
      h('p', { class: 'pn-lead' }, tell('azAbout')),
      this.live.node, this.contacts.node, this.requests.node);
  }

  draw() {
    const azeer = (this.store.state || {}).azeer || {};
    this.owners.clear();
    for (const owner of azeer.owners || []) this.owners.set(owner.contact, { owner });
    this.drawDesks();
    this.rows.clear();
    this.log.replaceChildren();
    for (const call of (azeer.calls || []).slice(-mostCalls)) this.call(call);
    this.quiet.hidden = this.rows.size > 0;
  }

  /** owner takes in that a contact has a new owner: its card moves there. */
  owner(owner) {
    if (!owner) {
      this.draw();
      return;
    }
    const known = this.owners.get(owner.contact);
    if (known && known.owner.at === owner.at && known.owner.agent === owner.agent) return; // told twice
    const before = known && known.owner.agent !== owner.agent ? known.owner.agent : '';
    const from = this.card(owner.contact)?.getBoundingClientRect();
    this.owners.set(owner.contact, { owner, before });
    this.drawDesks();
    this.move(owner.contact, from);
    this.live.say(tell('azMoved', phone(owner.contact), this.nameOf(owner.agent)));
  }

  /** point draws the eye to a contact. */
  point(contact) {
    const card = contact && this.card(contact);
    if (card && card.checkVisibility()) {
      card.scrollIntoView({ block: 'nearest', behavior: 'instant' });
      flash(card);
    }
  }

  card(contact) {
    return this.list.querySelector(`[data-contact="${CSS.escape(contact)}"]`);
  }

  // move lets a card come from where it was before.
  move(contact, from) {
    const card = this.card(contact);
    if (!card.checkVisibility()) return;
    card.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    flash(card);
    const to = card.getBoundingClientRect();
    if (!from || still.matches) return;
    card.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: 'none' }], { duration: moves, easing: 'ease-in-out' });
  }

  // drawDesks draws every agent with their contacts, after those who belong to nobody.
  drawDesks() {
    const cards = this.allContacts();
    const agents = this.agentList();
    const nobody = cards.filter(({ entry }) => !entry);
    const gone = new Set(cards.map(({ entry }) => entry?.owner.agent).filter((id) => id && !agents.some((agent) => agent.platform_id === id)));
    const all = [...agents, ...[...gone].map((id) => ({ platform_id: id, name: id, role: 'agent' }))];
    fill(this.list,
      nobody.length > 0 && h('li', { class: 'az-desk', dataset: { desk: '' } },
        h('div', { class: 'az-agent' }, h('span', { class: 'az-name' }, tell('azNobody'))), this.cardList(nobody)),
      all.map((agent) => this.desk(agent, cards.filter(({ entry }) => entry?.owner.agent === agent.platform_id))));
    this.empty.hidden = cards.length > 0;
    this.contacts.count(cards.length);
  }

  // allContacts are those that Azeer knows by name, and those that were only assigned.
  allContacts() {
    const named = ((this.store.state || {}).azeer || {}).contacts || [];
    const known = new Set(named.map((contact) => contact.contact));
    const others = [...this.owners.keys()].filter((contact) => !known.has(contact)).map((contact) => ({ contact }));
    return [...others, ...named].map((contact) => ({ ...contact, entry: this.owners.get(contact.contact) }))
      .sort((a, b) => (b.entry?.owner.at || b.saidAt) - (a.entry?.owner.at || a.saidAt));
  }

  desk(agent, cards) {
    return h('li', { class: 'az-desk', dataset: { desk: agent.platform_id } },
      h('div', { class: ['az-agent', agent.inactive && 'is-inactive'], dataset: { agent: agent.platform_id } },
        face(agent.name, agent.platform_id),
        h('div', { class: 'az-owner-text' },
          h('span', { class: 'az-name', dir: 'auto' }, agent.name),
          ltr(agent.platform_id, 'az-email')),
        agent.inactive ? h('span', { class: 'pn-tag' }, tell('azInactive')) : agent.role !== 'agent' && h('span', { class: 'pn-tag' }, roleOf(agent)),
        cards.length > 0 && h('span', { class: 'az-owned', title: tell('azOwned', cards.length) },
          h('span', { 'aria-hidden': 'true' }, cards.length), h('span', { class: 'unseen' }, tell('azOwned', cards.length)))),
      this.cardList(cards));
  }

  cardList(cards) {
    return cards.length > 0 && h('ul', { class: 'az-cards' }, cards.map((contact) => this.contactCard(contact)));
  }

  contactCard({ contact, name, said, saidAt, entry }) {
    const at = entry?.owner.at || saidAt;
    return h('li', { class: 'az-contact', dataset: { contact, owner: entry?.owner.agent || '' } },
      h('div', { class: 'az-who' },
        name && h('span', { class: 'az-name', dir: 'auto' }, name),
        ltr(phone(contact), 'az-phone'),
        h('time', { class: 'pn-time', datetime: new Date(at).toISOString() }, timeOf(at))),
      said && h('p', { class: 'az-said', dir: 'auto' }, said),
      entry?.before && h('span', { class: 'az-before' }, tell('azBefore'), h('s', null, this.nameOf(entry.before))));
  }

  /** call puts a request into the log, or replaces what is known of it. */
  call(call) {
    if (!call) {
      this.draw();
      return;
    }
    const row = this.callRow(call);
    const old = this.rows.get(call.n);
    if (old) old.replaceWith(row);
    else this.log.prepend(row);
    this.rows.set(call.n, row);
    if (this.rows.size > mostCalls) {
      const [first] = this.rows.keys();
      this.rows.get(first).remove();
      this.rows.delete(first);
    }
    this.quiet.hidden = true;
    this.requests.count(this.rows.size);
  }

  callRow(call) {
    const pending = call.took < 0;
    return h('tr', { class: ['az-call', pending && 'is-pending'], dataset: { call: call.n, status: call.status } },
      h('td', { class: 'pn-time' }, timeOf(call.at)),
      h('td', { class: 'az-what' },
        h('span', { class: 'az-path' }, h('b', null, call.method), ' ', ltr(call.path.replace(/^\/v1/, ''))),
        call.contact && h('span', { class: 'az-move' }, ltr(phone(call.contact)), ' → ', ltr(call.agent)),
        call.effect && call.status !== 200 && h('span', { class: 'az-effect' }, tell('azDoneAnyway'))),
      h('td', { class: 'az-status' }, status(call, pending)),
      h('td', { class: 'az-took' }, pending ? h('span', { class: 'pn-spinner', role: 'img', 'aria-label': tell('azPending') }) : duration(call.took)));
  }

  agentList() {
    return ((this.store.state || {}).azeer || {}).agents || [];
  }

  nameOf(email) {
    const agent = this.agentList().find((one) => one.platform_id === email);
    return agent ? agent.name : email;
  }
}

// roleOf words what somebody is in the inbox; a role that is new to the page stays as it is.
function roleOf(agent) {
  const name = `role${agent.role[0].toUpperCase()}${agent.role.slice(1)}`;
  return Object.hasOwn(pageTexts, name) ? tell(name) : agent.role;
}

function status(call, pending) {
  if (pending) return h('span', { class: 'pn-tag' }, '…');
  if (!call.status) return h('span', { class: ['pn-tag', 'is-bad'] }, tell('azNoAnswer'));
  return h('span', { class: ['pn-tag', call.status < 300 ? 'is-good' : 'is-bad'] }, call.status);
}

function table(body) {
  const head = (text, className) => h('th', { scope: 'col', class: className }, text);
  return h('div', { class: 'az-log' },
    h('table', { 'aria-label': tell('azLog') },
      h('thead', { class: 'unseen' }, h('tr', null, head(tell('azTime')), head(tell('azRequest')), head(tell('azStatus')), head(tell('azTook')))), body));
}
