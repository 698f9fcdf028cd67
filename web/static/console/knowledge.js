// Owns what the knowledge base offers: answers to the citizen's last words, and what the consultant searches for.

import { element, write } from "../shared/dom.js";
import { formatted } from "../shared/format.js";
import { keyed } from "../shared/keyed.js";
import { t } from "./texts.js";

const SEARCH_AFTER_MS = 250;
const NUMBERED = 5;
/** Longer answers are folded; in characters. */
const LONG = 260;

export class Knowledge {
  #words = /** @type {HTMLInputElement} */ (document.getElementById("search-words"));
  #about = document.getElementById("knowledge-about");
  #list = document.getElementById("answers");
  #languages = [...document.querySelectorAll("#answers-language button")];
  #found = null;
  #asked = 0;
  #waiting = 0;
  /** Of searches while no conversation is open. */
  #language;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./composer.js").Composer} composer
   */
  constructor(desk, composer) {
    this.desk = desk;
    this.composer = composer;
    this.#language = desk.language;
    document.getElementById("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#search();
    });
    this.#words.addEventListener("input", () => {
      clearTimeout(this.#waiting);
      this.#waiting = setTimeout(() => this.#search(), SEARCH_AFTER_MS);
    });
    for (const button of this.#languages) button.addEventListener("click", () => this.#speak(button.dataset.language));
  }

  /** What the list shows, in its order. @returns {any[]} */
  get answers() {
    return this.#found ?? this.desk.current?.suggestions.results ?? [];
  }

  render() {
    const talk = this.desk.current;
    const { answers } = this;
    for (const button of this.#languages) {
      button.setAttribute("aria-pressed", String(button.dataset.language === this.language));
    }
    write(this.#about, this.#describe(talk, answers));
    const numbered = answers.map((answer, index) => ({ ...answer, number: index + 1 }));
    keyed(
      this.#list,
      numbered,
      ({ service, aspect, text }) => `${service} ${aspect} ${text}`,
      (answer) => this.#make(answer),
      (item, answer) => this.#update(item, answer),
    );
  }

  get language() {
    return this.desk.current?.language ?? this.#language;
  }

  focus() {
    this.#words.focus();
    this.#words.select();
  }

  /** Leave the search: the suggestions are back. */
  clear() {
    this.#words.value = "";
    this.#search();
  }

  /** @param {number} number from 1 */
  insert(number) {
    const answer = this.answers[number - 1];
    if (answer) this.composer.insert(answer.text);
  }

  #describe(talk, answers) {
    if (this.#found) return answers.length > 0 ? t("found", { count: answers.length }) : t("not_found");
    if (!talk?.suggestions.question) return "";
    return answers.length > 0 ? t("to_question", { question: talk.suggestions.question }) : t("no_suggestions");
  }

  #make(answer) {
    const { aspect, title, text } = answer;
    const heading = element("h3", {}, ...(aspect ? [`${t(`aspect.${aspect}`)} `] : []), element("span", {}, title));
    const insert = element("button", { type: "button", class: "tool insert" });
    insert.append(t("insert"), " ", element("kbd", { "aria-hidden": "true" }));
    insert.setAttribute("aria-label", `${t("insert")}: ${heading.textContent}`);
    insert.addEventListener("click", () => this.composer.insert(text));
    const body = element("div", { class: "text", lang: this.language }, ...formatted(text, t("new_tab")));
    const item = element("li", { class: "answer" }, element("div", { class: "answer-head" }, heading, insert), body);
    if (text.length > LONG) item.append(this.#folding(item));
    return item;
  }

  #folding(item) {
    item.classList.add("folded");
    const button = element("button", { type: "button", class: "link", "aria-expanded": "false" }, t("more"));
    button.addEventListener("click", () => {
      const isFolded = item.classList.toggle("folded");
      button.setAttribute("aria-expanded", String(!isFolded));
      write(button, isFolded ? t("more") : t("less"));
    });
    return button;
  }

  #update(item, { number }) {
    const key = item.querySelector("kbd");
    write(key, number === 1 ? "F2" : number <= NUMBERED ? `Alt+${number}` : "");
    key.hidden = number > NUMBERED;
    item.querySelector(".insert").hidden = !this.desk.canWrite;
  }

  async #search() {
    const words = this.#words.value.trim();
    this.#asked += 1;
    const asked = this.#asked;
    if (!words) this.#found = null;
    else {
      try {
        const { results } = await this.desk.api.search(words, this.language);
        if (asked === this.#asked) this.#found = results;
      } catch (error) {
        console.warn("console: the search failed", error);
        this.desk.onWords(t("failed"), "told");
      }
    }
    this.render();
  }

  #speak(language) {
    const talk = this.desk.current;
    if (talk) talk.language = language;
    else this.#language = language;
    this.desk.suggest();
    this.#search();
  }
}
