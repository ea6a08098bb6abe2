// Who one is: the switch between the people of the workspace.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { avatar } from './avatar.js';
import { toggleMenu } from './menu.js';
import { pageLanguage, tell, told } from './pagewords.js';

/** noteOn says in one line who somebody is. */
function noteOn(person) {
  const note = told(person.note) || tell(person.kind);
  const lang = person.locale.split(/[-_]/)[0];
  const name = new Intl.DisplayNames([pageLanguage()], { type: 'language' }).of(lang);
  return lang === 'en' || note.includes(name) ? note : `${note} · ${name}`;
}

/** peopleSwitch makes the button with the menu of everybody one can be. */
export function peopleSwitch(store) {
  const button = h('button', {
    type: 'button', class: 'me', dataset: { act: 'people' }, 'aria-haspopup': 'menu', 'aria-expanded': 'false', onclick: () => open(),
  });
  const open = () => toggleMenu(button, [
    { heading: tell('beSomebody') },
    ...store.state.people.map((person) => ({
      label: person.name, note: noteOn(person), leading: avatar(person), checked: person.handle === store.me,
      act: 'person', data: { person: person.handle }, run: () => store.setPerson(person.handle),
    })),
  ], { label: tell('whoYouAre'), className: 'people-menu' });
  const draw = () => {
    const { person } = store;
    if (!person) return;
    button.dataset.person = person.handle;
    fill(button, avatar(person),
      h('span', { class: 'me-text' },
        h('span', { class: 'me-name' }, h('span', { class: 'me-as' }, tell('youAre')), h('bdi', null, person.name)),
        h('span', { class: 'me-note', dir: 'auto' }, noteOn(person))),
      svg(icons.chevron));
  };
  store.on('state', draw);
  store.on('person', draw);
  draw();
  return button;
}
