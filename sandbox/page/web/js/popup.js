// Lists that open next to a control: menus of options, overflow menus. They
// stand in the browser's top layer, so that no scrolling box cuts them off.

import { h } from './dom.js';

const gap = 4;
const margin = 8;

/**
 * popupFor makes a popup next to anchor. It has `open()`, `close()`, `isOpen`
 * and `place()`, which puts it right again after its content changed. It is
 * closed by whoever opened it, and by itself when its anchor scrolls out of
 * sight. The popup's element must be put into the document near the anchor.
 */
export function popupFor(anchor, { className = '', wide = false, onClose = () => {} } = {}) {
  const element = h('div', { class: ['bk-popup', className], popover: 'manual' });
  const popup = { element, isOpen: false };
  const place = () => settle(element, anchor, wide);
  const moved = (event) => {
    if (event.target instanceof Node && element.contains(event.target)) return;
    if (outOfSight(anchor)) popup.close();
    else place();
  };
  popup.place = () => popup.isOpen && place();
  popup.open = () => {
    if (popup.isOpen || !element.isConnected) return;
    popup.isOpen = true;
    element.showPopover();
    place();
    window.addEventListener('scroll', moved, true);
    window.addEventListener('resize', moved);
  };
  popup.close = () => {
    if (!popup.isOpen) return;
    popup.isOpen = false;
    if (element.isConnected) element.hidePopover();
    window.removeEventListener('scroll', moved, true);
    window.removeEventListener('resize', moved);
    onClose();
  };
  return popup;
}

function outOfSight(anchor) {
  const box = anchor.getBoundingClientRect();
  return !anchor.isConnected || box.bottom < 0 || box.top > window.innerHeight;
}

// settle puts the popup below its anchor, or above where there is more room,
// and never over the edge of the window.
function settle(element, anchor, wide) {
  const at = anchor.getBoundingClientRect();
  const { innerWidth: width, innerHeight: height } = window;
  const rtl = getComputedStyle(anchor).direction === 'rtl';
  const below = height - at.bottom - gap - margin;
  const above = at.top - gap - margin;
  const style = (name, value) => element.style.setProperty(name, value);
  style('min-width', `${wide ? at.width : Math.min(180, width - 2 * margin)}px`);
  style('max-width', `${Math.min(Math.max(at.width, 360), width - 2 * margin)}px`);
  style('max-height', 'none');
  const upward = below < Math.min(element.scrollHeight, 240) && above > below;
  style('max-height', `${Math.min(Math.max(upward ? above : below, 80), 340)}px`);
  const { offsetWidth: ownWidth, offsetHeight: ownHeight } = element;
  const start = rtl ? at.right - ownWidth : at.left;
  style('left', `${Math.max(margin, Math.min(start, width - ownWidth - margin))}px`);
  style('top', `${upward ? Math.max(margin, at.top - gap - ownHeight) : at.bottom + gap}px`);
}
