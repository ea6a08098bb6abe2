// How conversations are called, and drawn in lists.

import { h, svg } from './dom.js';
import { icons } from './icons.js';
import { avatar } from './avatar.js';
import { isolated } from './phrases.js';

/** personOf is the other person of a DM. */
export const personOf = (store, place) => store.state.people.find((person) => person.handle === place.with);

/** placeName is the name that people read: "#general", "Sara Ali". */
export function placeName(store, place) {
  if (place.kind === 'app') return store.state.app.name;
  if (place.kind !== 'dm') return `#${place.name}`;
  const other = personOf(store, place);
  const name = (other && other.name) || place.name;
  return place.with === store.me ? `${isolated(name)} (${store.say('you')})` : name;
}

/** placeIcon is what stands before the name. */
export function placeIcon(store, place) {
  if (place.kind === 'app') return avatar({ ...store.state.app, bot: true }, 'small');
  if (place.kind === 'dm') return avatar(personOf(store, place) || { handle: place.with, name: place.name }, 'small');
  return h('span', { class: 'place-icon' }, svg(icons[place.kind === 'private' ? 'lock' : 'hash']));
}

/** placeKind says in words what kind of conversation it is. */
export function placeKind(store, place) {
  return store.say({ private: 'private', dm: 'directMessage', app: 'appKind' }[place.kind] || 'channel');
}

/**
 * everywhere lists all conversations that the person can go to: those that there are,
 * and a DM with everybody else, `id` "@handle" as long as it is not opened.
 */
export function everywhere(store) {
  const { places, people } = store.state;
  const open = new Set(places.filter((place) => place.kind === 'dm').map((place) => place.with));
  const others = people.filter((person) => person.handle !== store.me && !open.has(person.handle))
    .map((person) => ({ id: `@${person.handle}`, name: person.name, kind: 'dm', with: person.handle, member: true, members: 2 }));
  const rank = new Map(people.map((person, i) => [person.handle, i]));
  const direct = [...places.filter((place) => place.kind === 'dm'), ...others].sort((a, b) => rank.get(a.with) - rank.get(b.with));
  return [...places.filter((place) => place.kind !== 'dm'), ...direct];
}
