// Owns what the console knows and does: the work in hand, the connection, and every command of the consultant.

import { RefusedError } from "../shared/http.js";
import { Pause, backoffMs } from "../shared/pause.js";
import { isCall, isWritten } from "./calls.js";
import { setClock } from "./clock.js";
import { Stream } from "./stream.js";
import { Talk } from "./talk.js";
import { t } from "./texts.js";

/** A citizen who writes in pieces is answered once. */
const SUGGEST_AFTER_MS = 400;
const TYPING_EVERY_MS = 3_000;
const ACCEPTING_MS = 3_000;

export class Desk {
  /** Something that is shown has changed. */
  onChange = () => {};
  /** Something has to be said once: to eye and ear (kind "told"), to the ear only ("spoken"). */
  onWords = (_words, _kind) => {};
  /** A message of a citizen came. */
  onMessage = (_talk, _message) => {};

  /** @type {any} */
  work = null;
  connected = true;
  signedOut = false;
  /** @type {Map<number, Talk>} in the order of the list */
  talks = new Map();
  /** @type {number | null} */
  currentId = null;
  /** @type {{outcomes: any[], topics: any[]}} */
  vocabulary = { outcomes: [], topics: [] };
  services = [];
  /** What was written and could not be sent any more. @type {{number: string, text: string}[]} */
  unsent;

  #stream;
  #pause = new Pause();
  #isFresh = false;
  /** Those that the consultant has given away or finished. @type {Set<number>} */
  #leaving = new Set();
  #delivering = new Set();
  #suggesting = 0;
  #typingTold = 0;

  /**
   * @param {import("./api.js").ConsoleApi} api
   * @param {import("./store.js").Store} store
   * @param {string} language
   * @param {import("./softphone.js").Softphone} softphone
   */
  constructor(api, store, language, softphone) {
    this.api = api;
    this.store = store;
    this.language = language;
    this.softphone = softphone;
    this.unsent = store.kept.unsent;
    this.#stream = new Stream(api.streamUrl, {
      onFrame: (frame) => this.#take(frame),
      onOpen: () => this.#opened(),
      onLost: () => {
        this.#isFresh = false;
        for (const talk of this.talks.values()) talk.isBehind = true;
      },
      onSignedOut: () => this.#signOut(),
      poll: () => this.#poll(),
    });
  }

  /** @returns {Talk | null} the one on the screen */
  get current() {
    return this.talks.get(this.currentId) ?? null;
  }

  get offers() {
    return this.work?.offers ?? [];
  }

  /** @returns {any[]} the offers that are accepted or declined here, not at a telephone on the desk */
  get ownOffers() {
    return this.offers.filter(({ entry }) => !isCall(entry) || this.softphone.isRinging);
  }

  start() {
    this.#stream.run();
    this.#lists();
  }

  /** The network may be back, or the page is looked at again. */
  hurry() {
    this.#pause.wake();
    this.#stream.hurry();
    this.#tellRead();
  }

  /** The network is known to be gone. */
  cut() {
    this.#stream.drop();
    this.#lose();
  }

  // What the consultant does

  choose = (presence) => this.#command(async () => this.#me(await this.api.choose(presence)));

  accept = (id) =>
    this.#command(async () => {
      if (this.#isCallOffer(id)) {
        this.softphone.answer();
        return false; // it comes to the screen when the exchange says that it is answered
      }
      const full = await this.api.accept(id);
      this.work.offers = this.offers.filter(({ entry }) => entry.id !== id);
      this.#know(full).fill(full);
      this.onWords(t("accepted", { number: full.number }), "spoken");
      await this.open(id);
      return true;
    });

  decline = (id) =>
    this.#command(async () => {
      if (this.#isCallOffer(id)) {
        this.softphone.decline();
        return;
      }
      await this.api.decline(id);
      this.work.offers = this.offers.filter(({ entry }) => entry.id !== id);
    });

  /** @param {number} id */
  async open(id) {
    this.currentId = id;
    const talk = this.current;
    if (!talk) return;
    talk.unread = 0;
    this.#changed();
    if (!talk.full) await this.#command(async () => talk.fill(await this.api.conversation(id)));
    talk.unread = 0;
    this.#tellRead();
    await this.suggest();
  }

  /** @param {string} text */
  say(text) {
    const talk = this.current;
    talk.queue(text, this.work.me.display_name);
    talk.draft = "";
    talk.unread = 0;
    this.#keep();
    this.#changed();
    this.#deliver(talk);
  }

  /** @param {string} text */
  draft(text) {
    const talk = this.current;
    if (!talk) return;
    talk.draft = text;
    this.#keep();
    if (!text || Date.now() - this.#typingTold < TYPING_EVERY_MS) return;
    this.#typingTold = Date.now();
    this.#stream.send({ type: "typing", conversation: talk.id });
  }

  note = (text) =>
    this.#command(async () => {
      const talk = this.current;
      const note = await this.api.note(talk.id, text);
      talk.notes = [...talk.notes, note];
      this.onWords(t("note_kept"), "spoken");
      return true;
    });

  transfer = (body) =>
    this.#command(async () => {
      const { id } = this.current;
      this.#leaving.add(id);
      await this.api.transfer(id, body).catch((error) => this.#stay(id, error));
      this.#leave(id);
      this.onWords(t("passed_on"), "told");
      return true;
    });

  close = (body) =>
    this.#command(async () => {
      const talk = this.current;
      talk.update(await this.api.close(talk.id, body));
      this.onWords(t("closed"), "spoken");
      return true;
    });

  /** @param {{outcome: string | null, service: string | null}} found */
  extend = (found) =>
    this.#command(async () => {
      const talk = this.current;
      talk.update(await this.api.afterContact(talk.id, { action: "extend", ...found }));
    });

  /** @param {{outcome: string | null, service: string | null}} found */
  finish = (found) =>
    this.#command(async () => {
      const { id } = this.current;
      this.#leaving.add(id);
      await this.api.afterContact(id, { action: "finish", ...found }).catch((error) => this.#stay(id, error));
      this.#leave(id);
      return true;
    });

  /** @returns {Promise<any[] | undefined>} the canned replies, filled in for the conversation on the screen */
  replies = () => this.#command(() => this.api.replies(this.current.id));

  /** Ask the knowledge base about the citizen's last words. */
  async suggest() {
    const talk = this.current;
    if (!talk) return;
    this.#suggesting += 1;
    const asked = this.#suggesting;
    try {
      const found = await this.api.suggestions(talk.id, talk.language);
      if (asked === this.#suggesting) talk.suggestions = found;
    } catch (error) {
      // The base is a help: without it the talk goes on, and the next words ask again.
      console.warn("console: no suggestions", error);
    }
    this.#changed();
  }

  /** @param {{number: string, text: string}} entry */
  forgetUnsent(entry) {
    this.unsent = this.unsent.filter((other) => other !== entry);
    this.#keep();
    this.#changed();
  }

  signingOut() {
    this.store.clear();
  }

  // What comes in

  #take(frame) {
    if (frame.type === "work") this.#takeWork(frame.work);
    else if (frame.type === "offer_over") this.#offerOver(frame);
    else {
      const talk = this.talks.get(frame.conversation);
      if (!talk) return;
      if (frame.type === "message") this.#heard(talk, talk.hear(frame.message));
      if (frame.type === "typing") talk.typed();
      if (frame.type === "marks") {
        talk.marks = frame.marks;
        talk.info.citizen_online = frame.citizen_online;
      }
    }
    this.#changed();
  }

  #takeWork(work) {
    setClock(work.at);
    const vanished = this.talks.size > 0 && work.conversations.length === 0 && work.me.chosen === "offline";
    this.work = work;
    this.work.offers = work.offers.filter(({ entry }) => !this.talks.has(entry.id));
    const present = new Set(work.conversations.map(({ id }) => id));
    for (const id of [...this.talks.keys()]) {
      if (!present.has(id) && !this.#isNewer(id, work)) this.#lost(id);
    }
    for (const info of work.conversations) {
      if (!this.#leaving.has(info.id)) this.#know(info);
    }
    for (const id of this.#leaving) {
      if (!present.has(id)) this.#leaving.delete(id);
    }
    const order = work.conversations.map(({ id }) => id);
    this.talks = new Map([...this.talks].sort(([one], [other]) => order.indexOf(one) - order.indexOf(other)));
    if (vanished && !this.#isFresh) this.onWords(t("vanished"), "told");
    if (!this.#isFresh) this.#catchUp();
    this.#isFresh = true;
  }

  #isCallOffer(id) {
    return this.offers.some(({ entry }) => entry.id === id && isCall(entry));
  }

  #me(me) {
    this.work.me = me;
    this.#changed();
  }

  /** @returns {Talk} */
  #know(info) {
    const known = this.talks.get(info.id);
    if (known) {
      known.update(info);
      return known;
    }
    const talk = new Talk(info, this.store.talk(info.id));
    this.talks.set(info.id, talk);
    this.#deliver(talk);
    // The receiver is lifted: who calls is on the screen before the first word.
    if (isCall(info) && talk.isOpen) this.open(talk.id);
    return talk;
  }

  /** @param {Talk} talk @param {any[]} fresh messages that were not known before */
  #heard(talk, fresh) {
    const said = fresh.filter(({ from }) => from === "citizen");
    if (said.length === 0) return;
    const isSeen = talk === this.current && document.visibilityState === "visible";
    if (!isSeen) talk.unread += said.length;
    for (const message of said) this.onMessage(talk, message);
    this.#tellRead();
    if (talk === this.current) setTimeout(() => this.suggest(), SUGGEST_AFTER_MS);
  }

  #offerOver({ id, why }) {
    const wasHere = this.offers.some(({ entry }) => entry.id === id);
    this.work.offers = this.offers.filter(({ entry }) => entry.id !== id);
    if (wasHere && (why === "timed_out" || why === "withdrawn")) this.onWords(t(`why.${why}`), "told");
  }

  /** A list that was read while a conversation was being accepted may not have it yet. */
  #isNewer(id, work) {
    const { accepted_at } = this.talks.get(id).info;
    return Date.parse(work.at) - Date.parse(accepted_at) < ACCEPTING_MS;
  }

  /** A conversation is no longer in hand: given away, finished, or taken back while the line was dead. */
  #lost(id) {
    const talk = this.talks.get(id);
    if (!this.#leaving.has(id) && talk.isOpen) this.onWords(t("lost", { number: talk.info.number }), "told");
    this.#leave(id);
  }

  #leave(id) {
    const talk = this.talks.get(id);
    if (!talk) return;
    this.unsent = [...this.unsent, ...talk.outbox.map(({ text }) => ({ number: talk.info.number, text }))];
    this.talks.delete(id);
    this.store.forget(id);
    if (this.currentId === id) this.currentId = null;
    this.#keep();
  }

  #stay(id, error) {
    this.#leaving.delete(id);
    throw error;
  }

  /** Read what was said while the line was dead. */
  async #catchUp() {
    for (const talk of this.talks.values()) {
      talk.seenTold = 0;
      if (!talk.full) continue;
      try {
        do {
          const { messages, marks } = await this.api.messages(talk.id, talk.readTo);
          talk.marks = marks;
          this.#heard(talk, talk.read(messages));
        } while (talk.isBehind);
      } catch (error) {
        // The next connection reads it again.
        console.warn("console: could not catch up", error);
      }
    }
    this.#tellRead();
    this.#changed();
  }

  #tellRead() {
    const talk = this.current;
    if (!talk?.full || !talk.isOpen || document.visibilityState !== "visible") return;
    talk.unread = 0;
    const last = talk.lastId;
    if (last > talk.seenTold && this.#stream.send({ type: "read", conversation: talk.id, id: last })) talk.seenTold = last;
  }

  // The connection

  #opened() {
    this.#reach();
    this.#pause.wake();
  }

  #reach() {
    if (!this.connected) this.onWords(t("online_again"), "told");
    this.connected = true;
    this.#changed();
  }

  #lose() {
    this.connected = false;
    this.#changed();
  }

  #signOut() {
    this.signedOut = true;
    this.connected = false;
    this.#changed();
  }

  /** @returns {Promise<boolean>} whether the server can be reached without a socket */
  async #poll() {
    try {
      this.#isFresh = false;
      this.#takeWork(await this.api.work());
      this.#reach();
      return true;
    } catch (error) {
      if (error instanceof RefusedError && (error.status === 401 || error.status === 403)) this.#signOut();
      else this.#lose();
      return false;
    }
  }

  async #lists() {
    for (let failures = 1; ; failures += 1) {
      try {
        const [vocabulary, { services }] = await Promise.all([this.api.vocabulary(), this.api.services()]);
        this.vocabulary = vocabulary;
        this.services = services;
        this.#changed();
        return;
      } catch (error) {
        console.warn("console: the lists of outcomes and services are late", error);
        await this.#pause.sleep(backoffMs(failures));
      }
    }
  }

  /** Empty the outbox of a conversation, one message at a time, oldest first. @param {Talk} talk */
  async #deliver(talk) {
    if (this.#delivering.has(talk.id)) return;
    this.#delivering.add(talk.id);
    for (let failures = 0; this.talks.get(talk.id) === talk && talk.outbox.length > 0; ) {
      const [entry] = talk.outbox;
      try {
        talk.take([await this.api.say(talk.id, entry)]);
        talk.drop(entry.clientId);
        talk.stuck = false;
        failures = 0;
      } catch (error) {
        failures += 1;
        await this.#refused(talk, entry, error, failures);
      }
      this.#keep();
      this.#changed();
    }
    this.#delivering.delete(talk.id);
  }

  async #refused(talk, entry, error, failures) {
    if (error instanceof RefusedError && error.status === 401) this.#signOut();
    if (error instanceof RefusedError && !error.temporary && error.status !== 401) {
      talk.drop(entry.clientId);
      this.unsent = [...this.unsent, { number: talk.info.number, text: entry.text }];
      this.onWords(error.sentence ?? t("failed"), "told");
      return;
    }
    talk.stuck = true;
    if (!(error instanceof RefusedError)) this.#lose();
    this.#changed();
    await this.#pause.sleep((error instanceof RefusedError && error.retryAfterMs) || backoffMs(failures));
  }

  /** Run a command; what went wrong is told. @returns {Promise<any>} undefined when it failed */
  async #command(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RefusedError)) this.onWords(t("failed"), "told");
      else if (error.status === 401) this.#signOut();
      else this.onWords(error.sentence ?? t("failed"), "told");
      return undefined;
    } finally {
      this.#changed();
    }
  }

  #keep() {
    this.store.save(this.talks.values(), this.unsent);
  }

  #changed() {
    this.onChange();
  }

  /** @returns {boolean} whether the conversation on the screen is ended here, not at a telephone on the desk */
  get canEnd() {
    const talk = this.current;
    return Boolean(talk?.isOpen && !isCall(talk.info)) || this.isSpokenHere;
  }

  /** @returns {boolean} whether the conversation on the screen is a call that is spoken here */
  get isSpokenHere() {
    const talk = this.current;
    return Boolean(talk?.isOpen && isCall(talk.info) && this.softphone.isTalking);
  }

  /** @returns {boolean} whether the conversation on the screen can be given to somebody else */
  get canPass() {
    return Boolean(this.current?.isOpen);
  }

  /** @returns {boolean} whether the conversation on the screen can be written in */
  get canWrite() {
    const talk = this.current;
    return Boolean(talk?.isOpen && isWritten(talk.info));
  }
}
