// What each event of the server changes in the State.

const mostCalls = 200;
const mostInteractions = 200;
const mostRuns = 50;

// put replaces the member of a list that is the same thing, or adds it at the end.
function put(list, thing, same, most = Infinity) {
  const at = list.findIndex(same);
  if (at >= 0) list[at] = thing;
  else list.push(thing);
  if (list.length > most) list.splice(0, list.length - most);
}

/** tsAt is the ts of a message posted at a time in milliseconds. */
export function tsAt(at) {
  const micros = Math.min(Math.round((at % 1000) * 1000), 999999);
  return `${Math.floor(at / 1000)}.${String(micros).padStart(6, '0')}`;
}

/** position finds where a message with a ts stands, or would stand, in a list in order. */
export function position(messages, ts) {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (messages[middle].ts < ts) low = middle + 1;
    else high = middle;
  }
  return low;
}

function putMessage(state, { message }) {
  const list = (state.messages[message.channel] ||= []);
  let at = position(list, message.ts);
  while (at < list.length && list[at].ts === message.ts && list[at].id !== message.id) at += 1;
  const held = at < list.length && list[at].id === message.id ? list[at] : null;
  if (held && held.version >= message.version) return '';
  list.splice(at, held ? 1 : 0, message);
  return held ? 'changed' : 'added';
}

function takeMessages(state, { ids }) {
  for (const id of ids) {
    const list = state.messages[id.slice(0, id.indexOf('/'))] || [];
    const at = list.findIndex((message) => message.id === id);
    if (at >= 0) list.splice(at, 1);
  }
}

/**
 * apply holds a function for each type of event, which puts it into a State. That
 * for messages returns "added", "changed", or "" if the State had it already.
 */
export const apply = {
  message: putMessage,
  gone: takeMessages,
  forms: (state, { forms }) => { state.forms = forms; },
  home: (state, { home }) => { state.home = home; },
  owner: (state, { owner }) => put(state.azeer.owners, owner, (o) => o.contact === owner.contact),
  contacts: (state, { contacts }) => { state.azeer.contacts = contacts; },
  agents: (state, { agents }) => { state.azeer.agents = agents; },
  call: (state, { call }) => put(state.azeer.calls, call, (c) => c.n === call.n, mostCalls),
  interaction: (state, { interaction }) => put(state.interactions, interaction, (i) => i.id === interaction.id, mostInteractions),
  breach: (state, { breach }) => { state.breaches.push(breach); },
  trouble: (state, { trouble }) => { state.trouble = trouble; },
  place: (state, { place }) => put(state.places, place, (p) => p.id === place.id),
  run: (state, { run }) => put(state.workflow.runs, run, (r) => r.id === run.id, mostRuns),
  person: (state, { person }) => put(state.people, person, (p) => p.handle === person.handle),
};
