// Times of messages, as the person's language writes them. Slack counts in the
// Gregorian calendar in every language.

const formats = new Map();

function format(lang, options) {
  const key = `${lang} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(`${lang}-u-ca-gregory`, options));
  return formats.get(key);
}

const dayOf = (at) => {
  const date = new Date(at);
  return Math.round(new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime() / 86400000);
};

/** sameDay tells whether two moments, in milliseconds, are of one day here. */
export const sameDay = (a, b) => dayOf(a) === dayOf(b);

/** clock is the time of day: "10:34 AM". */
export const clock = (at, lang) => format(lang, { hour: 'numeric', minute: '2-digit' }).format(at);

/** fullTime is the day and the time, for those who want to know exactly. */
export const fullTime = (at, lang) => format(lang, { dateStyle: 'full', timeStyle: 'medium' }).format(at);

/** dayName says today, yesterday, or the date. */
export function dayName(at, lang) {
  const away = dayOf(at) - dayOf(Date.now());
  if (away === 0 || away === -1) {
    const name = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(away, 'day');
    return name[0].toLocaleUpperCase(lang) + name.slice(1);
  }
  return format(lang, { weekday: 'long', month: 'long', day: 'numeric' }).format(at);
}

/** ago is how long since: "3 minutes ago"; empty within the last minute. */
export function ago(at, lang) {
  const minutes = Math.round((at - Date.now()) / 60000);
  if (minutes > -1) return '';
  const relative = new Intl.RelativeTimeFormat(lang, { numeric: 'auto' });
  if (minutes > -60) return relative.format(minutes, 'minute');
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), 'hour');
  return relative.format(Math.round(minutes / 1440), 'day');
}
