// Owns the telephone in the console: SIP (JsSIP) over the console's own address, sound by WebRTC, one call at a time.

import { t } from "./texts.js";

const REGISTER_S = 120;
const BUSY = 486;
/** A telephone sends what is said as it is; the browser takes away echo and noise. */
const SOUND = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true }, video: false };

export class Softphone {
  /** @type {"off" | "connecting" | "ready" | "ringing" | "talking"} */
  state = "off";
  isMuted = false;
  /** Something that is shown has changed. */
  onChange = () => {};
  /** Something has to be said once, to eye and ear. */
  onWords = (_words, _kind) => {};

  #agent = null;
  #session = null;
  #speaker = new Audio();

  /**
   * @param {import("./api.js").ConsoleApi} api
   * @param {import("./store.js").Store} store
   */
  constructor(api, store) {
    this.api = api;
    this.store = store;
    this.#speaker.autoplay = true;
    addEventListener("beforeunload", (event) => {
      if (this.isTalking) event.preventDefault();
    });
    // Not signed out: after a reload it goes on, and the exchange has not noticed.
    addEventListener("pagehide", () => this.#session?.terminate());
    if (store.telephones) this.toggle();
  }

  get isOn() {
    return this.state !== "off";
  }

  get isRinging() {
    return this.state === "ringing";
  }

  get isTalking() {
    return this.state === "talking";
  }

  async toggle() {
    if (this.isOn) this.#stop();
    else await this.#start();
  }

  answer() {
    if (!this.isRinging) return;
    this.#session.answer({ mediaConstraints: SOUND, pcConfig: { iceServers: [] } });
  }

  decline() {
    if (this.isRinging) this.#session.terminate({ status_code: BUSY });
  }

  hangUp() {
    if (this.isTalking) this.#session.terminate();
  }

  mute() {
    if (!this.isTalking) return;
    this.isMuted = !this.isMuted;
    if (this.isMuted) this.#session.mute({ audio: true });
    else this.#session.unmute({ audio: true });
    this.onWords(t(this.isMuted ? "softphone.muted" : "softphone.heard"), "spoken");
    this.onChange();
  }

  async #start() {
    this.#be("connecting");
    try {
      await mayHear();
      const [{ default: sip }, account] = await Promise.all([import("/vendor/jssip.min.js"), this.api.softphone()]);
      if (!this.isOn) return; // turned off meanwhile
      this.store.telephones = true;
      this.#agent = this.#telephone(sip, account);
      this.#agent.start();
    } catch (error) {
      this.#stop();
      const isRefused = error instanceof DOMException;
      if (!isRefused) console.warn("console: no telephone", error);
      this.onWords(isRefused ? t("softphone.no_microphone") : (error.sentence ?? t("failed")), "told");
    }
  }

  #stop() {
    this.store.telephones = false;
    const agent = this.#agent;
    this.#agent = null;
    this.#be("off");
    agent?.stop();
  }

  #telephone(sip, { name, password }) {
    const agent = new sip.UA({
      sockets: [new sip.WebSocketInterface(this.api.softphoneUrl)],
      // The exchange knows its telephones by name; the domain means nothing to it.
      uri: `sip:${name}@1414.invalid`,
      password,
      register_expires: REGISTER_S,
      session_timers: false,
      user_agent: "1414 console",
    });
    const isThis = () => agent === this.#agent;
    agent.on("registered", () => isThis() && !this.#session && this.#be("ready"));
    // It connects and registers again by itself, and a call goes on meanwhile.
    agent.on("disconnected", () => isThis() && !this.#session && this.#be("connecting"));
    agent.on("registrationFailed", ({ cause }) => {
      if (!isThis()) return;
      console.warn("console: the exchange refuses the telephone:", cause);
      if (!this.#session) this.#be("connecting");
    });
    agent.on("newRTCSession", ({ originator, session }) => originator === "remote" && this.#rings(session));
    return agent;
  }

  #rings(session) {
    if (this.#session) {
      session.terminate({ status_code: BUSY });
      return;
    }
    this.#session = session;
    session.on("peerconnection", ({ peerconnection }) =>
      peerconnection.addEventListener("track", ({ streams }) => {
        [this.#speaker.srcObject] = streams;
      }),
    );
    session.on("accepted", () => this.#be("talking"));
    session.on("getusermediafailed", () => this.onWords(t("softphone.no_microphone"), "told"));
    const over = () => {
      this.#session = null;
      this.isMuted = false;
      this.#speaker.srcObject = null;
      if (this.isOn) this.#be(this.#agent.isRegistered() ? "ready" : "connecting");
    };
    session.on("ended", over);
    session.on("failed", over);
    this.#be("ringing");
  }

  #be(state) {
    this.state = state;
    this.onChange();
  }
}

/** Asked before the first call rings. Throws a DOMException when the browser gives no microphone. */
async function mayHear() {
  if (!navigator.mediaDevices) throw new DOMException("not a secure page", "NotAllowedError");
  const stream = await navigator.mediaDevices.getUserMedia(SOUND);
  for (const track of stream.getTracks()) track.stop();
}
