// What the chat client says around messages, in the languages of the people who
// use it. What fields and menus of the app's own forms say is in words.js.

const number = (n, lang) => new Intl.NumberFormat(lang).format(n);

// counted takes the form of a noun that goes with a number; # is the number.
function counted(n, lang, forms) {
  const form = forms[new Intl.PluralRules(lang).select(n)] ?? forms.other;
  return form.replace('#', number(n, lang));
}

const english = {
  sidebar: 'Conversations', channels: 'Channels', direct: 'Direct messages', apps: 'Apps', jump: 'Jump to…',
  jumpTitle: 'Jump to a conversation', jumpFind: 'Where to? A channel or a person', noMatch: 'Nothing of that name',
  back: 'Back', close: 'Close', you: 'you', app: 'APP',
  private: 'Private channel', channel: 'Channel', directMessage: 'Direct message', appKind: 'App', shared: 'Shared with another organisation',
  home: 'Home', messages: 'Messages', botAbsent: (app) => `${app} is not in this channel`,
  members: (n) => counted(n, 'en', { one: '# member', other: '# members' }),
  unread: (n) => counted(n, 'en', { one: '# unread message', other: '# unread messages' }),
  feed: (place) => `Messages in ${place}`, thread: 'Thread', closeThread: 'Close thread',
  replies: (n) => counted(n, 'en', { one: '# reply', other: '# replies' }), lastReply: (when) => `Last reply ${when || 'just now'}`,
  beginChannel: (name) => `This is the very beginning of ${name}.`,
  beginDirect: (name) => `This is the beginning of your conversation with ${name}.`,
  beginApp: (app) => `Here ${app} talks to you alone.`,
  onlyYou: 'Only visible to you', dismiss: 'Dismiss', edited: '(edited)', fresh: 'New',
  newBelow: (n) => (n ? counted(n, 'en', { one: '# new message', other: '# new messages' }) : 'Latest messages'),
  gone: (n) => counted(n, 'en', { one: '# private answer went with the reload, as in Slack.', other: '# private answers went with the reload, as in Slack.' }),
  keepThem: 'Show and keep them', more: 'More actions', messageActions: 'Message actions', replyInThread: 'Reply in thread',
  copy: 'Copy text', viewJSON: 'View as JSON', inTimeline: 'Show in the timeline', copyBuilder: 'Copy for Block Kit Builder', copied: 'Copied', notCopied: 'The browser did not allow copying',
  write: (place) => `Message ${place}`, writeReply: 'Reply…', send: 'Send', attach: 'Attach a file', detach: 'Remove the file', newLine: 'to add a new line',
  shortcuts: 'Shortcuts', noShortcuts: 'The app has no shortcuts.', guestShortcuts: 'Guests do not see shortcuts.',
  mention: 'Mention somebody', commands: 'Commands and shortcuts', people: 'People',
  suggestions: (n) => counted(n, 'en', { one: '# suggestion', other: '# suggestions' }),
  absent: 'not in this channel', userGroup: 'User group', inviteAbout: 'Add somebody, or an app, to this channel', wasAdded: (place, by) => `was added to ${place} by ${by}.`,
  running: (what, app) => `${what}: waiting for ${app}…`,
  notMember: (place) => `You are looking at ${place} without being in it.`,
  turnedOff: 'Sending messages to this app has been turned off.',
  notCommand: (name) => `${name} is not a valid command. In Slack, all messages that start with the “/” symbol are interpreted as commands. `
    + 'To send it as a message, put a space before the “/”.',
  commandFailed: (name, code) => `${name} failed with the error "${code}"`,
  homeComes: (app) => `${app} is drawing its Home tab…`, homeSilent: (app) => `${app} did not respond, and has not drawn its Home tab yet.`,
  appSilent: (app) => `${app} did not respond.`, said: (who, text) => `${who}: ${text}`,
};

const arabic = {
  sidebar: 'المحادثات', channels: 'القنوات', direct: 'الرسائل المباشرة', apps: 'التطبيقات', jump: 'الانتقال إلى…',
  jumpTitle: 'الانتقال إلى محادثة', jumpFind: 'إلى أين؟ قناة أو شخص', noMatch: 'لا يوجد شيء بهذا الاسم',
  back: 'رجوع', close: 'إغلاق', you: 'أنت', app: 'تطبيق',
  private: 'قناة خاصة', channel: 'قناة', directMessage: 'رسالة مباشرة', appKind: 'تطبيق', shared: 'مشتركة مع مؤسسة أخرى',
  home: 'الرئيسية', messages: 'الرسائل', botAbsent: (app) => `تطبيق ${app} ليس في هذه القناة`,
  members: (n) => counted(n, 'ar-SA', { zero: 'لا أعضاء', one: 'عضو واحد', two: 'عضوان', few: '# أعضاء', many: '# عضوًا', other: '# عضو' }),
  unread: (n) => counted(n, 'ar-SA', {
    one: 'رسالة غير مقروءة', two: 'رسالتان غير مقروءتين', few: '# رسائل غير مقروءة', many: '# رسالة غير مقروءة', other: '# رسالة غير مقروءة',
  }),
  feed: (place) => `الرسائل في ${place}`, thread: 'سلسلة الردود', closeThread: 'إغلاق سلسلة الردود',
  replies: (n) => counted(n, 'ar-SA', { one: 'رد واحد', two: 'ردّان', few: '# ردود', many: '# ردًا', other: '# رد' }),
  lastReply: (when) => `آخر رد ${when || 'الآن'}`,
  beginChannel: (name) => `هذه بداية القناة ${name}.`, beginDirect: (name) => `هذه بداية محادثتك مع ${name}.`,
  beginApp: (app) => `هنا يراسلك ${app} وحدك.`,
  onlyYou: 'مرئية لك وحدك', dismiss: 'إخفاء', edited: '(معدّلة)', fresh: 'جديد',
  newBelow: (n) => (n ? counted(n, 'ar-SA', { one: 'رسالة جديدة', two: 'رسالتان جديدتان', few: '# رسائل جديدة', many: '# رسالة جديدة', other: '# رسالة جديدة' })
    : 'أحدث الرسائل'),
  gone: (n) => counted(n, 'ar-SA', {
    one: 'اختفى رد خاص واحد عند إعادة التحميل، كما في Slack.', two: 'اختفى ردّان خاصان عند إعادة التحميل، كما في Slack.',
    few: 'اختفت # ردود خاصة عند إعادة التحميل، كما في Slack.', many: 'اختفى # ردًا خاصًا عند إعادة التحميل، كما في Slack.',
    other: 'اختفى # رد خاص عند إعادة التحميل، كما في Slack.',
  }),
  keepThem: 'إظهارها والاحتفاظ بها', more: 'إجراءات أخرى', messageActions: 'إجراءات الرسالة', replyInThread: 'الرد في سلسلة',
  copy: 'نسخ النص', viewJSON: 'عرض بصيغة JSON', inTimeline: 'عرض في «ما حدث»', copyBuilder: 'نسخ لأداة Block Kit Builder', copied: 'تم النسخ', notCopied: 'لم يسمح المتصفح بالنسخ',
  write: (place) => `رسالة إلى ${place}`, writeReply: 'الرد…', send: 'إرسال', attach: 'إرفاق ملف', detach: 'إزالة الملف', newLine: 'لسطر جديد',
  shortcuts: 'الاختصارات', noShortcuts: 'ليست للتطبيق اختصارات.', guestShortcuts: 'لا يرى الضيوف الاختصارات.',
  mention: 'الإشارة إلى شخص', commands: 'الأوامر والاختصارات', people: 'الأشخاص',
  suggestions: (n) => counted(n, 'ar-SA', { zero: 'لا اقتراحات', one: 'اقتراح واحد', two: 'اقتراحان', few: '# اقتراحات', many: '# اقتراحًا', other: '# اقتراح' }),
  absent: 'ليس في هذه القناة', userGroup: 'مجموعة مستخدمين', inviteAbout: 'إضافة شخص أو تطبيق إلى هذه القناة', wasAdded: (place, by) => `تمت الإضافة إلى ${place} بواسطة ${by}.`,
  running: (what, app) => `${what}: بانتظار ${app}…`,
  notMember: (place) => `أنت تتصفح ${place} دون أن تكون عضوًا فيها.`,
  turnedOff: 'إرسال الرسائل إلى هذا التطبيق متوقف.',
  notCommand: (name) => `${name} ليس أمرًا صحيحًا. في Slack تُعدّ كل رسالة تبدأ بالرمز «/» أمرًا. لإرسالها رسالةً عادية، تُكتب مسافة قبل «/».`,
  commandFailed: (name, code) => `تعذّر تنفيذ ${name}، والخطأ: "${code}"`,
  homeComes: (app) => `جارٍ عرض الصفحة الرئيسية لتطبيق ${app}…`, homeSilent: (app) => `لم يستجب ${app}، ولم يعرض صفحته الرئيسية بعد.`,
  appSilent: (app) => `لم يستجب ${app}.`, said: (who, text) => `${who}: ${text}`,
};

/** clientTexts are the texts of the chat client by language. */
export const clientTexts = { english, arabic };

/** phrase returns one of the client's texts in a language like "ar-SA"; English for languages it does not have. */
export function phrase(name, lang, ...values) {
  const text = (/^ar\b/i.test(lang || '') ? arabic : english)[name];
  return typeof text === 'function' ? text(...values) : text;
}

/** isolated keeps the direction of a name or number from what stands around it. */
export const isolated = (text) => `\u2068${text}\u2069`;
