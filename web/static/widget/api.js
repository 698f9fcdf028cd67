// Owns the HTTP side of the chat API: requests, time limits, and what a refusal means.

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

/** No answer: the network is down, the server is not there, or it is too slow. */
export class UnreachableError extends Error {}

/** The server answered with an error. */
export class RefusedError extends Error {
  /**
   * @param {number} status
   * @param {Record<string, unknown>} problem problem+json (RFC 9457), empty when the body was something else
   * @param {number | null} retryAfterMs
   */
  constructor(status, problem, retryAfterMs) {
    super(`HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }

  /** The sentence for a person, in their language, if the server sent one. */
  get sentence() {
    return typeof this.problem.detail === "string" ? this.problem.detail : null;
  }

  /** The conversation is no longer there for this token: said by the API itself, not by a proxy on the way. */
  get expired() {
    return (this.status === 401 || this.status === 404) && this.problem.status === this.status;
  }

  /** The same request may succeed later. */
  get temporary() {
    return this.status === 429 || this.status === 408 || this.status >= 500;
  }
}

/**
 * Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3).
 * @param {string | null} header
 * @returns {number | null}
 */
function retryAfterMs(header) {
  if (!header) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

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
    return this.#request("api/conversations", {
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
      return await this.#request(`api/conversations/${ticket.id}/messages`, {
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
    const url = new URL(`api/conversations/${ticket.id}/call`, this.base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  /**
   * @param {Ticket} ticket
   * @param {number | null} after id of the last message known
   * @param {Language} language of error sentences
   * @returns {Promise<News>}
   */
  read(ticket, after, language) {
    const query = after === null ? "" : `?after=${after}`;
    return this.#request(`api/conversations/${ticket.id}/messages${query}`, {
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
    const url = new URL(`api/conversations/${ticket.id}/stream`, this.base);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    return url.href;
  }

  /**
   * @param {string} path
   * @param {{body?: object, token?: string, language: Language, limitMs: number}} options
   * @returns {Promise<any>}
   */
  async #request(path, { body, token, language, limitMs }) {
    const headers = new Headers({ "Accept-Language": language });
    if (body) headers.set("Content-Type", "application/json");
    if (token) headers.set("Authorization", `Bearer ${token}`);
    try {
      const response = await fetch(new URL(path, this.base), {
        method: body ? "POST" : "GET",
        headers,
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(limitMs),
      });
      // A page of HTML with status 200 comes from a captive portal, not from the API: reading it fails like no answer.
      if (response.ok) return await response.json();
      const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
      const problem = isJson ? await response.json() : {};
      throw new RefusedError(response.status, problem, retryAfterMs(response.headers.get("Retry-After")));
    } catch (error) {
      if (error instanceof RefusedError) throw error;
      throw new UnreachableError(`no answer from ${path}`, { cause: error });
    }
  }
}
