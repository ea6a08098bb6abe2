// Who one is: the switch between the people of the workspace.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { avatar } from './avatar.js';
import { toggleMenu } from './menu.js';

const kinds = { guest: 'Guest', external: 'Another organisation' };

const languages = new Intl.DisplayNames(['en'], { type: 'language' });

/** noteOn says in one line who somebody is. */
function noteOn(person) {
  const note = person.note || kinds[person.kind] || 'Team member';
  const lang = person.locale.split(/[-_]/)[0];
  return lang === 'en' || /arabic/i.test(note) ? note : `${note} · ${languages.of(lang)}`;
}

/** peopleSwitch makes the button with the menu of everybody one can be. */
export function peopleSwitch(store) {
  const button = h('button', {
    type: 'button', class: 'me', dataset: { act: 'people' }, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => open(),
  });
  const open = () => toggleMenu(button, [
    { heading: 'Be somebody else' },
    ...store.state.people.map((person) => ({
      label: person.name, note: noteOn(person), leading: avatar(person), checked: person.handle === store.me,
      act: 'person', data: { person: person.handle }, run: () => store.setPerson(person.handle),
    })),
  ], { label: 'Who you are', className: 'people-menu' });
  const draw = () => {
    const { person } = store;
    if (!person) return;
    button.dataset.person = person.handle;
    fill(button, avatar(person),
      h('span', { class: 'me-text' },
        h('span', { class: 'me-name' }, h('span', { class: 'me-as' }, 'You are '), h('bdi', null, person.name)),
        h('span', { class: 'me-note', dir: 'auto' }, noteOn(person))),
      svg(icons.chevron));
  };
  store.on('state', draw);
  store.on('person', draw);
  draw();
  return button;
}
