// Owns the field of the consultant: Enter sends, Shift+Enter makes a new line, what is inserted stays to be edited.

import { write } from "../shared/dom.js";
import { t } from "./texts.js";

const LIMIT = 4_000;
/** The counter appears when so many characters are left. */
const COUNTED = 300;
/** What a text leaves for the consultant to fill in: […]. */
const GAP = /\[[^\]]*\]/;

export class Composer {
  #form = document.getElementById("composer");
  #field = /** @type {HTMLTextAreaElement} */ (document.getElementById("message"));
  #letters = document.getElementById("letters");
  #shown = null;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("input", () => this.#edited());
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
  }

  render() {
    const talk = this.desk.current;
    this.#form.hidden = !this.desk.canWrite;
    if (talk === this.#shown) return;
    this.#shown = talk;
    this.#field.value = talk?.draft ?? "";
    this.#field.lang = talk?.info.language ?? "";
    this.#count();
  }

  focus() {
    this.#field.focus();
  }

  /** Put a text where the caret is; what it leaves open is selected. @param {string} text */
  insert(text) {
    if (!this.desk.canWrite) return;
    const field = this.#field;
    const { selectionStart: start, selectionEnd: end, value } = field;
    const before = value.slice(0, start);
    const glue = before && !before.endsWith("\n") ? "\n" : "";
    field.setRangeText(glue + text, start, end, "end");
    const gap = GAP.exec(text);
    if (gap) {
      const from = start + glue.length + gap.index;
      field.setSelectionRange(from, from + gap[0].length);
    }
    this.focus();
    this.#edited();
    field.scrollTop = field.scrollHeight;
  }

  #edited() {
    this.desk.draft(this.#field.value);
    this.#count();
  }

  /** Characters as the server counts them: code points, not UTF-16 units. */
  get #left() {
    return LIMIT - [...this.#field.value.trim()].length;
  }

  #count() {
    const left = this.#left;
    const words = left < 0 ? t("too_long", { count: -left }) : t("left_letters", { count: left });
    write(this.#letters, left <= COUNTED ? words : "");
    this.#field.setAttribute("aria-invalid", String(left < 0));
    // As high as its text, within what the style allows.
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }

  #send() {
    const text = this.#field.value.trim();
    if (!text || this.#left < 0 || !this.desk.canWrite) return;
    this.#field.value = "";
    this.#count();
    this.desk.say(text);
    this.focus();
  }
}
