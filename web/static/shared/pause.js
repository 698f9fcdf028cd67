// Owns waiting: how long before the next try, and being woken earlier.

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/**
 * Exponential backoff with full jitter in its upper half, so that a crowd does not come back in step.
 * @param {number} failures in a row, from 1
 * @returns {number} milliseconds
 */
export function backoffMs(failures) {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
  return ceiling / 2 + (Math.random() * ceiling) / 2;
}

export class Pause {
  /** @type {Set<() => void>} */
  #sleepers = new Set();

  /**
   * @param {number} milliseconds
   * @returns {Promise<void>} settles after that time, or as soon as `wake` is called
   */
  sleep(milliseconds) {
    return new Promise((resolve) => {
      const rise = () => {
        clearTimeout(timer);
        this.#sleepers.delete(rise);
        resolve();
      };
      const timer = setTimeout(rise, milliseconds);
      this.#sleepers.add(rise);
    });
  }

  wake() {
    for (const rise of [...this.#sleepers]) rise();
  }
}
