// The strip for whoever is here for the first time: three things to do.

import { fill, h, svg } from './dom.js';
import { icons } from './icons.js';
import { pageTexts, tell } from './pagewords.js';
import { setSetting, setting } from './prefs.js';

const example = '/assign 0544444444 omar@twerlo.com';

const [[killed], [started]] = [pageTexts.markKilled, pageTexts.markStarted]; // as the server says it

const farewell = 5000; // ms that the last word stays

const changed = (state) => state.azeer.calls.filter((call) => call.effect).at(-1);

const steps = [
  {
    name: 'type', title: 'stepType', about: 'stepTypeAbout', button: 'tryIt',
    done: (state) => state.interactions.some((i) => i.kind === 'slash_commands' && i.steps.some((step) => step.name === 'acknowledged')),
    then: 'pressEnter', // what is left to do, once it has run
    run: (act, held) => (held.tried && act.written() === example ? act.send() : act.write(example)),
  },
  {
    name: 'watch', title: 'stepWatch', about: 'stepWatchAbout', button: 'showMe',
    done: (state, held) => held.watched,
    run: ({ store }) => {
      store.show('azeer');
      store.emit('point', { contact: changed(store.state)?.contact });
    },
  },
  {
    name: 'kill', title: 'stepKill', about: 'stepKillAbout', button: 'watch',
    there: (state) => state.trouble.bot !== 'none',
    done: (state) => {
      const turned = state.interactions.filter((i) => i.kind === 'trouble').map((i) => i.what);
      return turned.includes(killed) && turned.lastIndexOf(started) > turned.indexOf(killed);
    },
    run: ({ store }) => store.emit('survive'),
  },
];

/**
 * firstSteps draws the strip into a section. `act` has write(text), which puts a text where
 * one writes, written(), which reads it, and send().
 */
export function firstSteps(element, store, act) {
  const held = { watched: false, tried: false, ended: false, stage: '' };
  const hide = () => {
    held.ended = false;
    setSetting('steps', 'off');
    store.emit('steps');
  };
  const draw = () => {
    const { state } = store;
    const shown = steps.filter((step) => !step.there || step.there(state));
    held.watched ||= Boolean(changed(state) && document.getElementById('panel-azeer')?.checkVisibility());
    const done = shown.map((step) => step.done(state, held));
    const next = done.indexOf(false);
    end(next < 0 && !held.stage);
    element.hidden = setting('steps') === 'off';
    held.tried &&= !done[0];
    const now = [done, element.hidden, held.tried, held.ended, held.stage, tell('steps')].join();
    if (now === held.now) return;
    held.now = now;
    element.setAttribute('aria-label', tell('steps'));
    fill(element, held.ended ? h('p', { class: 'steps-end', role: 'status' }, tell('stepsEnd'))
      : h('ol', { class: 'steps-list' }, shown.map((step, i) => item(step, i, done[i], i === next))),
    h('button', {
      type: 'button', class: 'tool steps-close', dataset: { act: 'steps-off' }, 'aria-label': tell('stepsHide'), onclick: hide,
    }, svg(icons.cross)));
  };
  // end says the last word when everything has been done before this page, and then goes.
  const end = (through) => {
    if (through && held.begun && setting('steps') !== 'off') {
      held.ended = true;
      setTimeout(() => held.ended && hide(), farewell);
    }
    held.begun = !through;
  };
  const item = (step, i, done, next) => {
    const stage = step.name === 'kill' && held.stage;
    const label = tell(step.then && held.tried ? step.then : step.button);
    return h('li', {
      class: ['step', done && !stage && 'is-done', (next || stage) && 'is-next'], dataset: { step: step.name, done: String(done), stage: stage || null },
    },
    h('span', { class: 'step-number', 'aria-hidden': 'true' }, done && !stage ? svg(icons.check) : i + 1),
    h('span', { class: 'step-text' },
      h('strong', { class: 'step-title' }, tell(step.title), done && h('span', { class: 'unseen' }, tell('stepDone'))),
      h('span', { class: ['step-about', stage && 'step-stage'], role: stage ? 'status' : null }, stage ? tell(`stage_${stage}`) : tell(step.about))),
    h('button', {
      type: 'button', class: 'step-button', dataset: { act: `step-${step.name}` }, 'aria-label': `${label}: ${tell(step.title)}`, 'aria-disabled': stage ? 'true' : null,
      onclick: () => {
        if (stage) return;
        step.run({ store, ...act }, held);
        held.tried ||= step.name === 'type';
        draw();
      },
    }, label));
  };
  store.on('stage', ({ stage }) => {
    held.stage = stage;
    draw();
  });
  for (const type of ['state', 'owner', 'call', 'interaction', 'panel', 'steps', 'trouble']) store.on(type, draw);
  draw();
}

/** stepsShown tells whether the strip is there. */
export const stepsShown = () => setting('steps') !== 'off';

/** showSteps brings the strip back. */
export function showSteps(store) {
  setSetting('steps', null);
  store.emit('steps');
}
