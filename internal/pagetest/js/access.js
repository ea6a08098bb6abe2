// What people need who cannot see the page, see it badly, or have no mouse. Each check
// returns faults as lines of text; access.check() is all of them. Rules are WCAG 2.2, AA.

(() => {
  const roles = new Set(('alert alertdialog application article banner blockquote button caption cell checkbox code columnheader combobox '
    + 'complementary contentinfo definition deletion dialog document emphasis feed figure form generic grid gridcell group heading img insertion link list '
    + 'listbox listitem log main marquee math menu menubar menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation '
    + 'progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider spinbutton status strong subscript superscript '
    + 'switch tab table tablist tabpanel term textbox time timer toolbar tooltip tree treegrid treeitem').split(' '));

  // what a role cannot do without: attributes, and the roles one of which must stand around it.
  const needs = {
    checkbox: ['aria-checked'], combobox: ['aria-expanded'], menuitemcheckbox: ['aria-checked'], menuitemradio: ['aria-checked'],
    radio: ['aria-checked'], switch: ['aria-checked'], heading: ['aria-level'], slider: ['aria-valuenow'],
  };
  const homes = {
    option: ['listbox'], tab: ['tablist'], menuitem: ['menu', 'menubar'], menuitemcheckbox: ['menu', 'menubar'], menuitemradio: ['menu', 'menubar'],
    listitem: ['list'], row: ['table', 'grid', 'treegrid', 'rowgroup'], cell: ['row'], columnheader: ['row'],
  };
  const controls = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [tabindex], [contenteditable="true"], [role="button"], [role="link"], '
    + '[role="checkbox"], [role="radio"], [role="switch"], [role="tab"], [role="option"], [role="menuitem"], [role="menuitemradio"], [role="menuitemcheckbox"], '
    + '[role="combobox"], [role="textbox"], [role="slider"]';
  const fields = 'input:not([type="hidden"], [type="button"], [type="submit"]), select, textarea';

  const { shown, nameOf, spaces } = window.eyes;
  const every = (selector) => [...document.querySelectorAll(selector)];
  const visible = (selector) => every(selector).filter(shown);
  const active = (element) => !element.closest('[inert]') && !element.closest(':disabled, [aria-disabled="true"]');
  const tell = (element) => {
    const where = element.closest('[id]:not([id^="u"])');
    return `${element.outerHTML.replace(/\s+/g, ' ').slice(0, 160)}${where && where !== element ? ` (in #${where.id})` : ''}`;
  };
  const fault = (rule, element, why = '') => `${rule}: ${why}${why && ' '}${tell(element)}`;

  // --- names, roles, structure ---

  const names = () => visible(controls).filter((element) => !element.matches('main, aside, [role="tabpanel"], [tabindex="-1"]:not(button, a, input, [role])'))
    .filter((element) => !nameOf(element)).map((element) => fault('no name', element));

  // A placeholder vanishes when one types; a title is not there for fingers and keys.
  const labels = () => visible(fields)
    .filter((field) => !field.labels?.length && !field.ariaLabel && !field.hasAttribute('aria-labelledby'))
    .map((field) => fault('no label', field));

  // Who speaks to the computer says what is written on a button.
  const spoken = () => visible('button[aria-label], a[aria-label], [role="tab"][aria-label], [role="menuitem"][aria-label]').filter((element) => {
    const written = spaces([...element.childNodes].map((node) => (node.ariaHidden === 'true' ? '' : node.innerText ?? node.data ?? '')).join(' ')).toLowerCase();
    return /[\p{L}\p{N}]{2}/u.test(written) && !nameOf(element).toLowerCase().includes(written);
  }).map((element) => fault('name without what is written', element));

  const ids = () => {
    const seen = new Set();
    return every('[id]').filter((element) => seen.size === seen.add(element.id).size).map((element) => fault('id twice', element));
  };

  const references = () => ['aria-labelledby', 'aria-describedby', 'aria-activedescendant', 'aria-errormessage', 'aria-controls', 'aria-owns', 'for']
    .flatMap((attribute) => every(`[${attribute}]`)
      .filter((element) => attribute !== 'aria-controls' || element.ariaExpanded === 'true') // what is closed need not be there
      .filter((element) => element.getAttribute(attribute).split(/\s+/).some((id) => id && !document.getElementById(id)))
      .map((element) => fault(`${attribute} leads nowhere`, element)));

  const rolesValid = () => every('[role]').flatMap((element) => {
    const role = element.getAttribute('role');
    if (!roles.has(role)) return [fault('unknown role', element)];
    const missing = (needs[role] ?? []).filter((attribute) => !element.hasAttribute(attribute) && !element.matches('input, h1, h2, h3, h4, h5, h6'));
    const faults = missing.map((attribute) => fault(`role ${role} without ${attribute}`, element));
    if (homes[role] && !element.parentElement.closest(homes[role].map((home) => `[role="${home}"]`).join() + (role === 'listitem' ? ', ul, ol' : ''))) {
      faults.push(fault(`role ${role} outside of ${homes[role].join(' or ')}`, element));
    }
    return faults;
  });

  const structure = () => [
    ...every('li').filter((item) => !item.hasAttribute('role') && !item.parentElement.matches('ul, ol, menu')).map((item) => fault('li without list', item)),
    ...every('img:not([alt]), [role="img"]').filter((image) => !image.hasAttribute('alt') && !nameOf(image)).map((image) => fault('picture without alt', image)),
    ...visible('svg').filter((picture) => picture.ariaHidden !== 'true' && !nameOf(picture)).map((picture) => fault('picture neither named nor hidden', picture)),
    ...every('[tabindex]').filter((element) => element.tabIndex > 0).map((element) => fault('positive tabindex', element)),
    ...every('[aria-hidden="true"]').filter((hidden) => [hidden, ...hidden.querySelectorAll(controls)].some((inside) => inside.tabIndex >= 0 && shown(inside)))
      .map((hidden) => fault('hidden from readers, yet in the tab order', hidden)),
    ...visible('[role="dialog"], [role="alertdialog"], [role="listbox"], [role="menu"], [role="tablist"], [role="tabpanel"], nav, section[aria-label], fieldset')
      .filter((region) => !nameOf(region)).map((region) => fault('region without name', region)),
    ...visible('button, a[href], [role="button"]').filter((outer) => [...outer.querySelectorAll(controls)].some(shown)).map((outer) => fault('control inside of a control', outer)),
    ...visible('[lang]').filter((element) => !/^[a-z]{2,3}(-\w+)*$/.test(element.lang)).map((element) => fault('no language', element)),
  ];

  const page = () => [
    !/^[a-z]{2}/.test(document.documentElement.lang) && 'html has no lang',
    !document.title.trim() && 'the page has no title',
    every('main').length !== 1 && `the page has ${every('main').length} main`,
    every('[lang|="ar"], [lang|="he"]').some((element) => !element.closest('[dir]') && getComputedStyle(element).direction !== 'rtl') && 'Arabic from left to right',
    every('[lang|="ar"][dir="ltr"]').length > 0 && 'Arabic with dir="ltr"',
    /user-scalable\s*=\s*(no|0)|maximum-scale\s*=\s*[01]\b/.test(document.querySelector('meta[name="viewport"]')?.content ?? '') && 'the page cannot be enlarged',
    document.documentElement.scrollWidth > window.innerWidth && `the page is ${document.documentElement.scrollWidth} wide, its window ${window.innerWidth}`,
  ].filter(Boolean);

  // --- contrast ---

  const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const colour = (text) => {
    if (!known.has(text)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = text;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(text, [r, g, b, a / 255]);
    }
    return known.get(text);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((part, i) => part * a + under[i] * (1 - a));
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((part) => (part <= 10.31475 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  // ground is the colour behind an element's text: what its ancestors paint, one over the other.
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = colour(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((under, layer) => over(layer, under), colour(matchMedia('(prefers-color-scheme: dark)').matches ? '#121212' : '#ffffff').slice(0, 3));
  };
  const opacity = (element) => {
    let all = 1;
    for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
    return all;
  };
  const contrast = (element, ink, under = ground(element)) => ratio(over([...colour(ink).slice(0, 3), colour(ink)[3] * opacity(element)], under), under);
  const large = (style) => parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
  const hex = (rgb) => `#${rgb.slice(0, 3).map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;

  const judge = (rule, element, ink, least, under) => {
    const is = contrast(element, ink, under);
    return is < least - 0.005 ? [fault(rule, element, `${is.toFixed(2)} of ${least}, ${hex(colour(ink))} on ${hex(under ?? ground(element))}:`)] : [];
  };

  // writers are the elements with text of their own that is to be seen.
  const writers = () => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { parentElement: writer, data } = walk.currentNode;
      if (/[\p{L}\p{N}]/u.test(data) && shown(writer) && active(writer) && writer.getBoundingClientRect().width > 1) found.add(writer);
    }
    return [...found];
  };

  const text = () => [
    ...writers().flatMap((element) => {
      const style = getComputedStyle(element);
      return judge('text too pale', element, style.color, large(style) ? 3 : 4.5);
    }),
    ...visible('input:not([type="checkbox"], [type="radio"]), textarea').filter(active).flatMap((field) => {
      const style = getComputedStyle(field, field.matches(':placeholder-shown') ? '::placeholder' : null);
      return judge('text of a field too pale', field, style.color, 4.5);
    }),
  ];

  // Parts without words: the edge of a field, and an icon that alone says what a button does.
  const parts = () => [
    ...visible('input:not([type="checkbox"], [type="radio"], [type="hidden"]), textarea, select').filter(active).flatMap((field) => {
      let box = field; // a field may be drawn by what stands around it
      const edged = (element) => parseFloat(getComputedStyle(element).borderTopWidth) > 0 || parseFloat(getComputedStyle(element).borderBottomWidth) > 0;
      while (!edged(box) && box.parentElement && box.parentElement.getBoundingClientRect().height < 260) box = box.parentElement;
      const under = ground(box.parentElement);
      return ratio(ground(box), under) >= 3 || !edged(box) ? [] : judge('edge of a field too pale', box, getComputedStyle(box).borderBottomColor, 3, under);
    }),
    ...visible('button, a[href], [role="tab"], [role="menuitem"]').filter((control) => active(control) && !spaces(control.innerText))
      .flatMap((control) => [...control.querySelectorAll('svg')].filter(shown).flatMap((icon) => judge('icon too pale', icon, getComputedStyle(icon).color, 3))),
  ];

  // --- focus ---

  const looks = (element) => {
    const around = [element, element.parentElement, element.parentElement?.parentElement, element.parentElement?.parentElement?.parentElement, ...element.children,
      element.nextElementSibling].filter(Boolean);
    return around.map((each) => {
      const style = getComputedStyle(each);
      const outline = style.outlineStyle === 'none' || style.outlineWidth === '0px' ? '' : `${style.outlineStyle} ${style.outlineWidth} ${style.outlineColor}`;
      return [outline, style.boxShadow, style.borderTopColor, style.backgroundColor, style.backgroundImage, style.textDecorationLine].join('|');
    }).join('\n');
  };

  const focus = () => {
    const before = document.activeElement;
    const faults = visible(controls).filter((element) => element.tabIndex >= 0 && active(element)).flatMap((element) => {
      document.activeElement.blur();
      const plain = looks(element);
      element.focus({ focusVisible: true, preventScroll: true });
      if (document.activeElement !== element) return []; // it hands the focus on
      if (looks(element) === plain) return [fault('focus is not to be seen', element)];
      const style = getComputedStyle(element);
      if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) === 0) return [];
      const inside = parseFloat(style.outlineOffset) < 0;
      return judge('focus too pale', element, style.outlineColor, 3, ground(inside ? element : element.parentElement));
    });
    document.activeElement.blur();
    before?.focus({ preventScroll: true });
    return faults;
  };

  const check = () => [...new Set([page, names, labels, spoken, ids, references, rolesValid, structure, text, parts, focus].flatMap((one) => one()))];
  Object.defineProperty(window, 'access', { value: Object.freeze({ check }) });
})();
