// Owns the HTTP side of the chat API: its requests and their time limits.

import { RefusedError, request, socketUrl } from "../shared/http.js";

/** @typedef {import("./texts.js").Language} Language */
/** @typedef {import("./texts.js").State} State */
/** @typedef {import("./texts.js").Sender} Sender */
/** @typedef {{title: string, payload: string}} Button */
/** @typedef {{service: string, aspect: string | null, reviewed_at: string | null}} Source */
/**
 * @typedef {object} Message
 * @property {number} id grows in the order of arrival
 * @property {string} at ISO 8601, UTC
 * @property {Sender} from
 * @property {Language} language
 * @property {string} text
 * @property {Button[]} [buttons]
 * @property {Source[]} [sources]
 */
/** @typedef {{id: string, token: string, number: string}} Ticket what opens a conversation again */
/** @typedef {{state?: State, messages: Message[]}} News */

const READ_LIMIT_MS = 10_000;
/** A turn may wait behind others of the same conversation, each bounded by the server. */
const TURN_LIMIT_MS = 60_000;

export class ChatApi {
  /** @param {string} base where the API lives */
  constructor(base) {
    this.base = new URL(base);
  }

  /**
   * @param {Language} language
   * @returns {Promise<Ticket & News>}
   */
  create(language) {
    return this.#ask("api/conversations", {
      body: { language, channel: "web" },
      language,
      limitMs: READ_LIMIT_MS,
    });
  }

  /**
   * Hand over one message. The same clientId is answered once, however often it is sent.
   * @param {Ticket} ticket
   * @param {{text: string, clientId: string}} message
   * @param {Language} language of error sentences
   * @returns {Promise<News>} a 503 that kept the message is an answer too
   */
  async send(ticket, { text, clientId }, language) {
    try {
      return await this.#ask(`api/conversations/${ticket.id}/messages`, {
        body: { text, client_id: clientId },
        token: ticket.token,
        language,
        limitMs: TURN_LIMIT_MS,
      });
    } catch (error) {
      const kept = error instanceof RefusedError && Array.isArray(error.problem.messages);
      if (kept) return /** @type {News} */ (/** @type {unknown} */ (error.problem));
      throw error;
    }
  }

  /** @param {Ticket} ticket */
  callUrl(ticket) {
    return socketUrl(`api/conversations/${ticket.id}/call`, this.base.href);
  }

  /**
   * @param {Ticket} ticket
   * @param {number | null} after id of the last message known
   * @param {Language} language of error sentences
   * @returns {Promise<News>}
   */
  read(ticket, after, language) {
    const query = after === null ? "" : `?after=${after}`;
    return this.#ask(`api/conversations/${ticket.id}/messages${query}`, {
      token: ticket.token,
      language,
      limitMs: READ_LIMIT_MS,
    });
  }

  /**
   * @param {Ticket} ticket
   * @returns {string}
   */
  streamUrl(ticket) {
    return socketUrl(`api/conversations/${ticket.id}/stream`, this.base.href);
  }

  /**
   * @param {string} path
   * @param {{body?: object, token?: string, language: Language, limitMs: number}} options
   * @returns {Promise<any>}
   */
  async #ask(path, { body, token, language, limitMs }) {
    const headers = new Headers({ "Accept-Language": language });
    if (body) headers.set("Content-Type", "application/json");
    if (token) headers.set("Authorization", `Bearer ${token}`);
    const options = { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) };
    return request(new URL(path, this.base), { credentials: "omit", ...options }, limitMs);
  }
}
