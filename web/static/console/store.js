// Owns what outlives a reload: drafts, messages on their way, the telephone, by consultant.
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
    this.kept = { ...this.kept, talks: { ...this.kept.talks, ...Object.fromEntries(kept) }, unsent };
    this.#write();
  }

  /** @param {number} id that is no longer in hand */
  forget(id) {
    delete this.kept.talks[id];
    this.#write();
  }

  /** @returns {boolean} whether the consultant telephones in this tab */
  get telephones() {
    return this.kept.telephones;
  }

  set telephones(on) {
    this.kept = { ...this.kept, telephones: on };
    this.#write();
  }

  clear() {
    this.kept = nothing();
    sessionStorage.removeItem(this.key);
  }

  #load() {
    try {
      return { ...nothing(), ...JSON.parse(sessionStorage.getItem(this.key) ?? "{}") };
    } catch (error) {
      console.warn("console: drafts could not be restored", error);
      return nothing();
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

const nothing = () => ({ talks: {}, unsent: [], telephones: false });
