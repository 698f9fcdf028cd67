// Owns the two dialogs by which a talk leaves the consultant: closed with an outcome, or given to somebody else.

import { element, write } from "../shared/dom.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

/**
 * Put the services into a list after its first option, which says that none is named.
 * @param {HTMLSelectElement} select
 * @param {{code: string, name: string}[]} services
 * @param {string | null} chosen
 */
export function fillServices(select, services, chosen) {
  const [none] = select.options;
  select.replaceChildren(none, ...services.map(({ code, name }) => element("option", { value: code }, name)));
  select.value = chosen ?? "";
}

class Form {
  /**
   * @param {string} name
   * @param {import("./desk.js").Desk} desk
   * @param {() => void} onDone
   */
  constructor(name, desk, onDone) {
    this.desk = desk;
    this.onDone = onDone;
    this.dialog = $(`${name}-dialog`);
    this.problem = $(`${name}-problem`);
    $(`${name}-form`).addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.dialog.querySelector("[data-cancel]").addEventListener("click", () => this.dialog.close());
  }

  /** @returns {boolean} */
  get isPossible() {
    return this.desk.canEnd;
  }

  async open() {
    if (!this.isPossible || this.dialog.open) return;
    this.complain("");
    this.fill(this.desk.current);
    this.dialog.showModal();
  }

  complain(words) {
    this.problem.hidden = !words;
    write(this.problem, words);
  }

  done() {
    this.dialog.close();
    this.onDone();
  }
}

export class CloseForm extends Form {
  constructor(desk, onDone) {
    super("close", desk, onDone);
  }

  fill({ info }) {
    const { vocabulary, services, language } = this.desk;
    $("outcomes").replaceChildren(...vocabulary.outcomes.map((one) => outcome(one.code, one[language])));
    fillServices($("close-service"), services, info.service);
  }

  async submit() {
    const chosen = /** @type {HTMLInputElement | null} */ (document.querySelector("#outcomes input:checked"));
    if (!chosen) {
      this.complain(t("no_outcome"));
      /** @type {HTMLElement} */ (document.querySelector("#outcomes input")).focus();
      return;
    }
    const body = { outcome: chosen.value, service: $("close-service").value || null };
    if (await this.desk.close(body)) this.done();
    else this.complain(t("failed"));
  }
}

export class TransferForm extends Form {
  constructor(desk, onDone) {
    super("transfer", desk, onDone);
    $("transfer-to").addEventListener("change", () => this.#fit());
  }

  get isPossible() {
    return this.desk.canPass;
  }

  async fill({ info }) {
    const { vocabulary, language } = this.desk;
    const skills = [{ code: "", [language]: t("any_topic") }, ...vocabulary.topics];
    $("transfer-skills").replaceChildren(
      ...skills.map((one) => element("option", { value: `topic ${one.code}` }, one[language])),
    );
    $("transfer-language").value = info.language;
    $("transfer-word").value = "";
    $("transfer-people").replaceChildren();
    this.#fit();
    try {
      const people = await this.desk.api.colleagues();
      $("transfer-people").replaceChildren(...people.map(person));
      if (people.length === 0) $("transfer-people").append(element("option", { disabled: "" }, t("nobody_else")));
      $("transfer-to").selectedIndex = people.length > 0 ? 0 : 1;
    } catch (error) {
      console.warn("console: who else is on duty is not known", error);
      this.complain(t("failed"));
    }
    this.#fit();
  }

  /** A person speaks what they speak: a language is asked for with a skill only. */
  #fit() {
    const isSkill = $("transfer-to").value.startsWith("topic");
    $("transfer-language").disabled = !isSkill;
  }

  async submit() {
    const [kind, code] = $("transfer-to").value.split(" ");
    const word = $("transfer-word").value.trim();
    const to = kind === "account" ? { account: Number(code) } : { topic: code || null, language: $("transfer-language").value };
    if (word && (await this.desk.transfer({ ...to, word }))) this.done();
    else this.complain(t("failed"));
  }
}

function outcome(code, name) {
  return element("label", { class: "choice" }, element("input", { type: "radio", name: "outcome", value: code }), name);
}

function person({ account, display_name, presence, free }) {
  const words = t("free", { name: display_name, presence: t(`presence.${presence}`), free });
  return element("option", { value: `account ${account}` }, words);
}
