// Owns what calls a consultant back to the page: a sound, a notice on the desktop, the title of the window, the ear.

import { write } from "../shared/dom.js";
import { isCall } from "./calls.js";
import { t } from "./texts.js";

const SOUND_KEY = "console-1414-silent";
/** An offer rings again as long as it lies there. */
const RING_EVERY_MS = 4_000;
/** Two tones up for an offer, one low for a message: [hertz, seconds from the start]. */
const OFFER = [[659, 0], [880, 0.16], [659, 0.42], [880, 0.58]];
const MESSAGE = [[523, 0]];
const TONE_S = 0.14;
const LOUDNESS = 0.12;

export class Alerts {
  #audio = null;
  #rungAt = 0;
  /** @type {Set<number>} */
  #told = new Set();
  #title = document.title;

  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
    desk.onMessage = (talk, message) => this.#message(talk, message);
    // A browser lets a page sound only after it was touched.
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.#wake(), { passive: true });
  }

  get hasSound() {
    return localStorage.getItem(SOUND_KEY) === null;
  }

  get canNotice() {
    return "Notification" in globalThis;
  }

  get hasNotices() {
    return this.canNotice && Notification.permission === "granted";
  }

  toggleSound() {
    if (this.hasSound) localStorage.setItem(SOUND_KEY, "1");
    else localStorage.removeItem(SOUND_KEY);
    this.desk.onChange();
    this.#play(MESSAGE);
  }

  async toggleNotices() {
    if (Notification.permission === "default") await Notification.requestPermission();
    if (Notification.permission === "denied") this.desk.onWords(t("notices_denied"), "told");
    this.desk.onChange();
  }

  render() {
    const { offers, ownOffers, talks } = this.desk;
    for (const offer of offers) {
      if (!this.#told.has(offer.entry.id)) this.#announce(offer);
    }
    this.#told = new Set(offers.map(({ entry }) => entry.id));
    if (ownOffers.length > 0 && Date.now() - this.#rungAt > RING_EVERY_MS) {
      this.#rungAt = Date.now();
      this.#play(OFFER);
    }
    const unread = [...talks.values()].reduce((sum, talk) => sum + talk.unread, 0);
    const sign = offers.length > 0 ? `${t("offer_title")} · ` : unread > 0 ? `(${unread}) ` : "";
    if (document.title !== sign + this.#title) document.title = sign + this.#title;
  }

  #announce({ entry, preview }) {
    const language = t(`language.${entry.language}`);
    const words = isCall(entry) ? this.#callWords : t("offer", { language, words: preview ?? t("callback") });
    write(document.getElementById("alarm"), words);
    // What the citizen said does not go to the desktop, where anybody may look.
    this.#notice(isCall(entry) ? this.#callWords : t("offer_title"), `${entry.number}, ${language}`, `offer-${entry.id}`);
  }

  get #callWords() {
    return t(this.desk.softphone.isOn ? "softphone.rings" : "offer_call");
  }

  #message(talk, { text }) {
    const isLooking = document.hasFocus() && talk === this.desk.current;
    if (isLooking) return;
    this.#play(MESSAGE);
    this.#notice(t("unread", { count: talk.unread }), talk.info.number, `talk-${talk.id}`);
    if (talk !== this.desk.current) {
      this.desk.onWords(t("new_message", { number: talk.info.number, words: text }), "spoken");
    }
  }

  #notice(title, body, tag) {
    if (!this.hasNotices || document.hasFocus()) return;
    const notice = new Notification(title, { body, tag });
    notice.onclick = () => {
      window.focus();
      notice.close();
    };
  }

  #wake() {
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "suspended") this.#audio.resume();
  }

  #play(tones) {
    const audio = this.#audio;
    if (!this.hasSound || audio?.state !== "running") return;
    for (const [hertz, delay] of tones) {
      const from = audio.currentTime + delay;
      const tone = new OscillatorNode(audio, { type: "sine", frequency: hertz });
      const volume = new GainNode(audio, { gain: 0 });
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      volume.gain.linearRampToValueAtTime(0, from + TONE_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + TONE_S);
    }
  }
}
