// Owns the list of messages: who, when, what, on which date it was true; and the buttons under the last answer.

import { element, write } from "../shared/dom.js";
import { formatted } from "../shared/format.js";
import { clock, reviewed } from "../shared/moments.js";
import { texts } from "./texts.js";

/** @typedef {import("./api.js").Button} Button */
/** @typedef {import("./api.js").Source} Source */
/** @typedef {import("./conversation.js").Line} Line */
/** @typedef {import("./texts.js").Language} Language */
/** @typedef {{item: HTMLLIElement, who: HTMLElement, time: HTMLTimeElement, status: HTMLElement}} Parts */

/** How far above the end still counts as reading along, in CSS pixels. */
const NEAR_END_PX = 120;
/** Room left above an answer that is scrolled to, in CSS pixels: its question stays in sight. */
const ABOVE_PX = 84;
/** Lines that follow each other so soon are one answer, shown from its beginning. */
const ONE_ANSWER_MS = 1_000;

export class Lines {
  #list = element("ol", { role: "list" });
  #options = element("div", { class: "options", role: "group" });
  #dots = element("div", { class: "dots", "aria-hidden": "true" }, element("i"), element("i"), element("i"));
  /** The scrolling region; focusable, so that it scrolls by keyboard. */
  node = element("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
  /** @type {Map<string, Parts>} */
  #shown = new Map();
  #offered = "";
  /** The citizen was at the end when they last scrolled. */
  #readingAlong = true;
  /** The answer that is coming in. */
  #answering = { from: "", at: 0, followed: false };

  /** @param {(button: Button) => void} onPress */
  constructor(onPress) {
    this.onPress = onPress;
    this.node.append(this.#list, this.#options, this.#dots);
    this.node.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.node;
      this.#readingAlong = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    });
    // A touch keyboard or a longer draft takes room from below: the end stays in sight.
    new ResizeObserver(() => {
      if (this.#readingAlong) this.toEnd();
    }).observe(this.node);
  }

  /**
   * @param {{lines: Line[], buttons: Button[], typing: boolean, language: Language, restoring: boolean}} model
   */
  render({ lines, buttons, typing, language, restoring }) {
    // Lines of before a reload are not news: they are not read aloud again.
    this.node.setAttribute("aria-live", restoring ? "off" : "polite");
    this.node.setAttribute("aria-label", texts(language).log);
    const added = this.#renderLines(lines, language);
    this.#renderOptions(buttons, language);
    this.#dots.hidden = !typing;
    if (restoring) this.toEnd();
    else if (added.length > 0) this.#follow(lines, added);
    else if (typing && this.#readingAlong) this.toEnd();
  }

  toEnd() {
    this.node.scrollTop = this.node.scrollHeight;
  }

  /**
   * To the end, but not past the beginning of what is new: a long answer is read from its top. Who has scrolled up to
   * read something else is left there.
   * @param {Line[]} lines
   * @param {Line[]} added
   */
  #follow(lines, added) {
    const own = added.some(({ message }) => message === null);
    if (own || !this.#continues(lines)) {
      this.#answering = { from: added[0].key, at: Date.now(), followed: own || this.#readingAlong };
    }
    if (!this.#answering.followed) return;
    const top = this.#shown.get(this.#answering.from)?.item.offsetTop ?? 0;
    this.node.scrollTop = top - ABOVE_PX;
  }

  /**
   * Whether what comes now is more of the answer that is coming in: soon, and the citizen has not spoken since.
   * @param {Line[]} lines
   */
  #continues(lines) {
    const { from, at } = this.#answering;
    const begun = lines.findIndex(({ key }) => key === from);
    const own = lines.findLastIndex(({ message }) => (message?.from ?? "citizen") === "citizen");
    return begun > own && Date.now() - at < ONE_ANSWER_MS;
  }

  /**
   * @param {Line[]} lines
   * @param {Language} language
   * @returns {Line[]} those not shown before
   */
  #renderLines(lines, language) {
    const keys = new Set(lines.map(({ key }) => key));
    for (const [key, { item }] of this.#shown) {
      if (keys.has(key)) continue;
      item.remove();
      this.#shown.delete(key);
    }
    const added = lines.filter(({ key }) => !this.#shown.has(key));
    /** @type {Element | null} */
    let previous = null;
    for (const line of lines) {
      const parts = this.#shown.get(line.key) ?? this.#make(line);
      this.#label(parts, line, language);
      /** @type {Element | null} */
      const next = previous ? previous.nextElementSibling : this.#list.firstElementChild;
      if (next !== parts.item) this.#list.insertBefore(parts.item, next);
      previous = parts.item;
    }
    return added;
  }

  /**
   * @param {Line} line
   * @returns {Parts}
   */
  #make({ key, message, text }) {
    const from = message?.from ?? "citizen";
    const who = element("span", { class: "who" });
    const time = element("time");
    const status = element("span", { class: "status" });
    const item = element("li", { class: `line ${from}` }, element("p", { class: "meta" }, who, " ", time, " ", status));
    item.append(from === "citizen" ? element("div", { class: "text own" }, text) : this.#answer(message, text));
    const parts = { item, who, time, status };
    this.#shown.set(key, parts);
    return parts;
  }

  /**
   * @param {Line["message"]} message
   * @param {string} text
   */
  #answer(message, text) {
    const language = message?.language ?? "ru";
    const body = element("div", { class: "text", lang: language }, ...formatted(text, texts(language).newTab));
    const date = reviewed(message?.sources ?? []);
    if (date) body.append(element("p", { class: "sources" }, texts(language).sources(date)));
    return body;
  }

  /**
   * @param {Parts} parts
   * @param {Line} line
   * @param {Language} language
   */
  #label({ item, who, time, status }, { message, at, status: state }, language) {
    const t = texts(language);
    write(who, t.who[message?.from ?? "citizen"]);
    write(time, clock(at));
    time.dateTime = at;
    write(status, state === "kept" ? "" : t[state]);
    item.classList.toggle("waiting", state === "sending" || state === "unsent");
  }

  /**
   * @param {Button[]} buttons
   * @param {Language} language
   */
  #renderOptions(buttons, language) {
    this.#options.setAttribute("aria-label", texts(language).options);
    this.#options.hidden = buttons.length === 0;
    const offered = JSON.stringify(buttons);
    if (offered === this.#offered) return;
    this.#offered = offered;
    this.#options.replaceChildren(
      ...buttons.map((button) => {
        const node = element("button", { type: "button" }, button.title);
        node.addEventListener("click", () => this.onPress(button));
        return node;
      }),
    );
  }
}
