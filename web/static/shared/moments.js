// Owns how moments are written: local time, days as people of this country write them.

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/**
 * @param {string} iso
 * @returns {string} 14:05 today, else 14.01.2026 14:05; local time
 */
export function clock(iso) {
  const at = new Date(iso);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  if (at.toDateString() === new Date().toDateString()) return time;
  return `${two(at.getDate())}.${two(at.getMonth() + 1)}.${at.getFullYear()} ${time}`;
}

/**
 * The oldest date on which all of an answer was checked.
 * @param {{reviewed_at: string | null}[]} sources
 * @returns {string | null} 14.01.2026
 */
export function reviewed(sources) {
  const oldest = sources.flatMap(({ reviewed_at }) => reviewed_at ?? []).sort()[0];
  return oldest ? oldest.slice(0, 10).split("-").reverse().join(".") : null;
}

/**
 * @param {number} milliseconds
 * @returns {string} 0:42, 12:05, 1:02:05
 */
export function length(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1_000));
  const minutes = Math.floor(seconds / 60);
  const rest = two(seconds % 60);
  return minutes < 60 ? `${minutes}:${rest}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}
