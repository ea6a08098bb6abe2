// Emoji by short name: those that apps and people in a support team write.
// Slack knows thousands; a name that is not here stays as it was typed.

const known = {
  '+1': '👍', '-1': '👎', alarm_clock: '⏰', arrow_down: '⬇️', arrow_left: '⬅️', arrow_right: '➡️',
  arrow_right_hook: '↪️', arrow_up: '⬆️', arrows_counterclockwise: '🔄', ballot_box_with_check: '☑️',
  bar_chart: '📊', bell: '🔔', blush: '😊', bust_in_silhouette: '👤', busts_in_silhouette: '👥',
  calendar: '📅', chart_with_upwards_trend: '📈', clap: '👏', clipboard: '📋', clock3: '🕒', construction: '🚧',
  eyes: '👀', exclamation: '❗', fire: '🔥', green_heart: '💚', grey_question: '❔', hammer_and_wrench: '🛠️',
  heart: '❤️', heavy_check_mark: '✔️', hourglass: '⌛', hourglass_flowing_sand: '⏳', house: '🏠',
  information_source: 'ℹ️', iphone: '📱', joy: '😂', key: '🔑', large_blue_circle: '🔵', large_green_circle: '🟢',
  large_yellow_circle: '🟡', leftwards_arrow_with_hook: '↩️', lock: '🔒', mag: '🔍', memo: '📝', no_entry: '⛔',
  no_entry_sign: '🚫', ok: '🆗', ok_hand: '👌', partying_face: '🥳', pencil: '📝', pray: '🙏', pushpin: '📌',
  question: '❓', red_circle: '🔴', repeat: '🔁', robot_face: '🤖', rocket: '🚀', rotating_light: '🚨',
  scream: '😱', slightly_smiling_face: '🙂', smile: '😄', sob: '😭', sparkles: '✨', speech_balloon: '💬', star: '⭐',
  stopwatch: '⏱️', sweat_smile: '😅', tada: '🎉', telephone_receiver: '📞', thinking_face: '🤔', thumbsdown: '👎',
  thumbsup: '👍', unlock: '🔓', warning: '⚠️', wave: '👋', white_check_mark: '✅', white_circle: '⚪', x: '❌', zap: '⚡',
};

/**
 * emoji returns the character for a short name without its colons, with or
 * without a skin tone; flags are `flag-sa`. Undefined if the name is not known.
 */
export function emoji(name) {
  const bare = name.replace(/::skin-tone-[2-6]$/, '');
  const flag = /^flag-([a-z])([a-z])$/.exec(bare);
  if (flag) return String.fromCodePoint(...flag.slice(1).map((c) => 0x1f1e6 + c.charCodeAt(0) - 97));
  return Object.hasOwn(known, bare) ? known[bare] : undefined;
}
