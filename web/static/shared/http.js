// Owns one request to an API of ours: its time limit, and what a refusal or silence means.

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
 * @param {URL | string} url
 * @param {RequestInit} options
 * @param {number} limitMs
 * @returns {Promise<any>} the JSON of the answer; null when it has none
 */
export async function request(url, options, limitMs) {
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(limitMs), ...options });
    if (response.status === 204) return null;
    // A page of HTML with status 200 comes from a captive portal, not from the API: reading it fails like no answer.
    if (response.ok) return await response.json();
    const isJson = /\bjson\b/.test(response.headers.get("Content-Type") ?? "");
    const problem = isJson ? await response.json() : {};
    throw new RefusedError(response.status, problem, retryAfterMs(response.headers.get("Retry-After")));
  } catch (error) {
    if (error instanceof RefusedError) throw error;
    throw new UnreachableError(`no answer from ${url}`, { cause: error });
  }
}

/** @param {string} path @returns {string} the address of a WebSocket on the same site */
export function socketUrl(path, base = location.href) {
  const url = new URL(path, base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
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
