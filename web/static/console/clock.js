// Owns the server's time on this computer: the clock of an office computer may be minutes off.

let aheadMs = 0;

/** @param {string} iso what the server's clock shows now */
export function setClock(iso) {
  aheadMs = Date.parse(iso) - Date.now();
}

/** @param {string} iso @returns {number} milliseconds that have passed since; negative: still to come */
export function since(iso) {
  return Date.now() + aheadMs - Date.parse(iso);
}
