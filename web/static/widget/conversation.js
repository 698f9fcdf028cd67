// Owns the lines of one conversation: messages of the register, and the citizen's that are still on their way. Pure.

import { randomId } from "../shared/id.js";

/** @typedef {import("./api.js").Message} Message */
/** @typedef {import("./api.js").Button} Button */
/** @typedef {import("./texts.js").State} State */
/**
 * @typedef {object} Entry a message of the citizen that the server has not confirmed yet
 * @property {string} clientId
 * @property {string} text what is sent
 * @property {string} shown what the citizen sees: the title of a pressed button, else the text
 * @property {string} at ISO 8601
 * @property {number | null} after the last id known at the first try; null: not tried yet
 * @property {boolean} delivered the server has it, its copy has not come back yet
 */
/**
 * @typedef {object} Line
 * @property {string} key stays the same when an entry becomes a message
 * @property {Message | null} message null while it is on its way
 * @property {string} text
 * @property {string} at
 * @property {"kept" | "seen" | "sending" | "unsent"} status
 */

export class Conversation {
  /** @type {Map<number, Message>} in the order of ids */
  #messages = new Map();
  /** @type {Map<number, string>} message id -> clientId of the entry that it confirms */
  #confirmed = new Map();
  /** @type {Entry[]} */
  #outbox;
  /** @type {State} */
  state = "bot";
  /** The connection failed the oldest entry, so all of them wait. */
  stuck = false;
  /** The consultant has seen everything up to this message. */
  seenId = 0;

  /** @param {Entry[]} outbox */
  constructor(outbox = []) {
    this.#outbox = outbox;
  }

  /** The last id known. Only complete readings advance it, so nothing before it is missing. */
  get lastId() {
    return [...this.#messages.keys()].at(-1) ?? null;
  }

  get outbox() {
    return this.#outbox;
  }

  /** The next to send: the oldest that the server does not have. */
  get unsent() {
    return this.#outbox.find((entry) => !entry.delivered) ?? null;
  }

  /**
   * Take messages of the register; those known already change nothing.
   * @param {Message[]} messages
   * @returns {Message[]} the new ones
   */
  add(messages) {
    const fresh = messages.filter((message) => !this.#messages.has(message.id));
    for (const message of fresh) {
      this.#messages.set(message.id, message);
      if (message.from === "citizen") this.#confirm(message.id);
    }
    this.#messages = new Map([...this.#messages].sort(([one], [other]) => one - other));
    return fresh;
  }

  /**
   * @param {string} text
   * @param {string} shown
   */
  queue(text, shown) {
    const at = new Date().toISOString();
    this.#outbox.push({ clientId: randomId(), text, shown, at, after: null, delivered: false });
  }

  /** @param {Entry} entry */
  tried(entry) {
    entry.after ??= this.lastId ?? 0;
  }

  /** @param {Entry} entry */
  delivered(entry) {
    entry.delivered = true;
    this.stuck = false;
    if ([...this.#confirmed.values()].includes(entry.clientId)) this.drop(entry);
  }

  /** @param {Entry} entry */
  drop(entry) {
    this.#outbox = this.#outbox.filter((other) => other !== entry);
  }

  /** @returns {Entry[]} the unsent, as for a conversation that has not seen them */
  carriedOver() {
    return this.#outbox.filter((entry) => !entry.delivered).map((entry) => ({ ...entry, after: null }));
  }

  /** @returns {Line[]} */
  get lines() {
    const kept = [...this.#messages.values()];
    const seen = kept.findLast(({ from, id }) => from === "citizen" && id <= this.seenId);
    const messages = kept.map((message) => ({
      key: this.#confirmed.get(message.id) ?? String(message.id),
      message,
      text: message.text,
      at: message.at,
      status: message === seen ? /** @type {const} */ ("seen") : /** @type {const} */ ("kept"),
    }));
    const waiting = this.#unconfirmed().map((entry) => ({
      key: entry.clientId,
      message: null,
      text: entry.shown,
      at: entry.at,
      status: this.#statusOf(entry),
    }));
    return [...messages, ...waiting];
  }

  /** The buttons of the last answer, as long as the citizen has not gone on. @returns {Button[]} */
  get buttons() {
    if (this.#unconfirmed().length > 0) return [];
    for (const message of [...this.#messages.values()].reverse()) {
      if (message.from === "citizen") return [];
      if (message.buttons?.length) return message.buttons;
    }
    return [];
  }

  /**
   * @param {Entry} entry
   * @returns {Line["status"]}
   */
  #statusOf(entry) {
    if (entry.delivered) return "kept";
    return this.stuck ? "unsent" : "sending";
  }

  #unconfirmed() {
    const confirmed = new Set(this.#confirmed.values());
    return this.#outbox.filter((entry) => !confirmed.has(entry.clientId));
  }

  /**
   * A message of the citizen came from the register: it is the oldest entry tried before it. A wrong guess (the same
   * conversation in a copied tab) shows nothing twice and loses nothing: every message keeps a line of its own.
   * @param {number} id
   */
  #confirm(id) {
    const entry = this.#unconfirmed().find(({ after }) => after !== null && after < id);
    if (!entry) return;
    this.#confirmed.set(id, entry.clientId);
    if (entry.delivered) this.drop(entry);
  }
}
