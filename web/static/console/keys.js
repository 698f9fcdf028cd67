// Owns the keys: Alt with a letter or digit, and F2, F8, F9, which no browser or screen reader of an office takes.
//
// By `code`, not by `key`: the same key does the same under a Kazakh, Russian or Latin layout. Alt+Shift is left alone,
// for it changes the layout; so are Alt+D, Alt+E and Alt+F, which are the browser's.

export class Keys {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./view.js").View} view
   */
  constructor(desk, view) {
    this.desk = desk;
    this.view = view;
    /** @type {Record<string, () => void>} */
    this.withAlt = {
      KeyA: () => this.#offer((id) => view.accept(id)),
      KeyZ: () => this.#offer((id) => desk.decline(id)),
      KeyW: () => view.focus(),
      KeyN: () => desk.current && view.about.focusNote(),
      KeyT: () => view.transferring.open(),
      KeyC: () => view.end(),
      KeyM: () => desk.softphone.mute(),
      KeyG: () => view.wrapUp.finish(),
      KeyK: () => view.help(),
      ArrowUp: () => this.#walk(-1),
      ArrowDown: () => this.#walk(1),
      ...Object.fromEntries([1, 2, 3, 4, 5].map((number) => [`Digit${number}`, () => view.knowledge.insert(number)])),
    };
    /** @type {Record<string, () => void>} */
    this.alone = {
      F2: () => view.knowledge.insert(1),
      F8: () => view.replies.open(),
      F9: () => view.knowledge.focus(),
      Escape: () => this.#back(),
    };
    document.addEventListener("keydown", (event) => this.#press(event));
  }

  #press(event) {
    if (event.repeat || event.isComposing || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (document.querySelector("dialog[open]")) return;
    const command = (event.altKey ? this.withAlt : this.alone)[event.code];
    if (!command || (event.code.startsWith("Arrow") && event.target instanceof HTMLSelectElement)) return;
    event.preventDefault();
    command();
  }

  #offer(act) {
    const [offer] = this.desk.ownOffers;
    if (offer) act(offer.entry.id);
  }

  #walk(step) {
    const ids = [...this.desk.talks.keys()];
    if (ids.length === 0) return;
    const at = ids.indexOf(this.desk.currentId);
    const next = at < 0 ? 0 : (at + step + ids.length) % ids.length;
    this.view.open(ids[next]);
  }

  #back() {
    if (this.view.replies.isOpen) {
      this.view.replies.close();
      return;
    }
    if (document.activeElement?.id === "search-words") this.view.knowledge.clear();
    if (this.desk.current) this.view.focus();
  }
}
