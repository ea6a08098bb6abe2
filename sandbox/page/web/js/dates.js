// Slack's date tokens, in the reader's language and zone:
// https://docs.slack.dev/messaging/formatting-message-text#date-formatting

const day = 24 * 60 * 60 * 1000;

/**
 * formatDate fills the tokens of a format like "{date_short} at {time}" for a
 * time in Unix seconds. Empty if there is nothing to show: no such time, or a
 * token that Slack does not know (Slack then shows the fallback).
 */
export function formatDate(seconds, format, ctx = {}) {
  const date = new Date(seconds * 1000);
  if (!format || Number.isNaN(date.getTime())) return '';
  let unknown = false;
  const text = format.replace(/\{(\w+)\}/g, (_, token) => {
    if (!Object.hasOwn(tokens, token)) unknown = true;
    return unknown ? '' : tokens[token](date, ctx);
  });
  return unknown ? '' : text;
}

/** language is what the reader reads: `lang` of the context, else of State's `me`, else the page's. */
export function language(ctx = {}) {
  if (ctx.lang) return ctx.lang;
  const state = ctx.state || {};
  const me = (state.people || []).find((p) => p.handle === state.me);
  return (me && me.locale) || document.documentElement.lang || 'en-US';
}

const tokens = {
  date_num: (date, ctx) => new Intl.DateTimeFormat('en-CA', zoned({}, ctx)).format(date),
  date: (date, ctx) => write(date, ctx, { year: 'numeric', month: 'long', day: 'numeric' }),
  date_slash: (date, ctx) => write(date, ctx, { year: 'numeric', month: '2-digit', day: '2-digit' }),
  date_short: (date, ctx) => write(date, ctx, { year: 'numeric', month: 'short', day: 'numeric' }),
  date_long: (date, ctx) => write(date, ctx, { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }),
  date_pretty: (date, ctx) => nearDay(date, ctx) || tokens.date(date, ctx),
  date_short_pretty: (date, ctx) => nearDay(date, ctx) || tokens.date_short(date, ctx),
  date_long_pretty: (date, ctx) => nearDay(date, ctx) || tokens.date_long(date, ctx),
  time: (date, ctx) => write(date, ctx, { hour: 'numeric', minute: '2-digit' }),
  time_secs: (date, ctx) => write(date, ctx, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
  ago: (date, ctx) => ago(date, ctx),
};

const zoned = (options, ctx) => (ctx.zone ? { ...options, timeZone: ctx.zone } : options);

// Slack counts in the Gregorian calendar in every language.
const locale = (ctx) => `${language(ctx).replace('_', '-')}-u-ca-gregory`;

function write(date, ctx, options) {
  return new Intl.DateTimeFormat(locale(ctx), zoned(options, ctx)).format(date);
}

// nearDay says yesterday, today or tomorrow; empty for other days.
function nearDay(date, ctx) {
  const number = (d) => Date.parse(tokens.date_num(d, ctx)) / day;
  const away = number(date) - number(new Date());
  if (Math.abs(away) > 1) return '';
  return new Intl.RelativeTimeFormat(locale(ctx), { numeric: 'auto' }).format(away, 'day');
}

const spans = [['year', 365 * day], ['month', 30 * day], ['day', day], ['hour', day / 24], ['minute', day / 1440]];

function ago(date, ctx) {
  const away = date.getTime() - Date.now();
  const [unit, length] = spans.find(([, span]) => Math.abs(away) >= span) || ['second', 1000];
  return new Intl.RelativeTimeFormat(locale(ctx), { numeric: 'auto' }).format(Math.round(away / length), unit);
}
