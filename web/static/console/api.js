// Owns the HTTP side of the console's API: its addresses and the proof that a change was asked for on our own page.

import { request, socketUrl } from "../shared/http.js";

const LIMIT_MS = 10_000;

export class ConsoleApi {
  /**
   * @param {string} csrf
   * @param {string} language
   */
  constructor(csrf, language) {
    this.csrf = csrf;
    this.language = language;
  }

  get streamUrl() {
    return socketUrl("/staff/api/console");
  }

  get softphoneUrl() {
    return socketUrl("/staff/api/softphone");
  }

  work = () => this.#get("/staff/api/work");
  vocabulary = () => this.#get("/staff/api/vocabulary");
  services = () => this.#get(`/api/kb/services?lang=${this.language}`);
  softphone = () => this.#get("/staff/api/softphone");
  colleagues = () => this.#get("/staff/api/colleagues");
  choose = (presence) => this.#change("PUT", "/staff/api/presence", { presence });
  accept = (id) => this.#change("POST", `/staff/api/offers/${id}/accept`);
  decline = (id) => this.#change("POST", `/staff/api/offers/${id}/decline`);
  conversation = (id) => this.#get(`/staff/api/conversations/${id}`);
  messages = (id, after) => this.#get(`/staff/api/conversations/${id}/messages?after=${after}`);
  suggestions = (id, language) => this.#get(`/staff/api/conversations/${id}/suggestions?lang=${language}`);
  replies = (id) => this.#get(`/staff/api/conversations/${id}/replies`);
  note = (id, text) => this.#change("POST", `/staff/api/conversations/${id}/notes`, { text });
  transfer = (id, body) => this.#change("POST", `/staff/api/conversations/${id}/transfer`, body);
  close = (id, body) => this.#change("POST", `/staff/api/conversations/${id}/close`, body);
  afterContact = (id, body) => this.#change("POST", `/staff/api/conversations/${id}/after-contact`, body);

  /** The same `clientId` twice is said once. */
  say = (id, { text, clientId }) =>
    this.#change("POST", `/staff/api/conversations/${id}/messages`, { text, client_id: clientId });

  search = (words, language) =>
    this.#get(`/api/kb/search?${new URLSearchParams({ q: words, lang: language, limit: "8" })}`);

  #get(path) {
    return request(path, { headers: { "Accept-Language": this.language } }, LIMIT_MS);
  }

  #change(method, path, body) {
    const headers = { "Accept-Language": this.language, "X-CSRF-Token": this.csrf, "Content-Type": "application/json" };
    return request(path, { method, headers, body: body && JSON.stringify(body) }, LIMIT_MS);
  }
}
