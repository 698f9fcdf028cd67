// Owns a spoken conversation: the microphone (echo-cancelled), the loudspeaker, and the socket between them and us.

/** @typedef {import("./api.js").Ticket} Ticket */
/** @typedef {import("./texts.js").Language} Language */
/** @typedef {"idle" | "starting" | "talking" | "no microphone" | "no call"} CallState */

const WORKLET = new URL("call-audio.js", import.meta.url);
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const CLOSED_ENDED = 1000;

/** Whether this browser, on this page, can call at all (a plain http page has no microphone). */
export const canCall = () => Boolean(navigator.mediaDevices?.getUserMedia && window.AudioWorkletNode);

export class Call {
  /** @type {CallState} */
  state = "idle";
  /** @type {(() => void)[]} what is to be undone, last first */
  #undo = [];

  /** @param {() => void} onChange `state` has changed */
  constructor(onChange) {
    this.onChange = onChange;
  }

  get active() {
    return this.state === "starting" || this.state === "talking";
  }

  /**
   * @param {() => Promise<{url: string, ticket: Ticket}>} find the conversation
   * @param {Language} language
   */
  async start(find, language) {
    if (this.active) return;
    this.#become("starting");
    try {
      const audio = await this.#openAudio();
      const { url, ticket } = await find();
      if (this.active) this.#connect(url, ticket, language, audio);
    } catch (error) {
      console.warn("assistant-1414: the call could not begin", error);
      const refused = error instanceof DOMException && error.name !== "AbortError";
      this.#end(refused ? "no microphone" : "no call");
    }
  }

  hangUp() {
    this.#end("idle");
  }

  /** @returns {Promise<AudioWorkletNode>} */
  async #openAudio() {
    const microphone = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    this.#undo.push(() => microphone.getTracks().forEach((track) => track.stop()));
    const context = new AudioContext();
    this.#undo.push(() => void context.close());
    await context.audioWorklet.addModule(WORKLET);
    await context.resume();
    const node = new AudioWorkletNode(context, "call-audio");
    context.createMediaStreamSource(microphone).connect(node).connect(context.destination);
    return node;
  }

  /**
   * @param {string} url
   * @param {Ticket} ticket
   * @param {Language} language
   * @param {AudioWorkletNode} audio
   */
  #connect(url, ticket, language, audio) {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#undo.push(() => {
      socket.onclose = null;
      socket.close();
    });
    socket.onopen = () => {
      socket.send(JSON.stringify({ token: ticket.token, language }));
      audio.port.onmessage = ({ data }) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(data);
      };
      this.#become("talking");
    };
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) audio.port.postMessage(data, [data]);
    };
    socket.onclose = ({ code }) => this.#end(code === CLOSED_ENDED ? "idle" : "no call");
  }

  /** @param {CallState} state */
  #end(state) {
    while (this.#undo.length > 0) this.#undo.pop()?.();
    this.#become(state);
  }

  /** @param {CallState} state */
  #become(state) {
    this.state = state;
    this.onChange();
  }
}
