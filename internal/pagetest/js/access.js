// What keeps people from using a page who do not see it, not well, or use no mouse.
// Each rule returns what breaks it; the rules are those of WCAG 2.2 AA that a program
// can judge, and of ARIA.

(() => {
  const { shown, nameOf, spaces } = window.eyes;

  const roles = new Set(`alert alertdialog application article banner blockquote button caption cell checkbox code
    columnheader combobox complementary contentinfo definition deletion dialog document emphasis feed figure form
    generic grid gridcell group heading img insertion link list listbox listitem log main mark marquee math menu
    menubar menuitem menuitemcheckbox menuitemradio meter navigation none note option paragraph presentation
    progressbar radio radiogroup region row rowgroup rowheader scrollbar search searchbox separator slider
    spinbutton status strong subscript superscript switch tab table tablist tabpanel term textbox time timer toolbar
    tooltip tree treegrid treeitem`.split(/\s+/));

  const attributes = new Set(`activedescendant atomic autocomplete braillelabel brailleroledescription busy checked
    colcount colindex colindextext colspan controls current describedby description details disabled errormessage
    expanded flowto haspopup hidden invalid keyshortcuts label labelledby level live modal multiline multiselectable
    orientation owns placeholder posinset pressed readonly relevant required roledescription rowcount rowindex
    rowindextext rowspan selected setsize sort valuemax valuemin valuenow valuetext`.split(/\s+/));

  // Where a role must stand, and what it must say of itself.
  const within = {
    option: '[role=listbox]', tab: '[role=tablist]', menuitem: '[role=menu], [role=menubar]', menuitemradio: '[role=menu]',
    menuitemcheckbox: '[role=menu]', listitem: '[role=list]', gridcell: '[role=row]', treeitem: '[role=tree]',
  };
  const must = {
    checkbox: ['aria-checked'], switch: ['aria-checked'], radio: ['aria-checked'], menuitemradio: ['aria-checked'],
    menuitemcheckbox: ['aria-checked'], combobox: ['aria-expanded', 'aria-controls'], tab: ['aria-selected'], option: ['aria-selected'],
    heading: ['aria-level'], slider: ['aria-valuenow'], scrollbar: ['aria-valuenow', 'aria-controls'], meter: ['aria-valuenow'],
  };

  const interactive = `a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button], [role=link],
    [role=tab], [role=option], [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=switch],
    [role=checkbox], [role=radio], [role=combobox], [role=textbox], [role=searchbox], [role=slider], [role=spinbutton]`;
  const fields = 'input:not([type=hidden]):not([type=checkbox]):not([type=radio]), textarea, select, [role=textbox], [role=combobox]';

  const where = (element) => {
    const hooks = ['id', 'data-act', 'data-action', 'data-switch', 'data-name', 'class'];
    const short = (node) => {
      const hook = hooks.find((name) => node.getAttribute(name));
      return node.localName + (hook ? `[${hook}="${node.getAttribute(hook)}"]` : '');
    };
    const path = [];
    for (let node = element; node && node !== document.body && path.length < 3; node = node.parentElement) path.unshift(short(node));
    return path.join(' > ');
  };

  const off = (element) => Boolean(element.closest('[inert]'));
  const present = (selector) => [...document.querySelectorAll(selector)].filter((element) => shown(element) && !off(element));
  const heard = (element) => !element.closest('[aria-hidden="true"]');
  const speck = (box) => box.width <= 2 || box.height <= 2; // for screen readers only

  const rules = {
    language() {
      const bad = [];
      if (!document.documentElement.lang) bad.push('html has no lang');
      if (!document.title.trim()) bad.push('the document has no title');
      for (const element of document.querySelectorAll('[lang]')) {
        try {
          Intl.getCanonicalLocales(element.lang);
        } catch {
          bad.push(`${where(element)}: there is no language ${element.lang}`);
        }
      }
      if (/maximum-scale|user-scalable\s*=\s*(no|0)/.test(document.querySelector('meta[name=viewport]')?.content || '')) bad.push('the page cannot be zoomed');
      return bad;
    },

    'duplicate ids': () => {
      const seen = new Map();
      for (const element of document.querySelectorAll('[id]')) seen.set(element.id, [...(seen.get(element.id) || []), element]);
      return [...seen].filter(([, all]) => all.length > 1).map(([id, all]) => `${id}: ${all.map(where).join(', ')}`);
    },

    names: () => present(interactive).filter((element) => heard(element) && !nameOf(element)).map(where),

    'names of what has the focus': () => present('[tabindex="0"], [role=dialog], [role=alertdialog], [role=tabpanel], [role=listbox], [role=menu], [role=tablist], [role=feed], nav, aside, fieldset, table, iframe')
      .filter((element) => heard(element) && !nameOf(element)).map(where),

    labels: () => present(fields).filter((element) => heard(element) && !element.labels?.length && !element.getAttribute('aria-label')
      && !element.getAttribute('aria-labelledby')).map(where),

    roles() {
      const bad = [];
      for (const element of document.querySelectorAll('[role]')) {
        const role = element.getAttribute('role');
        if (!roles.has(role)) bad.push(`${where(element)}: there is no role ${role}`);
        if (!shown(element)) continue;
        if (within[role] && !element.closest(within[role])) bad.push(`${where(element)}: ${role} outside of ${within[role]}`);
        const native = element.matches('input, h1, h2, h3, h4, h5, h6');
        for (const name of native ? [] : must[role] || []) if (!element.hasAttribute(name)) bad.push(`${where(element)}: ${role} without ${name}`);
      }
      return bad;
    },

    attributes() {
      const bad = [];
      for (const element of document.querySelectorAll('*')) {
        for (const { name, value } of element.attributes) {
          if (!name.startsWith('aria-')) continue;
          if (!attributes.has(name.slice(5))) bad.push(`${where(element)}: there is no ${name}`);
          const points = ['aria-labelledby', 'aria-describedby', 'aria-activedescendant', 'aria-owns', 'aria-errormessage'].includes(name)
            || (name === 'aria-controls' && element.getAttribute('aria-expanded') === 'true');
          if (!points || !shown(element)) continue;
          for (const id of value.split(/\s+/).filter(Boolean)) if (!document.getElementById(id)) bad.push(`${where(element)}: ${name} points to nothing (${id})`);
        }
      }
      return bad;
    },

    'hidden but reachable': () => present('[aria-hidden="true"]')
      .flatMap((element) => [element, ...element.querySelectorAll('*')]).filter((element) => element.tabIndex >= 0 && shown(element)).map(where),

    'an order of its own': () => present('[tabindex]').filter((element) => element.tabIndex > 0).map(where),

    // A part in Arabic runs from right to left, unless its text says otherwise.
    direction: () => [...document.querySelectorAll('[lang|="ar"]')]
      .filter((element) => element.dir === 'ltr' || (!element.dir && getComputedStyle(element).direction !== 'rtl')).map(where),

    // Who speaks to the computer says what is written on a button.
    'written and spoken': () => present('button[aria-label], a[aria-label]').filter((element) => {
      const written = spaces([...element.childNodes].map((node) => (node.ariaHidden === 'true' ? '' : node.innerText ?? node.data ?? '')).join(' ')).toLowerCase();
      return /[\p{L}\p{N}]{2}/u.test(written) && !nameOf(element).toLowerCase().includes(written);
    }).map(where),

    'one control in another': () => present(interactive).filter((element) => element.parentElement?.closest('button, a[href], summary, [role=button], [role=option], [role=menuitem]')).map(where),

    images() {
      const bare = present('img').filter((element) => !element.hasAttribute('alt'));
      const drawn = present('svg').filter((element) => heard(element) && !(element.getAttribute('role') === 'img' && nameOf(element)));
      return [...bare, ...drawn].map(where);
    },

    headings() {
      const mains = document.querySelectorAll('main');
      const bad = mains.length === 1 ? [] : [`there are ${mains.length} main parts`];
      return bad.concat(present('h1, h2, h3, h4').filter((element) => heard(element) && !spaces(element.innerText)).map((element) => `${where(element)} is empty`));
    },

    // Of what can be pressed on a phone, 24 by 24 pixels at least; links in a text are as high as it.
    targets: () => (!matchMedia('(pointer: coarse)').matches ? [] : present(interactive).filter((element) => {
      const target = element.closest('label') || element.labels?.[0] || element;
      const box = target.getBoundingClientRect();
      return (box.width < 24 || box.height < 24) && getComputedStyle(element).display !== 'inline' && !speck(box);
    }).map((element) => `${where(element)} is ${['width', 'height'].map((side) => Math.round(element.getBoundingClientRect()[side])).join('×')}`)),

    'text under a button': () => present('button').filter((element) => getComputedStyle(element).position === 'absolute').flatMap((element) => {
      const over = element.getBoundingClientRect();
      return present(fields).filter((field) => {
        if (field.parentElement !== element.parentElement) return false;
        const box = field.getBoundingClientRect();
        const { paddingLeft, paddingRight } = getComputedStyle(field);
        return over.left < box.right - parseFloat(paddingRight) && over.right > box.left + parseFloat(paddingLeft);
      }).map((field) => `${where(field)} under ${where(element)}`);
    }),

    'out of the window': () => present(interactive).filter((element) => {
      const box = element.getBoundingClientRect();
      if (speck(box) || (box.left > -1 && box.right < window.innerWidth + 1)) return false;
      for (let node = element.parentElement; node; node = node.parentElement) {
        if (['auto', 'scroll'].includes(getComputedStyle(node).overflowX) && node.scrollWidth > node.clientWidth) return false;
      }
      return box.bottom > 0 && box.top < window.innerHeight;
    }).map(where),
  };

  // Colours.

  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  const known = new Map();

  // rgba reads a colour as CSS writes it, of any colour space: [r, g, b, alpha], 0 to 1.
  const rgba = (css) => {
    if (!known.has(css)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = css;
      canvas.fillRect(0, 0, 1, 1);
      known.set(css, [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255));
    }
    return known.get(css);
  };

  const over = ([r, g, b, a], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));

  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  const contrast = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };

  const grounds = new Map(); // forgotten at the end of each look

  // ground is the colour that lies under what an element holds.
  const ground = (element) => {
    if (!element) return over(rgba(getComputedStyle(document.documentElement).backgroundColor), rgba('Canvas'));
    if (!grounds.has(element)) {
      const style = getComputedStyle(element);
      const own = rgba(style.backgroundColor);
      const alone = own[3] === 1;
      grounds.set(element, over(own, alone ? own : ground(element.parentElement)));
    }
    return grounds.get(element);
  };

  const opacity = (element) => {
    let all = 1;
    for (let node = element; node; node = node.parentElement) all *= Number(getComputedStyle(node).opacity);
    return all;
  };

  const disabled = (element) => Boolean(element.closest(':disabled, [aria-disabled="true"], [aria-busy="true"]'));

  const shade = (css, element, under) => {
    const colour = rgba(css);
    return over([...colour.slice(0, 3), colour[3] * opacity(element)], under);
  };

  const hex = (colour) => `#${colour.map((value) => Math.round(value * 255).toString(16).padStart(2, '0')).join('')}`;

  const judge = (css, element, under, least, what) => {
    const front = shade(css, element, under);
    const ratio = contrast(front, under);
    return ratio < least - 0.005 ? `${where(element)}: ${what} has ${ratio.toFixed(2)}:1, not ${least}:1 (${hex(front)} on ${hex(under)})` : null;
  };

  const least = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  };

  rules['contrast of text'] = () => {
    const bad = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      // Emoji have their own colours.
      if (!/[\p{L}\p{N}\p{P}]/u.test(node.data) || element.closest('script, style, noscript, svg') || disabled(element) || !shown(element)) continue;
      if (speck(element.getBoundingClientRect()) || element.closest('.unseen, .pn-hidden, .bk-hidden')) continue;
      const style = getComputedStyle(element);
      if (rgba(style.color)[3] === 0) continue; // stands in for text that is drawn elsewhere
      bad.add(judge(style.color, element, ground(element), least(style), `“${spaces(node.data).slice(0, 30)}”`));
    }
    for (const element of present('input, textarea')) {
      if (!element.placeholder || element.value || disabled(element)) continue;
      bad.add(judge(getComputedStyle(element, '::placeholder').color, element, ground(element), 4.5, 'the placeholder'));
    }
    bad.delete(null);
    return [...bad];
  };

  rules['contrast of controls'] = () => {
    const bad = [];
    const signs = present('button svg, a svg, [role=tab] svg').filter((element) => !disabled(element));
    for (const element of signs) {
      if (spaces(element.closest('button, a, [role=tab]').innerText)) continue; // the text tells
      const style = getComputedStyle(element.querySelector('path') || element);
      bad.push(judge(style.stroke === 'none' ? style.fill : style.stroke, element, ground(element.parentElement), 3, 'the icon'));
    }
    for (const element of present(`${fields}, [role=switch]`)) {
      if (disabled(element) || element.localName === 'select') continue;
      // The edge of a field is its own border or ground, or that of the box around it.
      const edges = [element, element.parentElement, element.parentElement.parentElement].flatMap((node) => {
        const style = getComputedStyle(node);
        const under = ground(node.parentElement);
        const line = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== 'none' ? contrast(shade(style.borderTopColor, node, under), under) : 1;
        return [line, contrast(ground(node), under)];
      });
      if (Math.max(...edges) < 2.995) bad.push(`${where(element)}: its edge has ${Math.max(...edges).toFixed(2)}:1, not 3:1`);
    }
    return bad.filter(Boolean);
  };

  // still waits until nothing moves that will come to rest.
  const still = () => Promise.allSettled(document.getAnimations()
    .filter((animation) => animation.effect?.getComputedTiming().endTime !== Infinity && animation.playState === 'running')
    .map((animation) => animation.finished));

  const access = async () => {
    await still();
    known.clear();
    grounds.clear();
    return Object.entries(rules).flatMap(([rule, find]) => [...new Set(find())].map((what) => `${rule}: ${what}`));
  };

  // The focus.

  const tabbable = () => present('*').filter((element) => element.tabIndex >= 0 && !element.disabled
    && !(element.type === 'radio' && !element.checked && [...document.getElementsByName(element.name)].some((other) => other !== element && other.type === 'radio'
      && (other.checked || other.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING))));

  const looks = (element) => [element, element.parentElement, element.parentElement?.parentElement, element.parentElement?.parentElement?.parentElement]
    .filter(Boolean).map((node) => {
      const { outlineStyle, outlineColor, outlineWidth, boxShadow, borderTopColor, backgroundColor, backgroundImage, insetBlockStart } = getComputedStyle(node);
      return [outlineStyle === 'none' ? 'none' : `${outlineStyle} ${outlineColor} ${outlineWidth}`, boxShadow, borderTopColor, backgroundColor, backgroundImage, insetBlockStart].join('|');
    });

  // marks is the contrast of the ring around what has the focus, or of its border;
  // without a ring, colours of its own tell, or the ring of a box around it.
  const marks = (element) => {
    const style = getComputedStyle(element);
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) return Infinity;
    const under = ground(parseFloat(style.outlineOffset) < 0 ? element : element.parentElement);
    const border = parseFloat(style.borderTopWidth) > 0 ? contrast(shade(style.borderTopColor, element, under), under) : 1;
    return Math.max(contrast(shade(style.outlineColor, element, under), under), border);
  };

  // focus tells of what has the focus: whether that is to be seen, and, once, that it was here.
  const reached = new Set();
  const focus = async () => {
    await still();
    const element = document.activeElement;
    if (!element || element === document.body) return { where: '', again: false, fault: '' };
    const again = reached.has(element);
    reached.add(element);
    let fault = '';
    if (!again) {
      const on = looks(element);
      grounds.clear();
      const ring = marks(element);
      element.blur();
      await still();
      const same = looks(element).join() === on.join();
      element.focus({ preventScroll: true });
      if (same) fault = 'nothing shows that it has the focus';
      else if (ring < 2.995) fault = `the ring around it has ${ring.toFixed(2)}:1, not 3:1`;
      if (!shown(element)) fault = 'it is not to be seen';
    }
    return { where: where(element), again, fault };
  };

  // missed are those that Tab has not come to, of the dialog if one is open. What holds
  // something that was reached is stepped into by it.
  const missed = () => {
    const dialog = document.activeElement.closest('[aria-modal="true"]');
    return tabbable().filter((element) => (!dialog || dialog.contains(element)) && ![...reached].some((other) => element.contains(other))).map(where);
  };

  Object.defineProperty(window, 'access', { value: Object.freeze({ look: access, rules: () => Object.keys(rules), focus, missed, forget: () => reached.clear() }) });
})();
