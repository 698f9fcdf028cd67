// Owns the page: its parts, what is said to eye and ear, where the focus goes.

import { write } from "../shared/dom.js";
import { About } from "./about.js";
import { Composer } from "./composer.js";
import { CloseForm, TransferForm } from "./forms.js";
import { Head } from "./head.js";
import { Knowledge } from "./knowledge.js";
import { Lists } from "./lists.js";
import { Offers } from "./offers.js";
import { Replies } from "./replies.js";
import { Strip } from "./strip.js";
import { t } from "./texts.js";
import { Transcript } from "./transcript.js";
import { WrapUp } from "./wrap-up.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);
const TOLD_MS = 12_000;
const SPEAK_AFTER_MS = 50;

export class View {
  #told = $("told");
  #spoken = $("spoken");
  #offline = $("offline");
  #fading = 0;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./alerts.js").Alerts} alerts
   * @param {string} signIn where to sign in again
   */
  constructor(desk, alerts, signIn) {
    this.desk = desk;
    this.signIn = signIn;
    this.composer = new Composer(desk);
    this.replies = new Replies(desk, this.composer);
    this.knowledge = new Knowledge(desk, this.composer);
    this.about = new About(desk, () => this.composer.focus());
    this.wrapUp = new WrapUp(desk);
    this.offers = new Offers(desk, (id) => this.accept(id));
    this.parts = [
      new Strip(desk, alerts),
      this.offers,
      new Lists(desk, (id) => this.open(id)),
      new Head(desk),
      new Transcript(desk),
      this.composer,
      this.replies,
      this.knowledge,
      this.about,
      this.wrapUp,
    ];
    this.closing = new CloseForm(desk, () => this.wrapUp.focus());
    this.transferring = new TransferForm(desk, () => this.focus());
    desk.onWords = desk.softphone.onWords = (words, kind) => this.#say(words, kind);
    $("help").addEventListener("click", () => this.help());
    $("close").addEventListener("click", () => this.end());
    $("mute").addEventListener("click", () => desk.softphone.mute());
    $("transfer").addEventListener("click", () => this.transferring.open());
    for (const form of document.querySelectorAll('form[action="/staff/sign-out"]')) {
      form.addEventListener("submit", () => desk.signingOut());
    }
  }

  render() {
    const { desk } = this;
    if (!desk.work) return;
    $("empty").hidden = desk.current !== null;
    $("talk").hidden = desk.current === null;
    for (const part of this.parts) part.render();
    this.#renderOffline();
  }

  /** @param {number} id */
  async accept(id) {
    if (await this.desk.accept(id)) this.focus();
  }

  /** @param {number} id */
  async open(id) {
    await this.desk.open(id);
    this.render();
    this.focus();
  }

  /** To where the work of the conversation on the screen goes on. */
  focus() {
    this.render();
    if (this.desk.canWrite) this.composer.focus();
    else if (this.desk.current?.info.phase === "after_contact") this.wrapUp.focus();
    else $("talk-title").focus();
  }

  /** End the conversation on the screen: of a call the receiver is put down, and the outcome is chosen afterwards. */
  end() {
    if (this.desk.isSpokenHere) this.desk.softphone.hangUp();
    else this.closing.open();
  }

  help() {
    const dialog = $("keys-dialog");
    if (!dialog.open) dialog.showModal();
  }

  #say(words, kind) {
    // Emptied first: the same words twice are said twice.
    this.#spoken.textContent = "";
    setTimeout(() => write(this.#spoken, words), SPEAK_AFTER_MS);
    if (kind !== "told") return;
    write(this.#told, words);
    this.#told.hidden = false;
    clearTimeout(this.#fading);
    this.#fading = setTimeout(() => {
      this.#told.hidden = true;
    }, TOLD_MS);
  }

  #renderOffline() {
    const { desk } = this;
    this.#offline.hidden = desk.connected;
    if (!desk.signedOut) write(this.#offline, desk.connected ? "" : t("offline"));
    else if (!this.#offline.querySelector("a")) {
      const link = document.createElement("a");
      link.href = this.signIn;
      link.textContent = t("sign_in");
      this.#offline.replaceChildren(`${t("signed_out")} `, link);
    }
  }
}
