// Owns the transcript: who, when, what, how far it has come; it follows the talk unless one has scrolled up to read.

import { element, write } from "../shared/dom.js";
import { formatted } from "../shared/format.js";
import { keyed } from "../shared/keyed.js";
import { clock, reviewed } from "../shared/moments.js";
import { isCall } from "./calls.js";
import { t } from "./texts.js";

/** How far above the end still counts as reading along, in CSS pixels. */
const NEAR_END_PX = 80;
/** Told by sight and by name. */
const SIGNS = { "": "", sending: "…", unsent: "!", sent: "✓", delivered: "✓✓", read: "✓✓" };

export class Transcript {
  #log = document.getElementById("log");
  #list = document.getElementById("lines");
  #types = document.getElementById("types");
  #phone = document.getElementById("by-phone");
  #shown = null;
  #count = 0;
  #readingAlong = true;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.#log.addEventListener("scroll", () => {
      const { scrollTop, scrollHeight, clientHeight } = this.#log;
      this.#readingAlong = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    });
    new ResizeObserver(() => this.#follow()).observe(this.#log);
  }

  render() {
    const talk = this.desk.current;
    const isOther = talk !== this.#shown;
    const lines = talk?.lines ?? [];
    // Lines of before are not news: a screen reader does not read a whole conversation when it is opened.
    this.#log.setAttribute("aria-live", isOther || this.#count === 0 ? "off" : "polite");
    keyed(this.#list, lines, ({ key }) => `${talk.id} ${key}`, line, update);
    write(this.#types, talk?.typing ? `${t("types")}…` : "");
    this.#renderPhone(talk);
    if (isOther || lines.at(-1)?.status === "sending") this.#readingAlong = true;
    if (isOther || lines.length !== this.#count || this.#readingAlong) this.#follow();
    this.#shown = talk;
    this.#count = lines.length;
  }

  #renderPhone(talk) {
    const info = talk?.info;
    const isCallBack = info?.kind === "callback" && talk.isOpen;
    this.#phone.hidden = !(talk?.isOpen && (isCallBack || isCall(info)));
    if (!this.#phone.hidden) {
      write(this.#phone, isCallBack ? t("call_back_now", { phone: info.callback_phone }) : t("on_phone"));
    }
  }

  #follow() {
    if (this.#readingAlong) this.#log.scrollTop = this.#log.scrollHeight;
  }
}

function line({ from, by, at, language, text, sources }) {
  const name = from === "consultant" && by ? by : t(`who.${from}`);
  const time = element("time", { datetime: at }, clock(at));
  const status = element("span", { class: "status" });
  status.append(element("span", { "aria-hidden": "true" }), element("span", { class: "unseen" }));
  const body = element("div", { class: "text", lang: language }, ...formatted(text, t("new_tab")));
  const date = reviewed(sources ?? []);
  if (date) body.append(element("p", { class: "quiet" }, t("reviewed", { date })));
  const meta = element("p", { class: "meta" }, element("span", { class: "who" }, name), " ", time, " ", status);
  return element("li", { class: `line ${from}` }, meta, body);
}

function update(item, { status }) {
  const [sign, words] = item.querySelector(".status").children;
  write(sign, SIGNS[status]);
  write(words, status ? t(`status.${status}`) : "");
  item.classList.toggle("is-read", status === "read");
  item.classList.toggle("is-waiting", status === "sending" || status === "unsent");
}
