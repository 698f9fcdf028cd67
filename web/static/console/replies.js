// Owns the canned replies: found by a few letters, chosen with arrows and Enter, put into the message to be edited.

import { element } from "../shared/dom.js";

const $ = (id) => document.getElementById(id);

export class Replies {
  #panel = $("replies");
  #find = /** @type {HTMLInputElement} */ ($("replies-find"));
  #list = $("replies-list");
  #button = $("canned");
  #all = [];
  #shown = [];
  #chosen = 0;

  /**
   * @param {import("./desk.js").Desk} desk
   * @param {import("./composer.js").Composer} composer
   */
  constructor(desk, composer) {
    this.desk = desk;
    this.composer = composer;
    this.#button.addEventListener("click", () => (this.isOpen ? this.close() : this.open()));
    this.#find.addEventListener("input", () => this.#filter());
    this.#find.addEventListener("keydown", (event) => this.#press(event));
    this.#panel.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.#panel.contains(relatedTarget) && relatedTarget !== this.#button) this.#hide();
    });
  }

  get isOpen() {
    return !this.#panel.hidden;
  }

  render() {
    if (this.isOpen && !this.desk.canWrite) this.#hide();
  }

  async open() {
    if (!this.desk.canWrite) return;
    this.#panel.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    this.#find.value = "";
    this.#find.focus();
    this.#all = (await this.desk.replies()) ?? [];
    this.#filter();
  }

  close() {
    this.#hide();
    this.composer.focus();
  }

  #hide() {
    this.#panel.hidden = true;
    this.#button.setAttribute("aria-expanded", "false");
  }

  #filter() {
    const words = this.#find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { language } = this.desk.current;
    const fits = ({ title, text }) => {
      const all = `${title.ru} ${title.kk} ${text[language]}`.toLowerCase();
      return words.every((word) => all.includes(word));
    };
    this.#shown = this.#all.filter(fits);
    this.#list.replaceChildren(...this.#shown.map((reply, index) => this.#option(reply, index, language)));
    $("replies-none").hidden = this.#shown.length > 0;
    this.#choose(0);
  }

  #option({ title, text }, index, language) {
    const option = element("li", { role: "option", id: `reply-${index}` });
    option.append(
      element("strong", {}, title[this.desk.language]),
      element("span", { lang: language }, text[language]),
    );
    // Before the field loses the focus and the panel closes.
    option.addEventListener("mousedown", (event) => {
      event.preventDefault();
      this.#take(index);
    });
    return option;
  }

  #choose(index) {
    this.#chosen = index;
    for (const [number, option] of [...this.#list.children].entries()) {
      option.setAttribute("aria-selected", String(number === index));
    }
    const chosen = this.#list.children[index];
    if (chosen) this.#find.setAttribute("aria-activedescendant", chosen.id);
    else this.#find.removeAttribute("aria-activedescendant");
    chosen?.scrollIntoView({ block: "nearest" });
  }

  #press(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.#shown.length > 0) {
      const count = this.#shown.length;
      this.#choose((this.#chosen + steps[event.key] + count) % count);
    } else if (event.key === "Enter") this.#take(this.#chosen);
    else return;
    event.preventDefault();
  }

  #take(index) {
    const reply = this.#shown[index];
    if (!reply) return;
    const { language } = this.desk.current;
    this.close();
    this.composer.insert(reply.text[language]);
  }
}
