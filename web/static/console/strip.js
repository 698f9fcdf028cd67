// Owns the strip on top: the consultant's presence, load, and what may make a noise.

import { write } from "../shared/dom.js";
import { length } from "../shared/moments.js";
import { since } from "./clock.js";
import { t } from "./texts.js";

export class Strip {
  #buttons = [...document.querySelectorAll("#presence button")];
  #doing = document.getElementById("doing");
  #telephone = document.getElementById("telephone");
  #sound = document.getElementById("sound");
  #notices = document.getElementById("notices");

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./alerts.js").Alerts} alerts
   */
  constructor(desk, alerts) {
    this.desk = desk;
    this.alerts = alerts;
    for (const button of this.#buttons) button.addEventListener("click", () => desk.choose(button.dataset.presence));
    this.#telephone.addEventListener("click", () => desk.softphone.toggle());
    this.#sound.addEventListener("click", () => alerts.toggleSound());
    this.#notices.addEventListener("click", () => alerts.toggleNotices());
  }

  render() {
    const { me } = this.desk.work;
    for (const button of this.#buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.presence === me.chosen));
    }
    const values = { presence: t(`presence.${me.presence}`), load: me.load, capacity: me.capacity };
    write(this.#doing, t("doing", { ...values, time: length(since(me.since)) }));
    this.#renderTelephone(me);
    this.#sound.setAttribute("aria-pressed", String(this.alerts.hasSound));
    this.#notices.setAttribute("aria-pressed", String(this.alerts.hasNotices));
    this.#notices.hidden = !this.alerts.canNotice;
  }

  #renderTelephone(me) {
    const { isOn, state } = this.desk.softphone;
    this.#telephone.setAttribute("aria-pressed", String(isOn));
    const words = isOn ? t(`softphone.${state}`) : me.phone_ready ? t("phone_ready") : "";
    write(document.getElementById("phone-state"), words);
  }
}
