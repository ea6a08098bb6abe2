// Files that go with messages.

import { h, svg } from './dom.js';
import { icons } from './icons.js';

/** fileChip shows the name and size of a file. */
export const fileChip = (file, store) => h('span', { class: 'file', dataset: { file: file.name } }, svg(icons.file),
  h('bdi', { class: 'file-name' }, file.name),
  h('span', { class: 'file-size' }, new Intl.NumberFormat(store.lang, { style: 'unit', unit: 'kilobyte', maximumFractionDigits: 1 }).format(Math.max(file.size / 1000, 0.1))));

/** contentOf reads a chosen file as the act "say" takes it. */
export const contentOf = (file) => new Promise((done, failed) => {
  const reader = new FileReader();
  reader.onload = () => done({ name: file.name, type: file.type, content: reader.result.split(',')[1] || '' });
  reader.onerror = () => failed(reader.error);
  reader.readAsDataURL(file);
});
