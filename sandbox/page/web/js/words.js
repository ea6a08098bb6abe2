// What the client itself says around the app's own texts, in the languages of
// the people who use it. The English is Slack's.

const english = {
  optional: '(optional)', close: 'Close', back: 'Back', clear: 'Clear', loading: 'Loading…', working: 'Working…',
  noResult: 'No result', keepTyping: 'Keep typing to see options', options: (n) => `${n} ${n === 1 ? 'option' : 'options'}`,
  more: 'More actions', choose: 'Choose an option', date: 'Select a date', left: (n) => `${n} characters left`,
  tooMany: (n) => `${n} characters too many`, unanswered: 'The app did not answer in time. Nothing may have happened.',
  picture: 'Picture not loaded: the sandbox opens nothing outside this machine', direct: 'Direct message',
  required: 'Please complete this required field.', email: 'Please enter a valid email address.',
  url: 'Please enter a valid URL.', number: 'Please enter a number.', whole: 'Please enter a whole number.',
  date_wrong: 'Please enter a valid date.',
  least: (n) => `Please enter at least ${n} characters.`, most: (n) => `Please enter at most ${n} characters.`,
  atLeast: (n) => `Please enter a number of at least ${n}.`, atMost: (n) => `Please enter a number of at most ${n}.`,
  trouble: 'We had some trouble connecting. Try again?',
};

const arabic = {
  optional: '(اختياري)', close: 'إغلاق', back: 'رجوع', clear: 'مسح', loading: 'جارٍ التحميل…', working: 'جارٍ التنفيذ…',
  noResult: 'لا توجد نتائج', keepTyping: 'تظهر الخيارات مع متابعة الكتابة', options: (n) => counted(n, options),
  more: 'إجراءات أخرى', choose: 'اختيار', date: 'اختيار تاريخ', left: (n) => `الأحرف المتبقية: ${arabicNumber(n)}`,
  tooMany: (n) => `عدد الأحرف الزائدة: ${arabicNumber(n)}`, unanswered: 'لم يستجب التطبيق في الوقت المحدد، وربما لم يُنفَّذ شيء.',
  picture: 'لم تُحمَّل الصورة: بيئة التجربة لا تفتح شيئًا خارج هذا الجهاز', direct: 'رسالة مباشرة',
  required: 'يُرجى تعبئة هذا الحقل المطلوب.', email: 'يُرجى إدخال عنوان بريد إلكتروني صحيح.',
  url: 'يُرجى إدخال رابط صحيح.', number: 'يُرجى إدخال رقم.', whole: 'يُرجى إدخال عدد صحيح.',
  date_wrong: 'يُرجى إدخال تاريخ صحيح.',
  least: (n) => `الحد الأدنى لعدد الأحرف: ${arabicNumber(n)}.`, most: (n) => `الحد الأقصى لعدد الأحرف: ${arabicNumber(n)}.`,
  atLeast: (n) => `أصغر عدد مسموح به: ${arabicNumber(n)}.`, atMost: (n) => `أكبر عدد مسموح به: ${arabicNumber(n)}.`,
  trouble: 'واجهنا مشكلة في الاتصال. هل تريد المحاولة مرة أخرى؟',
};

const options = { zero: 'لا خيارات', one: 'خيار واحد', two: 'خياران', few: '# خيارات', many: '# خيارًا', other: '# خيار' };

const arabicNumber = (n) => new Intl.NumberFormat('ar-SA').format(n);

function counted(n, forms) {
  return forms[new Intl.PluralRules('ar').select(n)].replace('#', arabicNumber(n));
}

/** formTexts are the texts around forms by language. */
export const formTexts = { english, arabic };

/** words returns one of the client's texts in a language like "ar-SA"; English for languages it does not have. */
export function words(name, lang, n) {
  const text = (/^ar\b/i.test(lang || '') ? arabic : english)[name];
  return typeof text === 'function' ? text(n) : text;
}

/**
 * translated gives a text that Slack's client shows (and the server words in
 * English) in the reader's language; texts of the app come back as they are.
 */
export function translated(text, lang) {
  const name = Object.keys(english).find((key) => english[key] === text);
  return name ? words(name, lang) : text;
}

/** direction of a language: "rtl" or "ltr". */
export function direction(lang) {
  return /^(ar|fa|he|ur)\b/i.test(lang || '') ? 'rtl' : 'ltr';
}
