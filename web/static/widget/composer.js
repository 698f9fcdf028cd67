// Owns the field where the citizen writes: Enter sends, Shift+Enter makes a new line, 4,000 characters at most.

import { element, icon, write } from "../shared/dom.js";

/** @typedef {import("./texts.js").Texts} Texts */

export const LIMIT = 4_000;
/** The counter appears when so many characters are left. */
const COUNTED = 200;

/**
 * Characters as the server counts them: code points, not UTF-16 units.
 * @param {string} text
 */
const lengthOf = (text) => [...text].length;

export class Composer {
  #label = element("label", { for: "input", class: "unseen" });
  #input = element("textarea", { id: "input", rows: "1", "aria-describedby": "keys counter", enterkeyhint: "send" });
  #keys = element("p", { id: "keys", class: "unseen" });
  #counter = element("p", { id: "counter", class: "counter" });
  #send = element("button", { type: "submit", class: "send" }, icon("send"));
  node = element("form", { class: "composer", novalidate: "" });
  /** @type {Texts | null} */
  #texts = null;

  /**
   * @param {{onSend: (text: string) => void, onDraft: (text: string) => void, onExcess: (count: number) => void}} told
   */
  constructor(told) {
    this.told = told;
    this.node.append(this.#label, this.#input, this.#send, this.#keys, this.#counter);
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener("input", () => this.#edited());
    this.#input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
  }

  get text() {
    return this.#input.value;
  }

  set text(text) {
    this.#input.value = text;
    this.#edited();
  }

  focus() {
    this.#input.focus();
  }

  /** @param {Texts} t */
  render(t) {
    this.#texts = t;
    write(this.#label, t.input);
    write(this.#keys, t.keys);
    this.#input.placeholder = t.placeholder;
    this.#send.setAttribute("aria-label", t.send);
    this.#send.title = t.send;
    this.#count();
  }

  #edited() {
    this.told.onDraft(this.text);
    this.#count();
  }

  #count() {
    const left = LIMIT - lengthOf(this.text.trim());
    const counted = left < 0 ? this.#texts?.excess(-left) : this.#texts?.left(left);
    write(this.#counter, left <= COUNTED ? (counted ?? "") : "");
    this.#input.setAttribute("aria-invalid", String(left < 0));
  }

  #submit() {
    const text = this.text.trim();
    this.focus();
    if (text === "") return;
    const excess = lengthOf(text) - LIMIT;
    if (excess > 0) {
      this.told.onExcess(excess);
      return;
    }
    this.text = "";
    this.told.onSend(text);
  }
}
