// What this browser remembers: settings for good, drafts and read marks for as
// long as the tab lives. Where storage is blocked they last until a reload.

const blocked = new Map();

function read(storage, name) {
  try {
    return window[storage].getItem(name);
  } catch {
    return blocked.get(name) ?? null;
  }
}

function write(storage, name, text) {
  try {
    if (text === null) window[storage].removeItem(name);
    else window[storage].setItem(name, text);
  } catch {
    blocked.set(name, text);
  }
}

/** setting reads a setting; null if it was never set. */
export const setting = (name) => read('localStorage', name);

/** setSetting keeps a setting; null forgets it. */
export const setSetting = (name, text) => write('localStorage', name, text);

/** tabHeld reads what this tab keeps under a name; `otherwise` if there is nothing. */
export function tabHeld(name, otherwise) {
  try {
    return JSON.parse(read('sessionStorage', name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

/** holdInTab keeps a value, as JSON, until the tab is closed; null forgets it. */
export const holdInTab = (name, value) => write('sessionStorage', name, value === null ? null : JSON.stringify(value));
