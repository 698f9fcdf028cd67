// Owns the life of the citizen's conversation: opened when needed, delivered, listened to, restored, begun anew.

import { Conversation } from "./conversation.js";
import { RefusedError } from "../shared/http.js";
import { Pause, backoffMs } from "../shared/pause.js";
import * as session from "./session.js";
import { Stream } from "./stream.js";

/** @typedef {import("./api.js").ChatApi} ChatApi */
/** @typedef {import("./api.js").News} News */
/** @typedef {import("./api.js").Ticket} Ticket */
/** @typedef {import("./conversation.js").Entry} Entry */
/** @typedef {import("./texts.js").Language} Language */
/** @typedef {(texts: import("./texts.js").Texts) => string} Sentence in whichever language is on */

/** How long "writes" is shown after the last sign of it. */
const WRITING_MS = 6_000;
const TYPING_EVERY_MS = 3_000;
/** An answer that is there sooner needs no "is preparing an answer" before it. */
const TYPING_AFTER_MS = 500;

export class Assistant {
  /** @type {Sentence | null} */
  notice = null;
  connected = true;
  typing = false;
  /** The consultant writes. */
  writing = false;
  /** Lines of before a reload are still coming. */
  restoring = false;
  unread = 0;

  #saved = session.load();
  #conversation = new Conversation(this.#saved.outbox);
  #pause = new Pause();
  #expiries = 0;
  #writingEnds = 0;
  #typingTold = 0;
  /** The last message that the consultant was told to be read. */
  #readTold = 0;
  #stopped = false;
  /** @type {Stream | null} */
  #stream = null;
  /** @type {Promise<Ticket> | null} */
  #creating = null;
  /** @type {Conversation | null} the one whose outbox is being emptied */
  #delivering = null;

  /**
   * @param {ChatApi} api
   * @param {Language} pageLanguage
   * @param {() => void} onChange something that is shown has changed
   * @param {(text: string) => void} onReturned a text that the server refused goes back to be mended
   */
  constructor(api, pageLanguage, onChange, onReturned) {
    this.api = api;
    this.pageLanguage = pageLanguage;
    this.onChange = onChange;
    this.onReturned = onReturned;
  }

  get conversation() {
    return this.#conversation;
  }

  get language() {
    return this.#saved.language ?? this.pageLanguage;
  }

  set language(language) {
    this.#saved.language = language;
    this.#changed();
  }

  get draft() {
    return this.#saved.draft;
  }

  set draft(draft) {
    this.#saved.draft = draft;
    this.#save();
    this.#tellTyping();
  }

  get open() {
    return this.#saved.open;
  }

  set open(open) {
    this.#saved.open = open;
    this.unread = 0;
    if (open && !this.#saved.ticket) this.#ticket();
    this.#changed();
    this.#tellRead();
  }

  /** The registration number, once there is one. */
  get number() {
    return this.#saved.ticket?.number ?? null;
  }

  /** What opens the conversation for a call; waits until there is one. @returns {Promise<Ticket>} */
  ticketForCall() {
    return this.#ticket();
  }

  /** Go on where the page was left. */
  start() {
    if (this.#saved.ticket) this.#restore(this.#saved.ticket);
    else if (this.open) this.#ticket();
    this.#deliver();
  }

  /** Let go of the network; what was not sent stays in the session. */
  stop() {
    this.#stopped = true;
    this.#begin(new Conversation());
  }

  /** The network may be back: try at once what waits for its next try. */
  hurry() {
    this.#pause.wake();
    this.#stream?.hurry();
    this.#tellRead();
  }

  /**
   * @param {string} text
   * @param {string} [shown] what the citizen sees of it, when that differs
   */
  say(text, shown = text) {
    this.#conversation.queue(text, shown);
    this.notice = null;
    this.#changed();
    this.#deliver();
  }

  /** Leave this conversation and begin another. */
  renew() {
    this.#begin(new Conversation());
    this.notice = null;
    this.#ticket();
    this.#changed();
  }

  /** @param {Conversation} conversation */
  #begin(conversation) {
    clearTimeout(this.#writingEnds);
    this.writing = false;
    this.#readTold = 0;
    this.#stream?.stop();
    this.#stream = null;
    this.#saved.ticket = null;
    this.#conversation = conversation;
    this.typing = false;
    this.restoring = false;
    this.#pause.wake();
  }

  /** @param {Conversation} conversation that the server no longer knows */
  #expire(conversation) {
    if (conversation !== this.#conversation) return;
    this.#expiries += 1;
    const kept = conversation.carriedOver();
    this.#begin(new Conversation(kept));
    this.notice = (t) => (kept.length > 0 ? `${t.expired} ${t.kept}` : t.expired);
    if (this.open) this.#ticket();
    this.#changed();
    this.#deliver();
  }

  /** @returns {Promise<Ticket>} of this conversation, opened now if there is none */
  #ticket() {
    if (this.#saved.ticket) return Promise.resolve(this.#saved.ticket);
    this.#creating ??= this.#create().finally(() => {
      this.#creating = null;
    });
    return this.#creating;
  }

  /** @returns {Promise<Ticket>} */
  async #create() {
    // A server that forgets every conversation at once must not be asked for new ones at full speed.
    if (this.#expiries > 0) await this.#pause.sleep(backoffMs(this.#expiries));
    for (let failures = 1; !this.#stopped; failures += 1) {
      try {
        const { id, token, number, ...news } = await this.api.create(this.language);
        const ticket = { id, token, number };
        this.#saved.ticket = ticket;
        this.connected = true;
        this.#take(news);
        this.#listen(ticket);
        return ticket;
      } catch (error) {
        await this.#failed(error, failures);
      }
    }
    return new Promise(() => {}); // the element has left the page: nobody waits for a ticket any more
  }

  /**
   * Bring back the lines of before a reload; nothing is sent before they are there.
   * @param {Ticket} ticket
   */
  async #restore(ticket) {
    const conversation = this.#conversation;
    this.restoring = true;
    for (let failures = 1; !(await this.#read(ticket, conversation)); failures += 1) {
      await this.#pause.sleep(backoffMs(failures));
    }
    this.restoring = false;
    if (conversation !== this.#conversation) return;
    this.#changed();
    this.#listen(ticket);
    this.#deliver();
  }

  /** @param {Ticket} ticket */
  #listen(ticket) {
    if (this.#stopped) return;
    const conversation = this.#conversation;
    this.#stream = new Stream(this.api.streamUrl(ticket), ticket.token, {
      lastId: () => conversation.lastId,
      onMessage: (message) => this.#take({ messages: [message] }),
      onState: (state) => this.#take({ state, messages: [] }),
      onTyping: () => this.#write(),
      onSeen: (id) => this.#see(conversation, id),
      onConnected: () => {
        this.#readTold = 0;
        this.#reached();
      },
      onExpired: () => this.#expire(conversation),
      read: () => this.#read(ticket, conversation),
    });
    this.#stream.run();
  }

  /**
   * Fetch what is missing.
   * @param {Ticket} ticket
   * @param {Conversation} conversation
   * @returns {Promise<boolean>} false: the server cannot be reached
   */
  async #read(ticket, conversation) {
    try {
      for (let more = true; more && conversation === this.#conversation; ) {
        const news = await this.api.read(ticket, conversation.lastId, this.language);
        if (conversation === this.#conversation) this.#take(news);
        more = news.messages.length > 0;
      }
    } catch (error) {
      if (conversation !== this.#conversation) return true;
      if (error instanceof RefusedError && error.expired) {
        this.#expire(conversation);
        return true;
      }
      this.connected = false;
      this.#changed();
      return false;
    }
    this.#expiries = 0;
    this.#reached();
    return true;
  }

  #reached() {
    if (this.connected) return;
    this.connected = true;
    this.#pause.wake();
    this.#changed();
  }

  /** Empty the outbox, one message at a time, oldest first. */
  async #deliver() {
    const conversation = this.#conversation;
    if (this.restoring || this.#delivering === conversation) return;
    this.#delivering = conversation;
    let failures = 0;
    for (let entry; conversation === this.#conversation && (entry = conversation.unsent); ) {
      const ticket = await this.#ticket();
      if (conversation !== this.#conversation) break;
      try {
        await this.#hand(ticket, conversation, entry);
        failures = 0;
      } catch (error) {
        if (conversation !== this.#conversation) break;
        failures += 1;
        await this.#refused(conversation, entry, error, failures);
      }
    }
    if (this.#delivering === conversation) this.#delivering = null;
  }

  /**
   * The answer's messages are read from the register, not taken from the reply: the reply leaves out the citizen's own
   * line, and a line that is skipped once would never be asked for again.
   * @param {Ticket} ticket
   * @param {Conversation} conversation
   * @param {Entry} entry
   */
  async #hand(ticket, conversation, entry) {
    conversation.tried(entry);
    this.#save();
    const typing = setTimeout(() => this.#type(), TYPING_AFTER_MS);
    try {
      const news = await this.api.send(ticket, entry, this.language);
      if (conversation !== this.#conversation) return;
      conversation.delivered(entry);
      this.#expiries = 0;
      this.#reached();
      this.#take({ state: news.state, messages: [] });
      const last = news.messages.at(-1);
      if (last && last.id > (conversation.lastId ?? 0)) await this.#read(ticket, conversation);
    } finally {
      clearTimeout(typing);
      this.typing = false;
      this.#changed();
    }
  }

  #type() {
    const { state } = this.#conversation;
    this.typing = this.connected && (state === "bot" || state === "queued");
    this.#changed();
  }

  #write() {
    clearTimeout(this.#writingEnds);
    this.writing = true;
    this.#writingEnds = setTimeout(() => this.#written(), WRITING_MS);
    this.#changed();
  }

  #written() {
    clearTimeout(this.#writingEnds);
    this.writing = false;
    this.#changed();
  }

  /**
   * @param {Conversation} conversation
   * @param {number} id
   */
  #see(conversation, id) {
    conversation.seenId = id;
    this.#changed();
  }

  #tellTyping() {
    const { state } = this.#conversation;
    if (state !== "consultant" || !this.draft || Date.now() - this.#typingTold < TYPING_EVERY_MS) return;
    this.#typingTold = Date.now();
    this.#stream?.tell({ type: "typing" });
  }

  /** Only what is in sight is read. */
  #tellRead() {
    const { state, lastId } = this.#conversation;
    const isSeen = this.open && !this.restoring && document.visibilityState === "visible";
    if (!isSeen || (state !== "consultant" && state !== "rating")) return;
    if (!lastId || lastId <= this.#readTold) return;
    if (this.#stream?.tell({ type: "read", id: lastId })) this.#readTold = lastId;
  }

  /**
   * @param {Conversation} conversation
   * @param {Entry} entry
   * @param {unknown} error
   * @param {number} failures
   */
  async #refused(conversation, entry, error, failures) {
    if (error instanceof RefusedError && error.expired) {
      this.#expire(conversation);
    } else if (error instanceof RefusedError && !error.temporary) {
      conversation.drop(entry);
      if (entry.text === entry.shown) this.onReturned(entry.text);
      this.notice = (t) => error.sentence ?? t.unknownProblem;
      this.#changed();
    } else {
      conversation.stuck = true;
      await this.#failed(error, failures);
      conversation.stuck = false;
      this.#changed();
    }
  }

  /**
   * Say what is wrong and wait for the next try.
   * @param {unknown} error
   * @param {number} failures in a row
   */
  async #failed(error, failures) {
    const waitMs = (error instanceof RefusedError && error.retryAfterMs) || backoffMs(failures);
    const busy = error instanceof RefusedError && error.status === 429;
    if (busy) this.notice = (t) => t.wait(Math.ceil(waitMs / 1_000));
    else this.connected = false;
    this.#changed();
    await this.#pause.sleep(waitMs);
    if (busy) this.notice = null;
  }

  /** @param {News} news */
  #take({ state, messages }) {
    const answers = this.#conversation.add(messages).filter(({ from }) => from !== "citizen");
    if (state) this.#conversation.state = state;
    if (answers.length > 0) this.typing = false;
    if (answers.length > 0 && this.writing) this.#written();
    if (!this.open && !this.restoring) this.unread += answers.length;
    this.#changed();
    this.#tellRead();
  }

  #changed() {
    this.#save();
    this.onChange();
  }

  #save() {
    if (this.#stopped) return;
    this.#saved.outbox = this.#conversation.outbox;
    session.save(this.#saved);
  }
}
