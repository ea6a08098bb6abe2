// Workflow: the app's steps for Workflow Builder, to be filled in and run, and what
// came of each run.

import { fill, h, uid } from './dom.js';
import { tell, told } from './pagewords.js';
import { announcer, flash, frame, onReload, section } from './pieces.js';

const mostMessages = 20; // that are offered to choose from

const entered = new Map(); // what stands in the fields, by step and input: it outlives a change of language

/** mount draws the panel into el and keeps it current. Returns {off()}. */
export function mount(el, store) {
  const panel = new Workflow(el, store);
  panel.draw();
  const offs = [store.on('run', ({ run }) => panel.take(run)), onReload(store, () => panel.draw()), store.on('go', () => panel.draw())];
  return { off: () => offs.forEach((off) => typeof off === 'function' && off()) };
}

class Workflow {
  constructor(el, store) {
    this.store = store;
    this.live = announcer();
    this.mine = new Set(); // ids of the runs that were started here
    this.forms = h('div', { class: 'pn-section' });
    this.runs = section(tell('wfRuns'));
    frame(el, 'workflow', tell('workflow'), h('p', { class: 'pn-lead' }, tell('wfAbout')), this.live.node, this.forms, this.runs.node);
  }

  draw() {
    const { steps } = this.store.state.workflow;
    const drawn = JSON.stringify([steps, this.store.state.people.length, this.store.place]);
    if (this.drawn !== drawn) { // else what somebody is about to type would be lost
      this.drawn = drawn;
      fill(this.forms, steps.length ? steps.map((step) => this.form(step)) : h('p', { class: 'pn-empty' }, tell('wfEmpty')));
    }
    this.runs.node.hidden = !steps.length;
    this.drawRuns();
  }

  form(step) {
    const button = h('button', { type: 'submit', class: 'wf-run', dataset: { act: 'run-step' } }, tell('wfRun'));
    const run = async (event) => {
      event.preventDefault();
      if (button.getAttribute('aria-busy') === 'true') return;
      button.setAttribute('aria-busy', 'true');
      const values = Object.fromEntries(step.inputs.map((input) => [input.name, entered.get(`${step.callback}/${input.name}`) || '']));
      const out = await this.store.act('run_step', { callback: step.callback, values });
      button.removeAttribute('aria-busy');
      if (out.ok) this.mine.add(out.data.id);
      else this.store.toast(out.error || tell('failed'), 'error');
    };
    return h('form', { class: 'wf-form', 'aria-label': told(step.title), novalidate: true, dataset: { step: step.callback }, onsubmit: run },
      h('h3', { class: 'pn-title' }, told(step.title)), step.inputs.map((input) => this.field(step, input)), button);
  }

  field(step, input) {
    const key = `${step.callback}/${input.name}`;
    const id = uid('wf');
    const about = uid('wf-about');
    const choices = this.choices(input.type);
    const keep = (event) => entered.set(key, event.target.value);
    const common = { class: 'wf-entry', id, dir: 'auto', 'aria-describedby': about, dataset: { input: input.name }, oninput: keep, onchange: keep };
    const node = choices
      ? h('select', common, h('option', { value: '' }, tell('wfNothing')), choices.map(([value, text]) => h('option', { value }, text)))
      : h('input', { ...common, type: 'text', autocomplete: 'off' });
    node.value = entered.get(key) || '';
    return h('div', { class: 'wf-field' },
      h('label', { class: 'wf-label', for: id }, told(input.title || input.name), !input.required && h('span', { class: 'wf-soft' }, tell('wfOptional'))),
      node, h('span', { class: 'wf-about', id: about }, told(input.description)));
  }

  // choices of a field that names somebody; null of one to type in.
  choices(type) {
    const { people, workflow } = this.store.state;
    if (type === 'slack#/types/user_id') return people.map((person) => [person.id, person.name]);
    if (type === 'slack#/types/message_context') return this.messages();
    if (type === 'slack#/types/usergroup_id') return workflow.groups.map((group) => [group.value, group.text]);
    return null;
  }

  // messages are the newest in the conversation that is shown.
  messages() {
    const { state, place } = this.store;
    return (state.messages[place] || []).filter((message) => !message.ephemeral && !message.author.bot).slice(-mostMessages).reverse()
      .map((message) => [message.id, `${message.author.name}: ${[...message.text].slice(0, 60).join('')}`]);
  }

  take(run) {
    this.drawRuns();
    if (run.state === 'running') return;
    this.live.say(tell('wfEnded', tell(`wf_${run.state}`)));
    const node = this.runs.body.querySelector(`[data-run="${CSS.escape(run.id)}"]`);
    if (node) flash(node);
    if (node && this.mine.has(run.id)) node.scrollIntoView({ block: 'nearest' });
  }

  drawRuns() {
    const { runs } = this.store.state.workflow;
    this.runs.count(runs.length);
    fill(this.runs.body, runs.length
      ? h('ol', { class: 'wf-runs' }, [...runs].reverse().map((run) => this.run(run)))
      : h('p', { class: 'pn-note' }, tell('wfNone')));
  }

  run(run) {
    const style = { completed: 'is-good', failed: 'is-bad' }[run.state];
    const outputs = Object.keys(run.outputs).sort();
    return h('li', { class: 'wf-one', dataset: { run: run.id, state: run.state } },
      h('div', { class: 'wf-head' },
        h('span', { class: ['pn-tag', style] }, tell(`wf_${run.state}`)),
        h('button', { type: 'button', class: 'wf-link', onclick: () => this.store.reveal(run.interaction) }, tell('wfTimeline'))),
      run.error && h('p', { class: 'wf-error', dir: 'auto' }, run.error),
      outputs.length > 0 && h('dl', { class: 'wf-outputs' }, outputs.map((name) => [
        h('dt', { dir: 'ltr' }, name), h('dd', { dir: 'auto', dataset: { output: name } }, run.outputs[name])])));
  }
}
