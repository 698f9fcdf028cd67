// Owns the news of a conversation: a WebSocket, and reading at intervals while there is none.

import { Pause, backoffMs } from "../shared/pause.js";

/** @typedef {import("./api.js").Message} Message */
/** @typedef {import("./texts.js").State} State */
/**
 * @typedef {object} Listener
 * @property {() => number | null} lastId
 * @property {(message: Message) => void} onMessage
 * @property {(state: State) => void} onState
 * @property {() => void} onTyping the consultant writes
 * @property {(id: number) => void} onSeen the consultant has seen everything up to this message
 * @property {() => void} onConnected
 * @property {() => void} onExpired
 * @property {() => Promise<boolean>} read fetches what is missing; false: the server cannot be reached
 */

const POLL_MS = 4_000;
/** After so many refused sockets in a row something on the way forbids them (an old proxy): poll, try seldom. */
const REFUSALS_BEFORE_POLLING = 3;
const POLLS_BETWEEN_SOCKETS = 15;
/** A socket can die without a sign (a phone that changed networks); reading now and then notices. */
const CHECK_MS = 45_000;
const STEADY_MS = 5_000;
const CONNECT_LIMIT_MS = 10_000;
const CLOSED_WRONG_TOKEN = 4401;
const CLOSED_UNKNOWN = 4404;

export class Stream {
  #pause = new Pause();
  #stopped = false;
  /** @type {WebSocket | null} */
  #socket = null;

  /**
   * @param {string} url
   * @param {string} token
   * @param {Listener} listener
   */
  constructor(url, token, listener) {
    this.url = url;
    this.token = token;
    this.listener = listener;
  }

  /** Listen until `stop` or the conversation expires. */
  async run() {
    for (let failures = 0, round = 0; !this.#stopped; round += 1) {
      const polling = failures >= REFUSALS_BEFORE_POLLING && round % POLLS_BETWEEN_SOCKETS !== 0;
      const end = polling ? null : await this.#listen();
      if (this.#stopped) return;
      if (end?.code === CLOSED_WRONG_TOKEN || end?.code === CLOSED_UNKNOWN) {
        this.listener.onExpired();
        return;
      }
      failures = end?.steady ? 1 : failures + 1;
      const reachable = await this.listener.read();
      await this.#pause.sleep(reachable && failures >= REFUSALS_BEFORE_POLLING ? POLL_MS : backoffMs(failures));
    }
  }

  stop() {
    this.#stopped = true;
    this.#socket?.close();
    this.#pause.wake();
  }

  /** The network seems to be back, or the page is looked at again. */
  hurry() {
    this.#pause.wake();
  }

  /** @returns {Promise<{code: number, steady: boolean}>} how the socket ended */
  #listen() {
    return new Promise((resolve) => {
      const socket = new WebSocket(this.url);
      this.#socket = socket;
      let openedAt = Infinity;
      const opening = setTimeout(() => socket.close(), CONNECT_LIMIT_MS);
      const checking = setInterval(() => this.#check(socket), CHECK_MS);
      socket.onopen = () => {
        clearTimeout(opening);
        openedAt = Date.now();
        socket.send(JSON.stringify({ token: this.token, after: this.listener.lastId(), marks: true }));
        this.listener.onConnected();
      };
      socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
      socket.onclose = ({ code }) => {
        clearTimeout(opening);
        clearInterval(checking);
        resolve({ code, steady: Date.now() - openedAt > STEADY_MS });
      };
    });
  }

  /** @param {WebSocket} socket */
  async #check(socket) {
    if (!(await this.listener.read())) socket.close();
  }

  /**
   * Tell what the citizen does; without a connection nobody needs to know.
   * @param {{type: "typing"} | {type: "read", id: number}} frame
   * @returns {boolean} whether it was told
   */
  tell(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * @param {{type: "message", message: Message} | {type: "state", state: State} | {type: "typing"} | {type: "seen", id: number}} frame
   */
  #take(frame) {
    if (this.#stopped) return;
    if (frame.type === "typing") this.listener.onTyping();
    if (frame.type === "seen") this.listener.onSeen(frame.id);
    if (frame.type === "message") this.listener.onMessage(frame.message);
    if (frame.type === "state") this.listener.onState(frame.state);
  }
}
