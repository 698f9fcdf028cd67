// Owns the console's connection: a WebSocket that comes back by itself, signs of life, and polling where none is let through.

import { Pause, backoffMs } from "../shared/pause.js";

const CONNECT_LIMIT_MS = 10_000;
/** The server gives a sign of life every 10 s. */
const SILENCE_MS = 25_000;
const STEADY_MS = 5_000;
const POLL_MS = 3_000;
const REFUSALS_BEFORE_POLLING = 3;
const POLLS_BETWEEN_SOCKETS = 10;
/** Not signed in any more, or not allowed: nothing comes until the person signs in. */
const CLOSED_FOR_GOOD = new Set([4401, 4403]);

export class Stream {
  #pause = new Pause();
  #drop = () => {};
  /** @type {WebSocket | null} */
  #socket = null;

  /**
   * @param {string} url
   * @param {{onFrame: (frame: any) => void, onOpen: () => void, onLost: () => void, onSignedOut: () => void, poll: () => Promise<boolean>}} listener
   */
  constructor(url, listener) {
    this.url = url;
    this.listener = listener;
  }

  async run() {
    for (let failures = 0, round = 0; ; round += 1) {
      const polling = failures >= REFUSALS_BEFORE_POLLING && round % POLLS_BETWEEN_SOCKETS !== 0;
      const end = polling ? null : await this.#listen();
      if (CLOSED_FOR_GOOD.has(end?.code)) {
        this.listener.onSignedOut();
        return;
      }
      failures = end?.steady ? 1 : failures + 1;
      const reachable = await this.listener.poll();
      await this.#pause.sleep(reachable && failures >= REFUSALS_BEFORE_POLLING ? POLL_MS : backoffMs(failures));
    }
  }

  /** @param {object} frame @returns {boolean} false: there is no connection, nothing was sent */
  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The network seems to be back, or the page is looked at again. */
  hurry() {
    this.#pause.wake();
  }

  /** The network is known to be gone. */
  drop() {
    this.#drop();
  }

  /** @returns {Promise<{code: number, steady: boolean}>} how the socket ended */
  #listen() {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.url);
      this.#socket = socket;
      let openedAt = Infinity;
      const end = (code) => {
        clearTimeout(silence);
        socket.onopen = socket.onmessage = socket.onclose = null;
        socket.close();
        this.#drop = () => {};
        this.listener.onLost();
        resolve({ code, steady: Date.now() - openedAt > STEADY_MS });
      };
      // Not waiting for the socket's own farewell: on a dead network it takes minutes.
      let silence = setTimeout(end, CONNECT_LIMIT_MS, 0);
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(end, SILENCE_MS, 0);
      };
      this.#drop = () => end(0);
      socket.onopen = () => {
        openedAt = Date.now();
        heard();
        this.listener.onOpen();
      };
      socket.onmessage = ({ data }) => {
        heard();
        const frame = JSON.parse(data);
        // Answered rather than timed: a window in the background hears frames, its timers sleep.
        if (frame.type === "beat") this.send(frame);
        else this.listener.onFrame(frame);
      };
      socket.onclose = ({ code }) => end(code);
    });
  }
}
