// Owns the words of the console: those that the page brought, with their places filled in.

/** @type {Record<string, string>} */
const WORDS = JSON.parse(document.querySelector("#console-texts").textContent);

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  const words = WORDS[key];
  if (words === undefined) throw new Error(`there is no text ${key}`);
  return words.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}
