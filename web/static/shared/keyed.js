// Owns lists that follow a model: an item that stays keeps its element, and with it focus, scroll and selection.

/** @type {WeakMap<Element, Map<string, Element>>} */
const shown = new WeakMap();

/**
 * @template Item
 * @param {Element} list
 * @param {Item[]} items
 * @param {(item: Item) => string | number} key
 * @param {(item: Item) => Element} make
 * @param {(element: any, item: Item) => void} [update]
 */
export function keyed(list, items, key, make, update = () => {}) {
  const before = shown.get(list) ?? new Map();
  const after = new Map();
  /** @type {Element | null} */
  let previous = null;
  for (const item of items) {
    const name = String(key(item));
    const element = before.get(name) ?? make(item);
    update(element, item);
    const next = previous ? previous.nextElementSibling : list.firstElementChild;
    if (next !== element) list.insertBefore(element, next);
    after.set(name, element);
    previous = element;
  }
  for (const [name, element] of before) {
    if (!after.has(name)) element.remove();
  }
  shown.set(list, after);
}
