// Owns the lists on the left: conversations in hand, the queue, what could not be sent.

import { element, write } from "../shared/dom.js";
import { keyed } from "../shared/keyed.js";
import { clock, length } from "../shared/moments.js";
import { since } from "./clock.js";
import { topic } from "./offers.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

export class Lists {
  /**
   * @param {import("./desk.js").Desk} desk
   * @param {(id: number) => void} onOpen
   */
  constructor(desk, onOpen) {
    this.desk = desk;
    this.onOpen = onOpen;
  }

  render() {
    const { desk } = this;
    const talks = [...desk.talks.values()];
    keyed($("talks"), talks, ({ id }) => id, (talk) => this.#talk(talk), (item, talk) => this.#renderTalk(item, talk));
    write($("no-talks"), talks.length === 0 ? t("no_talks") : "");
    const { queue } = desk.work;
    write($("waiting"), this.#waiting(queue));
    keyed($("queue"), queue.entries, ({ id }) => id, () => entryRow(), (item, entry) => this.#renderEntry(item, entry));
    $("unsent").hidden = desk.unsent.length === 0;
    keyed($("unsent-list"), desk.unsent, (entry) => `${entry.number} ${entry.text}`, (entry) => this.#unsent(entry));
  }

  #talk({ id }) {
    const button = element("button", { type: "button", class: "row" });
    button.append(
      element("span", { class: "first" }, element("strong"), element("span", { class: "mark" })),
      element("span", { class: "detail" }),
    );
    button.addEventListener("click", () => this.onOpen(id));
    return element("li", {}, button);
  }

  #renderTalk(item, talk) {
    const { info, unread } = talk;
    const button = item.querySelector("button");
    if (this.desk.currentId === talk.id) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
    button.classList.toggle("unread", unread > 0);
    button.classList.toggle("away", talk.isOpen && info.kind === "conversation" && !info.citizen_online);
    write(item.querySelector("strong"), `${info.number} ${t(`short.${info.language}`)}`);
    write(item.querySelector(".mark"), this.#mark(talk));
    write(item.querySelector(".detail"), talk.typing ? `${t("types")}…` : (info.last_message?.text ?? ""));
  }

  #mark({ info, unread }) {
    if (info.phase === "after_contact") return t("left", { time: length(-since(info.wrap_up_until)) });
    if (info.kind === "callback") return t("callback");
    return unread > 0 ? t("unread", { count: unread }) : length(since(info.accepted_at));
  }

  #waiting({ waiting, callbacks, entries }) {
    if (waiting === 0) return t("nobody_waits", { callbacks });
    const first = entries.filter(({ kind }) => kind === "conversation").map((entry) => since(entry.waiting_since));
    return t("waiting", { count: waiting, callbacks, time: length(Math.max(...first)) });
  }

  #renderEntry(item, entry) {
    const marks = [entry.returned ? t("returned") : "", entry.offered_to ? t("offered") : ""].filter(Boolean);
    const wait = entry.kind === "callback" ? t("due", { time: clock(entry.due_at) }) : length(since(entry.waiting_since));
    write(item.querySelector("strong"), `${entry.number} ${t(`short.${entry.language}`)}`);
    write(item.querySelector(".mark"), wait);
    const kind = entry.kind === "callback" ? t("callback") : t(`channel.${entry.channel}`);
    write(item.querySelector(".detail"), [kind, topic(this.desk, entry), ...marks].join(" · "));
    item.classList.toggle("late", entry.kind === "callback" && since(entry.due_at) > 0);
  }

  #unsent(entry) {
    const button = element("button", { type: "button", class: "row" }, element("strong", {}, entry.number));
    button.append(element("span", { class: "detail" }, entry.text));
    button.addEventListener("click", () => this.desk.forgetUnsent(entry));
    return element("li", {}, button);
  }
}

function entryRow() {
  const first = element("span", { class: "first" }, element("strong"), element("span", { class: "mark" }));
  return element("li", { class: "row" }, first, element("span", { class: "detail" }));
}
