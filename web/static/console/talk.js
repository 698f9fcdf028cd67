// Owns one conversation as the console knows it: messages, what is on its way, marks, what is new. Pure.

import { randomId } from "../shared/id.js";

/** How long "writes" is shown after the last sign of it. */
const TYPING_MS = 6_000;

export class Talk {
  /** Everything, once it was opened. */
  full = null;
  notes = [];
  marks = { delivered: 0, read: 0, seen: 0 };
  suggestions = { question: null, results: [] };
  unread = 0;
  /** The last message that the server was told to be seen. */
  seenTold = 0;
  /** Nothing up to this message is missing. An own message that comes back may have overtaken others. */
  readTo = 0;
  /** The line was dead, and what was said meanwhile has not been read yet. */
  isBehind = false;
  /** The connection failed the oldest message, so all of them wait. */
  stuck = false;
  #messages = new Map();
  #typingUntil = 0;

  /**
   * @param {any} info as the list of work has it
   * @param {{draft: string, outbox: any[]}} kept
   */
  constructor(info, kept) {
    this.info = info;
    this.unread = info.unread;
    this.draft = kept.draft;
    this.outbox = kept.outbox;
    this.language = info.language;
  }

  get id() {
    return this.info.id;
  }

  get isOpen() {
    return this.info.phase === "talk";
  }

  get typing() {
    return Date.now() < this.#typingUntil;
  }

  get lastId() {
    return Math.max(0, ...this.#messages.keys());
  }

  get messages() {
    return [...this.#messages.values()];
  }

  /** Take what the list of work says, unless it was written before the talk ended. */
  update(info) {
    if (this.info.phase === "after_contact" && info.phase === "talk") return;
    this.info = info;
    if (this.full) Object.assign(this.full, info);
    if (!this.full && info.unread > this.unread) this.unread = info.unread;
  }

  /** Take the whole conversation. */
  fill(full) {
    this.full = full;
    this.info = { ...this.info, ...full };
    this.notes = full.notes;
    this.marks = full.marks;
    this.take(full.messages);
    this.readTo = full.messages.at(-1)?.id ?? 0;
  }

  /** Take a message that was told in its order. @returns {any[]} as `take` */
  hear(message) {
    if (!this.isBehind) this.readTo = Math.max(this.readTo, message.id);
    return this.take([message]);
  }

  /** Take the next messages after `readTo`. @returns {any[]} as `take` */
  read(messages) {
    this.readTo = messages.at(-1)?.id ?? this.readTo;
    this.isBehind = messages.length > 0;
    return this.take(messages);
  }

  /** @returns {any[]} those not known before */
  take(messages) {
    const fresh = messages.filter(({ id }) => !this.#messages.has(id));
    for (const message of fresh) {
      this.#messages.set(message.id, message);
      if (message.from === "citizen") this.#typingUntil = 0;
      if (message.client_id) this.drop(message.client_id);
    }
    if (fresh.length > 0) {
      this.#messages = new Map([...this.#messages].sort(([one], [other]) => one - other));
      this.info.last_message = this.messages.at(-1);
    }
    return fresh;
  }

  typed() {
    this.#typingUntil = Date.now() + TYPING_MS;
  }

  queue(text, by) {
    this.outbox.push({ clientId: randomId(), text, by, at: new Date().toISOString() });
  }

  drop(clientId) {
    this.outbox = this.outbox.filter((entry) => entry.clientId !== clientId);
  }

  /** @returns {{key: string, from: string, by: string | null, at: string, text: string, language: string, status: string, sources: any[]}[]} */
  get lines() {
    const kept = this.messages.map((message) => ({
      ...message,
      key: message.client_id ?? String(message.id),
      status: message.from === "consultant" ? this.#statusOf(message) : "",
    }));
    const waiting = this.outbox.map(({ clientId, text, by, at }) => ({
      key: clientId,
      from: "consultant",
      by,
      at,
      text,
      language: this.info.language,
      status: this.stuck ? "unsent" : "sending",
      sources: [],
    }));
    return [...kept, ...waiting];
  }

  #statusOf({ id }) {
    if (id <= this.marks.read) return "read";
    return id <= this.marks.delivered ? "delivered" : "sent";
  }
}
