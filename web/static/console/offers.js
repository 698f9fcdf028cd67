// Owns the offers: who is waiting for this consultant, how long there is to accept.

import { element, write } from "../shared/dom.js";
import { keyed } from "../shared/keyed.js";
import { length } from "../shared/moments.js";
import { isCall } from "./calls.js";
import { since } from "./clock.js";
import { t } from "./texts.js";

export class Offers {
  #section = document.getElementById("offers");
  #list = document.getElementById("offer-list");

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {(id: number) => void} onAccept
   */
  constructor(desk, onAccept) {
    this.desk = desk;
    this.onAccept = onAccept;
  }

  render() {
    const { offers } = this.desk;
    this.#section.hidden = offers.length === 0;
    keyed(this.#list, offers, ({ entry }) => entry.id, (offer) => this.#make(offer), (item, offer) => {
      update(item, offer);
      if (isCall(offer.entry)) this.#renderCall(item);
    });
  }

  #make({ entry, preview, word }) {
    const facts = [t(`language.${entry.language}`), topic(this.desk, entry), t(`channel.${entry.channel}`)];
    const item = element("li", { class: "offer" });
    item.append(
      element("p", { class: "facts-line" }, element("strong", {}, entry.number), ` ${facts.join(" · ")}`),
      element("p", { class: "quiet", "data-waits": "" }),
    );
    if (preview) item.append(element("p", { class: "words", lang: entry.language }, `«${preview}»`));
    if (word) item.append(element("p", { class: "word" }, t("word", { word })));
    if (entry.kind === "callback") item.append(element("p", { class: "word" }, t("callback")));
    item.append(element("progress", { max: "1", "aria-hidden": "true" }));
    if (isCall(entry)) item.append(element("p", { class: "word", "data-pick-up": "" }, t("pick_up")));
    item.append(this.#buttons(entry));
    return item;
  }

  /** A call is taken here only while the telephone in the console rings. */
  #renderCall(item) {
    const { isOn, isRinging } = this.desk.softphone;
    item.querySelector("[data-pick-up]").hidden = isOn;
    item.querySelector(".actions").hidden = !isRinging;
  }

  #buttons({ id }) {
    const keys = (name) => element("kbd", { "aria-hidden": "true" }, name);
    const accept = element("button", { type: "button", class: "button", "aria-keyshortcuts": "Alt+A" });
    accept.append(`${t("accept")} `, keys("Alt+A"), element("span", { class: "countdown", "aria-hidden": "true" }));
    const decline = element("button", { type: "button", class: "button second", "aria-keyshortcuts": "Alt+Z" });
    decline.append(`${t("decline")} `, keys("Alt+Z"));
    accept.addEventListener("click", () => this.onAccept(id));
    decline.addEventListener("click", () => this.desk.decline(id));
    return element("div", { class: "actions" }, accept, decline);
  }
}

/** @param {import("./desk.js").Desk} desk @returns {string} what a conversation is about, as skills name it */
export function topic(desk, entry) {
  const known = desk.vocabulary.topics.find(({ code }) => code === entry.topic);
  return known ? known[desk.language] : t("any_topic");
}

function update(item, { entry, expires_at }) {
  const leftMs = Math.max(0, -since(expires_at));
  const bar = item.querySelector("progress");
  // The whole time is what was left when the offer came.
  bar.max = Math.max(bar.max, leftMs);
  bar.value = leftMs;
  const left = item.querySelector(".countdown");
  if (left) write(left, t("seconds", { count: Math.ceil(leftMs / 1_000) }));
  write(item.querySelector("[data-waits]"), t("waits", { time: length(since(entry.waiting_since)) }));
}
