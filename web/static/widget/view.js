// Owns what is seen and touched: the launcher, the panel as a dialog, where the focus goes.

import { Call, canCall } from "./call.js";
import { Composer } from "./composer.js";
import { element, icon, write } from "../shared/dom.js";
import { Lines } from "./lines.js";
import { texts } from "./texts.js";

/** @typedef {import("./assistant.js").Assistant} Assistant */
/** @typedef {import("./texts.js").Language} Language */

/** Too small for a panel beside the page: the panel is the page (phones, and a desktop zoomed to 200 % and more). */
const SMALL = matchMedia("(max-width: 640px), (max-height: 480px)");
const TOUCH = matchMedia("(pointer: coarse)");

/** @type {[Language, string, string][]} each language calls itself by its own name */
const LANGUAGES = [
  ["kk", "Қаз", "Қазақша"],
  ["ru", "Рус", "Русский"],
];

export class View {
  #launcherText = element("span");
  #launcherRest = element("span", { class: "unseen" });
  #badge = element("span", { class: "badge", "aria-hidden": "true" });
  #unread = element("span", { class: "unseen" });
  #launcher = element("button", { type: "button", class: "launcher", "aria-haspopup": "dialog" });

  #title = element("h2", { id: "title", tabindex: "-1" });
  #languages = element("div", { class: "languages", role: "group" });
  #call = new Call(() => this.render());
  #phone = element("button", { type: "button", class: "tool" }, icon("call"));
  #renew = element("button", { type: "button", class: "tool" }, icon("renew"));
  #close = element("button", { type: "button", class: "tool" }, icon("close"));
  #state = element("p", { class: "state", role: "status" });
  #number = element("p", { class: "number" });
  #typing = element("p", { class: "unseen", role: "status" });
  #notice = element("p", { class: "notice", role: "status" });
  #question = element("p", { id: "question" });
  #yes = element("button", { type: "button" });
  #no = element("button", { type: "button" });
  #confirm = element("div", { class: "confirm", role: "group", "aria-labelledby": "question", hidden: "" });
  #fraud = element("p", { class: "fraud" });
  #panel = element("dialog", { class: "panel", "aria-labelledby": "title" });
  #lines;
  #composer;
  /** @type {HTMLElement | null} outside of the widget, when it opened the panel */
  #openedFrom = null;

  /**
   * @param {ShadowRoot} root
   * @param {Assistant} assistant
   * @param {(language: Language) => void} onLanguage the citizen has chosen one
   */
  constructor(root, assistant, onLanguage) {
    this.assistant = assistant;
    this.onLanguage = onLanguage;
    this.#lines = new Lines(({ title, payload }) => {
      this.#composer.focus();
      assistant.say(payload, title);
    });
    this.#composer = new Composer({
      onSend: (text) => assistant.say(text),
      onDraft: (text) => {
        assistant.draft = text;
      },
      onExcess: (count) => {
        assistant.notice = (t) => t.excess(count);
        this.render();
      },
    });
    this.#assemble(root);
    this.#composer.text = assistant.draft;
    this.#listen();
  }

  /** @param {ShadowRoot} root */
  #assemble(root) {
    this.#launcher.append(icon("chat"), this.#launcherText, this.#launcherRest, this.#badge, this.#unread);
    this.#languages.append(...LANGUAGES.map((language) => this.#languageButton(...language)));
    this.#confirm.append(this.#question, element("div", { class: "options" }, this.#yes, this.#no));
    const foot = [this.#notice, this.#confirm, this.#composer.node, this.#fraud];
    this.#panel.append(
      element("div", { class: "head" }, this.#title, this.#languages, this.#phone, this.#renew, this.#close),
      element("div", { class: "about" }, this.#state, this.#number),
      this.#lines.node,
      this.#typing,
      element("div", { class: "foot" }, ...foot),
    );
    root.append(this.#launcher, this.#panel);
  }

  /**
   * @param {Language} code
   * @param {string} short
   * @param {string} full
   */
  #languageButton(code, short, full) {
    const button = element("button", { type: "button", lang: code, title: full }, short);
    button.addEventListener("click", () => this.onLanguage(code));
    return button;
  }

  #listen() {
    this.#launcher.addEventListener("click", () => this.open());
    this.#close.addEventListener("click", () => this.close());
    this.#phone.addEventListener("click", () => this.#speak());
    this.#renew.addEventListener("click", () => this.#ask(true));
    this.#no.addEventListener("click", () => this.#ask(false));
    this.#yes.addEventListener("click", () => {
      this.#ask(false);
      this.#call.hangUp();
      this.assistant.renew();
    });
    this.#panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault(); // the browser would close a modal dialog by itself and skip what follows
      event.stopPropagation();
      if (this.#confirm.hidden) this.close();
      else this.#ask(false);
    });
    this.#panel.addEventListener("cancel", (event) => {
      event.preventDefault();
      this.close();
    });
    SMALL.addEventListener("change", () => this.#reshape());
    visualViewport?.addEventListener("resize", () => this.#fit());
    visualViewport?.addEventListener("scroll", () => this.#fit());
  }

  /** @param {HTMLElement | null} [from] what the focus returns to, when that is not the launcher */
  open(from = null) {
    if (!this.#panel.open) {
      this.#openedFrom = from;
      this.assistant.open = true;
      this.#show();
    }
    // A touch keyboard over half of the screen is the citizen's to call.
    if (TOUCH.matches) this.#title.focus();
    else this.#composer.focus();
  }

  close() {
    this.#ask(false);
    this.#panel.close();
    this.assistant.open = false;
    (this.#openedFrom?.isConnected ? this.#openedFrom : this.#launcher).focus();
  }

  /** Open as it was before a reload; the focus stays where the page has it. */
  restore() {
    if (!this.assistant.open) return;
    if (SMALL.matches) this.#show();
    else this.#panel.setAttribute("open", "");
    this.render();
  }

  /** Put a text back to be mended, before whatever has been written since. @param {string} text */
  putBack(text) {
    this.#composer.text = [text, this.#composer.text].filter(Boolean).join("\n");
  }

  render() {
    const { assistant } = this;
    const { conversation, language } = assistant;
    const t = texts(language);
    this.#renderLauncher();
    this.#renderFrame();
    write(this.#state, t.state[conversation.state]);
    write(this.#number, assistant.number ? t.number(assistant.number) : "");
    write(this.#typing, assistant.typing ? t.typing : assistant.writing ? t.writes : "");
    write(this.#notice, this.#spoken(t) || (assistant.connected ? (assistant.notice?.(t) ?? "") : t.offline));
    this.#composer.render(t);
    this.#lines.render({
      lines: conversation.lines,
      buttons: conversation.buttons,
      typing: assistant.typing || assistant.writing,
      language,
      restoring: assistant.restoring,
    });
  }

  #renderLauncher() {
    const { open, unread, language } = this.assistant;
    const t = texts(language);
    this.#launcher.lang = language;
    this.#launcher.hidden = open;
    this.#launcher.setAttribute("aria-expanded", String(open));
    write(this.#launcherText, t.launcher);
    write(this.#launcherRest, t.launcherRest);
    write(this.#badge, unread ? String(unread) : "");
    write(this.#unread, unread ? `.${t.unread(unread)}` : "");
  }

  #renderFrame() {
    const { language } = this.assistant;
    const t = texts(language);
    this.#panel.lang = language;
    write(this.#title, t.title);
    this.#languages.setAttribute("aria-label", t.language);
    for (const button of this.#languages.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.lang === language));
    }
    this.#phone.hidden = !canCall();
    this.#phone.setAttribute("aria-pressed", String(this.#call.active));
    this.#name(this.#phone, this.#call.active ? t.hangUp : t.call);
    this.#name(this.#renew, t.renew);
    this.#name(this.#close, t.close);
    write(this.#question, t.renewQuestion);
    write(this.#yes, t.renewYes);
    write(this.#no, t.renewNo);
    write(this.#fraud, t.fraud);
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {string} name
   */
  #name(button, name) {
    button.setAttribute("aria-label", name);
    button.title = name;
  }

  /** Begin a call in this conversation, or end it. */
  #speak() {
    if (this.#call.active) {
      this.#call.hangUp();
      return;
    }
    const { api, language } = this.assistant;
    this.#call.start(async () => {
      const ticket = await this.assistant.ticketForCall();
      return { url: api.callUrl(ticket), ticket };
    }, language);
  }

  /**
   * @param {import("./texts.js").Texts} t
   * @returns {string} what there is to say of a call
   */
  #spoken(t) {
    const sentences = { idle: "", starting: "", talking: t.calling, "no microphone": t.noMicrophone, "no call": t.noCall };
    return sentences[this.#call.state];
  }

  /** @param {boolean} asked whether the question about a new conversation stands */
  #ask(asked) {
    if (this.#confirm.hidden === !asked) return;
    this.#confirm.hidden = !asked;
    if (asked) this.#no.focus();
    else this.#composer.focus();
  }

  #show() {
    if (SMALL.matches) this.#panel.showModal();
    else this.#panel.show();
    this.#fit();
    this.#lines.toEnd();
  }

  /** The window crossed the border between panel and full screen while the panel is open. */
  #reshape() {
    if (!this.#panel.open) return;
    const focused = /** @type {ShadowRoot} */ (this.#panel.getRootNode()).activeElement;
    this.#panel.close();
    this.#show();
    if (focused instanceof HTMLElement) focused.focus();
  }

  /** Keep a full-screen panel within what the touch keyboard leaves of the screen. */
  #fit() {
    if (!visualViewport) return;
    this.#panel.style.setProperty("--visible-height", `${visualViewport.height}px`);
    this.#panel.style.setProperty("--visible-top", `${visualViewport.offsetTop}px`);
  }
}
