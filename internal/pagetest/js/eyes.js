// What the tests see a page with. It runs in the page before its own scripts, and
// touches nothing but a press that would hit something else than was aimed at.

(() => {
  const settle = 50; // ms between looks, where nothing changes in the document
  const spaces = (text) => text.replace(/[\s\u00a0]+/g, ' ').trim();

  const shown = (element) => {
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true })) return false;
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0;
  };

  // spoken is what a screen reader reads of a node inside of a name.
  const spoken = (node, pointed) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || (!pointed && (node.closest('[aria-hidden="true"]') || !node.checkVisibility({ visibilityProperty: true })))) return '';
    const own = node.getAttribute('aria-label') || (node.matches('img, [role="img"]') && node.getAttribute('alt'));
    if (own) return own;
    const inner = [...node.childNodes].map((child) => spoken(child, false)).join('');
    return getComputedStyle(node).display.startsWith('inline') ? inner : ` ${inner} `;
  };

  const fromContent = `a, button, summary, option, h1, h2, h3, h4, td, th, [role=button], [role=link], [role=tab], [role=option],
    [role=menuitem], [role=menuitemradio], [role=menuitemcheckbox], [role=switch], [role=heading]`;

  // nameOf is the accessible name: as much of its computation as a page like this needs.
  const nameOf = (element) => {
    const by = (element.getAttribute('aria-labelledby') || '').split(/\s+/).map((id) => document.getElementById(id)).filter(Boolean);
    const inside = { FIELDSET: ':scope > legend', TABLE: ':scope > caption' }[element.tagName];
    const parts = [
      () => by.map((node) => spoken(node, true)).join(' '),
      () => element.getAttribute('aria-label'),
      () => [...element.labels || []].map((label) => spoken(label, true)).join(' '),
      () => element.getAttribute('alt'),
      () => inside && element.querySelector(inside)?.innerText,
      () => element.matches(fromContent) && [...element.childNodes].map((node) => spoken(node, false)).join(''),
      () => element.title,
    ];
    for (const part of parts) {
      const name = spaces(part() || '');
      if (name) return name;
    }
    return '';
  };

  // all elements that fit a description: {css, name, says, within, hidden}.
  const all = (thing) => {
    const roots = !thing.within ? [document] : thing.within.last ? [one(thing.within)].filter(Boolean) : all(thing.within);
    const found = roots.flatMap((root) => [...root.querySelectorAll(thing.css || '*')]);
    return found.filter((element) => (thing.hidden || shown(element))
      && (!thing.says || spaces(element.innerText ?? '').includes(spaces(thing.says)))
      && (!thing.name || nameOf(element) === spaces(thing.name)));
  };

  const one = (thing) => {
    const found = all(thing);
    return found.at(thing.last ? -1 : 0);
  };

  const look = (element) => {
    const box = element.getBoundingClientRect();
    return {
      text: spaces(element.innerText ?? ''), value: String(element.value ?? ''), name: nameOf(element),
      attributes: Object.fromEntries([...element.attributes].map((attribute) => [attribute.name, attribute.value])),
      x: box.x, y: box.y, width: box.width, height: box.height,
    };
  };

  // until waits for what `check` returns to be other than undefined, at every change
  // of the document, and rejects with what `told` says.
  const until = (check, ms, told) => new Promise((resolve, reject) => {
    const end = performance.now() + ms;
    const observer = new MutationObserver(() => again());
    let timer = 0;
    const done = (how, value) => {
      observer.disconnect();
      clearTimeout(timer);
      how(value);
    };
    const again = () => {
      clearTimeout(timer);
      let found;
      try {
        found = check();
      } catch (error) {
        done(reject, error);
        return;
      }
      if (found !== undefined) done(resolve, found);
      else if (performance.now() > end) done(reject, new Error(told()));
      else timer = setTimeout(again, settle);
    };
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    again();
  });

  const describe = (thing) => JSON.stringify(thing);

  const screen = () => spaces(document.body.innerText).slice(0, 1500);

  // at is where one would press an element: its middle, if nothing lies over it.
  const at = (element) => {
    element.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'instant' });
    const box = element.getBoundingClientRect();
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const hit = document.elementFromPoint(x, y);
    const reached = hit && (element.contains(hit) || hit.contains(element) && hit.closest('label')?.control === element);
    return { x, y, box: [box.x, box.y, box.width, box.height].map(Math.round).join(), reached, over: hit ? hit.outerHTML.slice(0, 200) : 'nothing' };
  };

  // A press aimed at an element, until the next. What has moved away in between is not pressed, nor
  // is what lies there now.
  let aim = null;
  const hits = (event) => {
    const [hit] = event.composedPath();
    return aim.element.contains(hit) || hit.contains(aim.element) && hit.closest('label')?.control === aim.element;
  };
  for (const type of ['touchstart', 'pointerdown', 'mousedown', 'touchend', 'pointerup', 'mouseup', 'click']) {
    window.addEventListener(type, (event) => {
      if (!aim || !event.isTrusted) return;
      aim.missed ||= !hits(event);
      if (!aim.missed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    }, { capture: true, passive: false });
  }

  const eyes = {
    all, one, look, shown, until, nameOf, spaces,

    see: (thing, ms) => until(() => {
      const element = one(thing);
      return element && look(element);
    }, ms, () => `cannot see ${describe(thing)}; the page says: ${screen()}`),

    gone: (thing, ms) => until(() => (one(thing) ? undefined : true), ms,
      () => `still there: ${describe(thing)}: ${one(thing).outerHTML.slice(0, 300)}; the page says: ${screen()}`),

    // missed tells whether the press has hit something else than the element that was ready.
    missed: () => {
      const missed = Boolean(aim?.missed);
      aim = null;
      return missed;
    },

    // ready waits until an element can be pressed: there, enabled, at rest, and not covered.
    ready: (thing, ms) => {
      let before = '';
      let why = 'it is not there';
      let rests = 0;
      return until(() => {
        const element = one(thing);
        if (!element) {
          why = 'it is not there';
          return undefined;
        }
        if (element.disabled || element.closest('[inert]')) {
          why = 'it is disabled, or under a dialog';
          return undefined;
        }
        const place = at(element);
        const now = performance.now();
        if (place.box !== before) rests = now;
        before = place.box;
        why = place.reached ? 'it moves' : `something lies over it: ${place.over}`;
        if (!place.reached || now - rests < settle * 0.8) return undefined;
        aim = { element };
        return { x: place.x, y: place.y };
      }, ms, () => `cannot press ${describe(thing)}: ${why}; the page says: ${screen()}`);
    },

    count: (thing) => all(thing).length,

    focused: () => {
      const element = document.activeElement;
      return element && element !== document.body ? look(element) : null;
    },
  };
  Object.defineProperty(window, 'eyes', { value: Object.freeze(eyes) });
})();
