// What is said where somebody cannot do something, by what the server says. {} stands
// for what it names; a name within the reason may be a reason itself.

/** errorTexts are pairs of English and Arabic by the words of the server. */
export const errorTexts = {
  // Channels and messages
  'you are not in {}': ['You are not in {}.', 'أنت لست في {}.'],
  '{} is not in {}': ['{} is not in {}.', '{} ليس في {}.'],
  '/invite works in channels only': ['/invite works in channels only.', 'يعمل الأمر \u2066/invite\u2069 في القنوات فقط.'],
  'who? Example: /invite @{}': ['Who? Example: /invite @{}', 'مَن؟ مثال: \u2066/invite @{}\u2069'],
  'nobody here is called {}': ['Nobody here is called {}.', 'لا يوجد هنا أحد باسم {}.'],
  'there is nobody called "{}"': ['There is nobody called “{}”.', 'لا يوجد أحد باسم «{}».'],
  '{} is already in {}': ['{} is already in {}.', 'الحساب {} موجود في {} من قبل.'],
  'guests and people of other organizations can\'t add anybody': ['Guests and people of other organizations can’t add anybody.', 'لا يمكن للضيوف وأعضاء المؤسسات الأخرى إضافة أحد.'],
  '{} is archived': ['{} is archived.', 'القناة {} مؤرشفة.'],
  'sending messages to this app has been turned off': ['Sending messages to this app has been turned off.', 'إرسال الرسائل إلى هذا التطبيق متوقف.'],
  'there is nothing to send': ['There is nothing to send.', 'لا يوجد ما يُرسَل.'],
  'the message is longer than {} characters': ['The message is longer than {} characters.', 'الرسالة أطول من الحد الأقصى لعدد الأحرف: {}.'],
  'the message to answer is gone': ['The message to answer is gone.', 'لم تعد الرسالة موجودة، فلا يمكن الرد عليها.'],
  'the message is no longer on the screen': ['The message is no longer there.', 'لم تعد الرسالة موجودة.'],
  'there is no {} here': ['There is no {} here.', 'لا يوجد {} هنا.'],
  'there is no conversation "{}"': ['There is no conversation “{}”.', 'لا توجد محادثة باسم «{}».'],
  'the filter leaves out "{}"': ['“{}” cannot be chosen here.', 'لا يمكن اختيار «{}» هنا.'],

  // Commands, shortcuts, buttons and forms of the app
  '{} is not a valid command: the manifest declares no such': ['{} is not a valid command.', '{} ليس أمرًا صحيحًا.'],
  '{} is not supported in threads': ['{} is not supported in threads. Sorry!', 'عذرًا، لا يعمل {} في سلاسل الردود.'],
  'the manifest declares no {} shortcut "{}"': ['The app has no shortcut “{}”.', 'ليس للتطبيق اختصار باسم «{}».'],
  'guests do not see global shortcuts': ['Guests do not see shortcuts.', 'لا يرى الضيوف الاختصارات.'],
  'no shortcut on a message that is ephemeral or gone': ['Shortcuts do not work on private messages or on those that are gone.', 'لا تعمل الاختصارات على الرسائل الخاصة أو المحذوفة.'],
  'block "{}" is no menu that asks the app': ['“{}” is not a menu.', '«{}» ليس قائمة.'],
  'there is no button "{}"': ['There is no button “{}”.', 'لا يوجد زر «{}».'],
  'there is no element "{}" in block "{}"': ['This button or field is no longer there.', 'لم يعد هذا الزر أو الحقل موجودًا.'],
  'there is no option "{}"': ['There is no option “{}”.', 'لا يوجد خيار «{}».'],
  'there is no option "{}" among {}': ['There is no option “{}”.', 'لا يوجد خيار «{}».'],
  'there is no field to type in in block "{}"': ['There is no field to type in.', 'لا يوجد حقل للكتابة.'],
  'the form has no field in block "{}"': ['The form has no such field any more.', 'لم يعد هذا الحقل في النموذج.'],
  'fill in "{}": {}': ['{1}', '{1}'],
  'choose in "{}": {}': ['{1}', '{1}'],
  'the field tells the app nothing before the form is submitted': ['The app is told of this field when the form is submitted.', 'يصل هذا الحقل إلى التطبيق عند إرسال النموذج.'],
  'the form is no longer open': ['The form is no longer open.', 'لم يعد النموذج مفتوحًا.'],
  'another form lies on top': ['Close the form on top first.', 'يُرجى إغلاق النموذج الأعلى أولًا.'],
  'the form is being sent': ['The form is being sent.', 'جارٍ إرسال النموذج.'],
  'the form has no submit button': ['The form cannot be submitted.', 'لا يمكن إرسال هذا النموذج.'],
  'wait for the app: {}': ['The app was not waited for: {}', 'توقف انتظار التطبيق: {}'],

  // Steps of workflows
  'inputs of the step: {}': ['{}', '{}'],
  '{} is required': ['Fill in {}.', 'يُرجى ملء {}.'],
  '{} is not declared': ['The step has no input {}.', 'ليس في الخطوة حقل {}.'],
  '{} must be {}: {}': ['{} does not fit: {2}', 'قيمة {} غير مناسبة: {2}'],
  'it is of another type': ['it is of another type.', 'نوعها مختلف.'],
  'there is none of that id': ['there is none of that id.', 'لا يوجد معرّف كهذا.'],
  'the manifest declares no step "{}"': ['The app has no step “{}”.', 'ليس للتطبيق خطوة باسم «{}».'],
  'the manifest lets Slack run the steps: settings.function_runtime is not remote': ['The manifest lets Slack run the steps.', 'يكلّف ملف التطبيق Slack بتشغيل الخطوات.'],
  'steps need settings.org_deploy_enabled in the manifest': ['Steps need org_deploy_enabled in the manifest.', 'تحتاج الخطوات إلى \u2066org_deploy_enabled\u2069 في ملف التطبيق.'],
  'the manifest does not subscribe to function_executed': ['The manifest does not subscribe to function_executed.', 'لا يشترك ملف التطبيق في \u2066function_executed\u2069.'],

  // The switches, the bot and the timeline
  'there is no switch "{}"': ['There is no switch “{}”.', 'لا يوجد مفتاح «{}».'],
  'azeer has no such trouble; there are {}': ['Azeer has no such trouble.', 'لا يوجد عطل كهذا لدى Azeer.'],
  'let azeer listen again: {}': ['Azeer cannot be switched on again: {}', 'تعذّر تشغيل Azeer من جديد: {}'],
  'the bot has no socket that Slack could refresh': ['The bot has no socket to refresh. Start the bot first.', 'ليس للبوت اتصال يُجدَّد. يُرجى تشغيل البوت أولًا.'],
  'the bot has no socket that could fall silent': ['The bot has no socket that could fall silent. Start the bot first.', 'ليس للبوت اتصال يصمت. يُرجى تشغيل البوت أولًا.'],
  'the bot is no process of its own here; start the page with azeer-slack demo': ['The bot cannot be killed or started here. Start the page with azeer-slack demo.',
    'لا يمكن إيقاف البوت أو تشغيله هنا. يُرجى فتح الصفحة بالأمر \u2066azeer-slack demo\u2069.'],
  'kill the bot: {}': ['The bot could not be killed: {}', 'تعذّر إيقاف البوت: {}'],
  'start the bot: {}': ['The bot could not be started: {}', 'تعذّر تشغيل البوت: {}'],
  'this was too long ago: only the newest interactions are kept': ['This was too long ago. Only the newest are kept.', 'مضى على هذا وقت طويل. تُحفَظ أحدث التفاعلات فقط.'],
  'the sandbox is closed': ['The sandbox is closed.', 'أُغلقت بيئة التجربة.'],

  // What only a page from another version sends
  'read act: {}': ['The sandbox could not read this: {}', 'تعذّرت على بيئة التجربة قراءة هذا: {}'],
  'read what was entered: {}': ['The sandbox could not read what was entered.', 'تعذّرت على بيئة التجربة قراءة ما أُدخل.'],
  'there is no such act': ['The sandbox does not know this. Load the page again.', 'لا تعرف بيئة التجربة هذا. يُرجى إعادة تحميل الصفحة.'],

  // Anything else
  '': ['That did not work: {}', 'لم ينجح ذلك: {}'],
};

const known = Object.entries(errorTexts).filter(([said]) => said).map(([said, pair]) => ({
  pattern: new RegExp(`^${said.split('{}').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.*?)')}$`, 's'), pair,
}));

/** reasonFor words in English or Arabic why something cannot be done, by what the server says; empty: nothing is wrong. */
export function reasonFor(said, arabic) {
  if (!said) return '';
  const { pattern, pair } = known.find((each) => each.pattern.test(said)) || { pattern: /^(.*)$/s, pair: errorTexts[''] };
  const names = pattern.exec(said).slice(1).map((name) => {
    const worded = known.some((each) => each.pattern.test(name)) ? reasonFor(name, arabic) : name;
    return arabic ? `\u2068${worded}\u2069` : worded;
  });
  let next = 0;
  return pair[arabic ? 1 : 0].replace(/\{(\d?)\}/g, (blank, at) => names[at === '' ? next++ : Number(at)]);
}
