// The strip for whoever is here for the first time: three things to do.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { tell } from './pagewords.js';
import { setSetting, setting } from './prefs.js';

const example = '/assign 0544444444 omar@twerlo.com';

const steps = [
  {
    name: 'type', title: 'stepType', about: 'stepTypeAbout', button: 'tryIt',
    done: (state) => state.interactions.some((i) => i.kind === 'slash_commands' && i.steps.some((step) => step.name === 'acknowledged')),
    run: ({ fillComposer }) => fillComposer(example),
  },
  {
    name: 'watch', title: 'stepWatch', about: 'stepWatchAbout', button: 'showMe',
    done: (state, held) => state.azeer.owners.length > 0 && held.watched,
    run: ({ store }) => store.show('azeer'),
  },
  {
    name: 'kill', title: 'stepKill', about: 'stepKillAbout', button: 'showMe',
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
    const now = [done, element.hidden, tell('steps')].join();
    if (now === held.now) return;
    held.now = now;
    element.setAttribute('aria-label', tell('steps'));
    fill(element,
      h('ol', { class: 'steps-list' }, steps.map((step, i) => h('li', {
        class: ['step', done[i] && 'is-done', i === next && 'is-next'], dataset: { step: step.name, done: String(done[i]) },
      },
      h('span', { class: 'step-number', 'aria-hidden': 'true' }, done[i] ? svg(icons.check) : i + 1),
      h('span', { class: 'step-text' },
        h('strong', { class: 'step-title' }, tell(step.title), done[i] && h('span', { class: 'unseen' }, tell('stepDone'))),
        h('span', { class: 'step-about' }, tell(step.about))),
      h('button', {
        type: 'button', class: 'step-button', dataset: { act: `step-${step.name}` }, 'aria-label': `${tell(step.button)}: ${tell(step.title)}`,
        onclick: () => step.run({ store, fillComposer }),
      }, tell(step.button))))),
      next < 0 && h('p', { class: 'steps-end' }, tell('stepsEnd')),
      h('button', {
        type: 'button', class: 'tool steps-close', dataset: { act: 'steps-off' }, 'aria-label': tell('stepsHide'), onclick: () => hide(),
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
