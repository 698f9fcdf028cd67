// Owns what outlives a reload: drafts and messages on their way, by consultant.
//
// sessionStorage, not localStorage: the next shift sits at the same computer and must not find these words.

export class Store {
  /** @param {string} account */
  constructor(account) {
    this.key = `console-1414-${account}`;
    this.kept = this.#load();
  }

  /** @param {number} id @returns {{draft: string, outbox: object[]}} */
  talk(id) {
    return this.kept.talks[id] ?? { draft: "", outbox: [] };
  }

  /** @param {Iterable<import("./talk.js").Talk>} talks @param {object[]} unsent */
  save(talks, unsent) {
    const kept = [...talks].map(({ id, draft, outbox }) => [id, { draft, outbox }]);
    this.kept = { talks: { ...this.kept.talks, ...Object.fromEntries(kept) }, unsent };
    this.#write();
  }

  /** @param {number} id that is no longer in hand */
  forget(id) {
    delete this.kept.talks[id];
    this.#write();
  }

  clear() {
    this.kept = { talks: {}, unsent: [] };
    sessionStorage.removeItem(this.key);
  }

  #load() {
    try {
      return { talks: {}, unsent: [], ...JSON.parse(sessionStorage.getItem(this.key) ?? "{}") };
    } catch (error) {
      console.warn("console: drafts could not be restored", error);
      return { talks: {}, unsent: [] };
    }
  }

  #write() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch (error) {
      console.warn("console: drafts will not survive a reload", error);
    }
  }
}
