// Watch it survive: Azeer is slow, a command is typed, the bot is killed in the middle of
// it and started again. What was stored is carried out and answered all the same.

import { flash } from './pieces.js';

const example = '/assign 0566666666 omar@twerlo.com';

const pause = 900; // ms to read what has just happened
const patience = 20_000; // ms for anything that the bot does

const still = window.matchMedia('(prefers-reduced-motion: reduce)');

let running = false;

/**
 * survive plays it. `write` puts a line where one writes, `send` sends it, `tell` is told
 * the stages: slow, typed, killed, started, survived, or failed; empty at the end. Whatever
 * comes of it, Azeer is well and the bot runs afterwards.
 */
export async function survive(store, { write, send, tell }) {
  if (running) return;
  running = true;
  try {
    await play(store, { write, send, tell });
    tell('survived');
  } catch {
    tell('failed');
  } finally {
    if (store.state.trouble.azeer === 'slow') await store.act('trouble', { switch: 'azeer_slow', on: false });
    if (store.state.trouble.bot === 'stopped') await store.act('trouble', { switch: 'bot_start', on: true });
    running = false;
    tell('');
  }
}

async function play(store, { write, send, tell }) {
  const turn = async (name, on) => {
    const answer = await store.act('trouble', { switch: name, on });
    if (!answer.ok) throw new Error(answer.error);
  };
  if (store.person.kind !== 'member') await store.setPerson(store.state.people[0].handle);
  const before = new Set(store.state.interactions.map((one) => one.id));
  const mine = () => store.state.interactions.find((one) => !before.has(one.id) && one.who === store.me && one.what === example);
  const has = (check) => until(store, () => mine()?.steps.some(check));

  tell('slow');
  await turn('azeer_slow', true);
  await rest();
  tell('typed');
  await write(example);
  await rest();
  send();
  await has((step) => step.name === 'sent');
  await rest();
  tell('killed');
  store.show('timeline');
  await turn('bot_kill', true);
  await rest();
  tell('started');
  await turn('azeer_slow', false);
  await turn('bot_start', true);
  await has((step) => step.name === 'answered' && !step.bad);
  await until(store, () => mine().steps.at(-1).name === 'seen');
  const row = document.querySelector(`.tl-item[data-interaction="${CSS.escape(mine().id)}"]`);
  if (row) flash(row);
}

const rest = () => new Promise((done) => { setTimeout(done, still.matches ? 0 : pause); });

// until waits for something to hold, or fails.
function until(store, check) {
  return new Promise((resolve, reject) => {
    const offs = [];
    const end = (how, value) => {
      clearTimeout(timer);
      offs.forEach((off) => off());
      how(value);
    };
    const timer = setTimeout(() => end(reject, new Error('nothing happened')), patience);
    const look = () => check() && end(resolve);
    for (const type of ['interaction', 'state']) offs.push(store.on(type, look));
    look();
  });
}
