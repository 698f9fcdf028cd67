// Owns the tabs about the conversation: notes of colleagues, earlier contacts, the course of events.

import { element, write } from "../shared/dom.js";
import { keyed } from "../shared/keyed.js";
import { clock } from "../shared/moments.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

export class About {
  #tabs = [...document.querySelectorAll('#about [role="tab"]')];
  #note = /** @type {HTMLTextAreaElement} */ ($("note"));

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {() => void} onDone the note is kept
   */
  constructor(desk, onDone) {
    this.desk = desk;
    this.onDone = onDone;
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.#select(tab));
      tab.addEventListener("keydown", (event) => this.#walk(event, tab));
    }
    $("note-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep();
    });
    this.#note.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#keep();
    });
  }

  render() {
    const talk = this.desk.current;
    $("about").hidden = !talk;
    if (!talk) return;
    keyed($("note-list"), talk.notes, ({ id }) => id, note);
    const history = talk.full?.history ?? [];
    const rows = history.length > 0 ? history : [{ number: "", words: this.#noHistory(talk) }];
    keyed($("history"), rows, ({ number }) => `${talk.id} ${number}`, (row) => this.#earlier(row));
    keyed($("events"), talk.full?.events ?? [], ({ at, event }) => `${talk.id} ${at} ${event}`, happened);
    for (const [name, count] of [["notes", talk.notes.length], ["earlier", history.length]]) {
      write($(`tab-${name}`).querySelector(".count"), count ? String(count) : "");
    }
  }

  focusNote() {
    this.#select($("tab-notes"));
    this.#note.focus();
  }

  async #keep() {
    const text = this.#note.value.trim();
    if (!text || !(await this.desk.note(text))) return;
    this.#note.value = "";
    this.onDone();
  }

  #noHistory({ full }) {
    return full?.phone || full?.email || full?.callback_phone ? t("no_history") : t("history_unknown");
  }

  #earlier(contact) {
    if (contact.words) return element("li", { class: "quiet" }, contact.words);
    const { number, at, channel, outcome, service, rating, handled_by } = contact;
    const link = element("a", { href: `/staff/contacts/${number}`, target: "_blank" }, number);
    link.append(element("span", { class: "unseen" }, t("new_tab")));
    const ended = this.desk.vocabulary.outcomes.find(({ code }) => code === outcome)?.[this.desk.language];
    const name = this.desk.services.find(({ code }) => code === service)?.spoken;
    const facts = [t(`channel.${channel}`), name, ended, handled_by, rating && t("rating", { points: rating })];
    const first = element("span", { class: "first" }, link, element("span", { class: "mark" }, clock(at)));
    return element("li", {}, first, element("span", { class: "detail" }, facts.filter(Boolean).join(" · ")));
  }

  #select(tab) {
    for (const one of this.#tabs) {
      const isChosen = one === tab;
      one.setAttribute("aria-selected", String(isChosen));
      one.tabIndex = isChosen ? 0 : -1;
      $(one.getAttribute("aria-controls")).hidden = !isChosen;
    }
  }

  #walk(event, tab) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    const next = this.#tabs.at((this.#tabs.indexOf(tab) + step) % this.#tabs.length);
    this.#select(next);
    next.focus();
  }
}

function note({ at, by, text, kind }) {
  const facts = [by, clock(at), kind === "transfer" ? t("transfer_word") : ""].filter(Boolean);
  return element("li", { class: "note" }, element("p", { class: "meta" }, facts.join(" · ")), element("p", { class: "text" }, text));
}

function happened({ at, event, by }) {
  const words = [t(`event.${event}`), by].filter(Boolean).join(" · ");
  return element("li", {}, element("span", { class: "first" }, words, element("span", { class: "mark" }, clock(at))));
}
