// Owns after-contact work: how long it still lasts, a better outcome, more time, done.

import { element, write } from "../shared/dom.js";
import { length } from "../shared/moments.js";
import { since } from "./clock.js";
import { fillServices } from "./forms.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

export class WrapUp {
  #form = $("wrap-up");
  #outcome = /** @type {HTMLSelectElement} */ ($("wrap-up-outcome"));
  #service = /** @type {HTMLSelectElement} */ ($("wrap-up-service"));
  #shown = null;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    $("extend").addEventListener("click", () => desk.extend(this.#found));
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
      this.#fillOutcomes(info.outcome);
      fillServices(this.#service, this.desk.services, info.service);
    }
    write($("wrap-up-left"), t("left", { time: length(-since(info.wrap_up_until)) }));
    write($("wrap-up-rating"), info.kind === "callback" ? "" : this.#rating(info));
  }

  #rating({ rating }) {
    return rating ? t("rating", { points: rating }) : t("no_rating");
  }

  focus() {
    this.render();
    if (this.#outcome.value) $("finish").focus();
    else this.#outcome.focus();
  }

  finish() {
    if (this.desk.current?.info.phase === "after_contact") this.desk.finish(this.#found);
  }

  get #found() {
    return { outcome: this.#outcome.value || null, service: this.#service.value || null };
  }

  /** A call ends without an outcome: it is still to be chosen. @param {string | null} chosen */
  #fillOutcomes(chosen) {
    const { vocabulary, language } = this.desk;
    const options = vocabulary.outcomes.map((one) => element("option", { value: one.code }, one[language]));
    if (!chosen) options.unshift(element("option", { value: "" }, t("no_outcome")));
    this.#outcome.replaceChildren(...options);
    this.#outcome.value = chosen ?? "";
  }
}
