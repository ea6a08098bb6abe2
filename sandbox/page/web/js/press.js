// Presses: by a mouse, a finger or the space bar. A button that is drawn anew while
// it is held down loses the press, so what comes meanwhile waits until it is let go.

const longest = 5000; // ms that a press may keep the page as it is: not every release is told

let pressed = false;
let ending = 0; // timer
const waiting = [];

/** afterPress calls fn once nothing is pressed: mostly at once, and in the order of the calls. */
export function afterPress(fn) {
  if (pressed) waiting.push(fn);
  else fn();
}

function press() {
  pressed = true;
  endIn(longest);
}

function endIn(ms) {
  clearTimeout(ending);
  ending = setTimeout(() => {
    pressed = false;
    waiting.splice(0).forEach(queueMicrotask); // one's fault is not another's
  }, ms);
}

const release = () => pressed && endIn(0); // after the click, which follows the release

const onButton = ({ target }) => target instanceof Element && target.closest('button, a, label, summary, [role="option"]');

// A press of another button opens the browser's menu, and may have no end.
window.addEventListener('pointerdown', (event) => event.button === 0 && onButton(event) && press(), true);
window.addEventListener('keydown', (event) => event.key === ' ' && onButton(event) && press(), true);
for (const type of ['pointerup', 'pointercancel', 'keyup']) window.addEventListener(type, release, true);
window.addEventListener('blur', release);
