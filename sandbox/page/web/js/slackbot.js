// What Slack's own client says when an app did not answer a command: a private
// message of Slackbot, made from the interactions. So both pages of a person have it.

import { tsAt } from './events.js';
import { phrase } from './phrases.js';

/** slackbot is the author of what Slack itself says. */
export const slackbot = { id: 'USLACKBOT', handle: 'slackbot', name: 'Slackbot', bot: false };

/** failedCommands are Slackbot's messages to the person of a State, oldest first. */
export function failedCommands(state) {
  const me = state.people.find((person) => person.handle === state.me);
  const failed = state.interactions.filter((i) => i.kind === 'slash_commands' && i.who === state.me && i.shown);
  return failed.map((i) => message(i, state, (me || {}).locale)).filter(Boolean);
}

function message(interaction, state, lang) {
  const place = placeNamed(interaction.where, state);
  const end = interaction.steps.find((step) => step.name === 'failed');
  if (!place || !end) return null;
  const [name] = interaction.what.split(/\s/);
  return {
    id: `${place.id}/${interaction.id}`, ts: tsAt(end.at), thread: '', channel: place.id, author: slackbot, at: Math.floor(end.at),
    text: phrase('commandFailed', lang, name, interaction.shown), ephemeral: true, edited: false, via: 'slack', version: 1,
  };
}

function placeNamed(title, state) {
  const name = title.slice(1);
  if (title.startsWith('#')) return state.places.find((p) => p.name === name && (p.kind === 'channel' || p.kind === 'private'));
  if (name === state.app.bot) return state.places.find((p) => p.kind === 'app');
  return state.places.find((p) => p.kind === 'dm' && p.with === name);
}
