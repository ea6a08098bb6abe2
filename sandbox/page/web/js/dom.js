// The one way this page builds elements: nothing that came from Slack, the bot
// or a person ever passes through innerHTML.

/**
 * h builds an element. Props: `class` takes a string, or an array whose falsy
 * members are dropped; `dataset` and `style` take objects (style goes through
 * the CSSOM, which the Content-Security-Policy allows; custom properties too);
 * `onX` functions become listeners; `ref` is called with the element; true
 * sets a bare attribute; null, undefined and false set none. Every other prop
 * is an attribute, except `value`, `checked`, `selected`, `disabled`,
 * `indeterminate` and `hidden`, which are set as properties. Children are
 * nodes, strings, numbers and arrays of them; null, undefined and booleans are
 * left out.
 */
export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  append(node, children);
  // After the children: a select takes its value only once it has options.
  for (const [name, value] of Object.entries(props || {})) set(node, name, value);
  return node;
}

/** append adds children to node by the rules of h. */
export function append(node, ...children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || typeof child === 'boolean') continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** fill replaces everything in node by children, by the rules of h. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, ...children);
}

let lastID = 0;

/** uid returns an element id that this page has not used: `prefix-7`. */
export function uid(prefix = 'el') {
  lastID += 1;
  return `${prefix}-${lastID}`;
}

/** svg builds an icon from one path of a 20 by 20 drawing; it is hidden from screen readers. */
export function svg(path, className = 'icon') {
  const ns = 'http://www.w3.org/2000/svg';
  const icon = document.createElementNS(ns, 'svg');
  icon.setAttribute('viewBox', '0 0 20 20');
  icon.setAttribute('class', className);
  icon.setAttribute('aria-hidden', 'true');
  icon.setAttribute('focusable', 'false');
  const drawn = document.createElementNS(ns, 'path');
  drawn.setAttribute('d', path);
  icon.append(drawn);
  return icon;
}

const properties = new Set(['value', 'checked', 'selected', 'disabled', 'indeterminate', 'hidden']);

function set(node, name, value) {
  if (value === null || value === undefined) return;
  if (name === 'class') {
    node.className = Array.isArray(value) ? value.filter(Boolean).join(' ') : value;
  } else if (name === 'dataset') {
    for (const [key, data] of Object.entries(value)) {
      if (data !== null && data !== undefined) node.dataset[key] = String(data);
    }
  } else if (name === 'style') {
    for (const [key, css] of Object.entries(value)) node.style.setProperty(key, css);
  } else if (name === 'ref') {
    value(node);
  } else if (name.startsWith('on') && typeof value === 'function') {
    node.addEventListener(name.slice(2).toLowerCase(), value);
  } else if (properties.has(name)) {
    node[name] = value;
  } else if (value === true) {
    node.setAttribute(name, '');
  } else if (value !== false) {
    node.setAttribute(name, String(value));
  }
}
