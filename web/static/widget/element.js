// Owns the custom element: it ties the conversation to its view and to the page around it.

import { ChatApi } from "./api.js";
import { Assistant } from "./assistant.js";
import { styles } from "./styles.js";
import { languageOf } from "./texts.js";
import { View } from "./view.js";

/** The site that serves this module also serves the API. */
const API_BASE = new URL("../", import.meta.url).href;

/**
 * `<assistant-1414 lang="kk">`. A page may read and change `lang`, and call `open()`, `close()`, `ask(text)`.
 */
export class AssistantElement extends HTMLElement {
  static observedAttributes = ["lang"];

  /** @type {Assistant | null} */
  #assistant = null;
  /** @type {View | null} */
  #view = null;
  #hurry = () => {
    if (document.visibilityState === "visible") this.#assistant?.hurry();
  };

  connectedCallback() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [styles];
    root.replaceChildren();
    const assistant = new Assistant(
      new ChatApi(API_BASE),
      languageOf(this.lang),
      () => this.#view?.render(),
      (text) => this.#view?.putBack(text),
    );
    this.setAttribute("lang", assistant.language);
    this.#assistant = assistant;
    this.#view = new View(root, assistant, (language) => {
      this.setAttribute("lang", language);
    });
    this.#view.render();
    this.#view.restore();
    addEventListener("online", this.#hurry);
    document.addEventListener("visibilitychange", this.#hurry);
    assistant.start();
  }

  disconnectedCallback() {
    removeEventListener("online", this.#hurry);
    document.removeEventListener("visibilitychange", this.#hurry);
    this.#assistant?.stop();
  }

  /**
   * @param {string} _name
   * @param {string | null} before
   * @param {string | null} after
   */
  attributeChangedCallback(_name, before, after) {
    if (this.#assistant && before !== after) this.#assistant.language = languageOf(after);
  }

  open() {
    this.#view?.open(this.#focused());
  }

  close() {
    this.#view?.close();
  }

  /** Open the panel and ask this. @param {string} text */
  ask(text) {
    this.open();
    this.#assistant?.say(text);
  }

  #focused() {
    const { activeElement } = document;
    return activeElement instanceof HTMLElement && activeElement !== document.body ? activeElement : null;
  }
}
