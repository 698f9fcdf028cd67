// Owns after-contact work: how long it still lasts, a better outcome, more time, done.

import { element, write } from "../shared/dom.js";
import { length } from "../shared/moments.js";
import { since } from "./clock.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

export class WrapUp {
  #form = $("wrap-up");
  #outcome = /** @type {HTMLSelectElement} */ ($("wrap-up-outcome"));
  #shown = null;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    $("extend").addEventListener("click", () => desk.extend(this.#outcome.value || null));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.finish();
    });
  }

  render() {
    const talk = this.desk.current;
    const isOn = talk?.info.phase === "after_contact";
    this.#form.hidden = !isOn;
    if (!isOn) {
      this.#shown = null;
      return;
    }
    const { info } = talk;
    if (this.#shown !== talk) {
      this.#shown = talk;
      fillOutcomes(this.#outcome, this.desk);
      this.#outcome.value = info.outcome;
    }
    write($("wrap-up-left"), t("left", { time: length(-since(info.wrap_up_until)) }));
    write($("wrap-up-rating"), info.kind === "callback" ? "" : this.#rating(info));
  }

  #rating({ rating }) {
    return rating ? t("rating", { points: rating }) : t("no_rating");
  }

  focus() {
    this.render();
    $("finish").focus();
  }

  finish() {
    if (this.desk.current?.info.phase === "after_contact") this.desk.finish(this.#outcome.value || null);
  }
}

/** @param {HTMLSelectElement} select @param {import("./desk.js").Desk} desk */
function fillOutcomes(select, { vocabulary, language }) {
  select.replaceChildren(...vocabulary.outcomes.map((one) => element("option", { value: one.code }, one[language])));
}
