// The strip for whoever is here for the first time: three things to do.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { setSetting, setting } from './prefs.js';

const example = '/assign 0544444444 omar@twerlo.com';

const steps = [
  {
    name: 'type', title: 'Type /assign', about: 'Give a customer to an agent, in any channel.', button: 'Try it',
    done: (state) => state.interactions.some((i) => i.kind === 'slash_commands' && i.steps.some((step) => step.name === 'acknowledged')),
    run: ({ fillComposer }) => fillComposer(example),
  },
  {
    name: 'watch', title: 'Watch Azeer', about: 'The contact has a new owner there.', button: 'Show me',
    done: (state, held) => state.azeer.owners.length > 0 && held.watched,
    run: ({ store }) => store.show('azeer'),
  },
  {
    name: 'kill', title: 'Kill the bot', about: 'Start it again: nothing gets lost.', button: 'Show me',
    done: (state) => {
      const turned = state.interactions.filter((i) => i.kind === 'trouble').map((i) => i.what);
      return turned.includes('The bot is killed') && turned.lastIndexOf('The bot is started') > turned.indexOf('The bot is killed');
    },
    run: ({ store }) => store.show('trouble'),
  },
];

/** firstSteps draws the strip into a section. fillComposer puts a text where one writes. */
export function firstSteps(element, store, fillComposer) {
  const held = { watched: false };
  const draw = () => {
    held.watched ||= store.state.azeer.owners.length > 0 && Boolean(document.getElementById('panel-azeer')?.checkVisibility());
    const done = steps.map((step) => step.done(store.state, held));
    const next = done.indexOf(false);
    element.hidden = setting('steps') === 'off';
    const now = [done, element.hidden].join();
    if (now === held.now) return;
    held.now = now;
    fill(element,
      h('ol', { class: 'steps-list' }, steps.map((step, i) => h('li', {
        class: ['step', done[i] && 'is-done', i === next && 'is-next'], dataset: { step: step.name, done: String(done[i]) },
      },
      h('span', { class: 'step-number', 'aria-hidden': 'true' }, done[i] ? svg(icons.check) : i + 1),
      h('span', { class: 'step-text' },
        h('strong', { class: 'step-title' }, step.title, done[i] && h('span', { class: 'unseen' }, ' (done)')),
        h('span', { class: 'step-about' }, step.about)),
      h('button', {
        type: 'button', class: 'step-button', dataset: { act: `step-${step.name}` }, 'aria-label': `${step.button}: ${step.title}`,
        onclick: () => step.run({ store, fillComposer }),
      }, step.button)))),
      next < 0 && h('p', { class: 'steps-end' }, 'That is all of it.'),
      h('button', {
        type: 'button', class: 'tool steps-close', dataset: { act: 'steps-off' }, 'aria-label': 'Hide the first steps', onclick: () => hide(),
      }, svg(icons.cross)));
  };
  const hide = () => {
    setSetting('steps', 'off');
    draw();
    store.emit('steps');
  };
  for (const type of ['state', 'owner', 'interaction', 'panel', 'steps']) store.on(type, draw);
  draw();
}

/** stepsShown tells whether the strip is there. */
export const stepsShown = () => setting('steps') !== 'off';

/** showSteps brings the strip back. */
export function showSteps(store) {
  setSetting('steps', null);
  store.emit('steps');
}
