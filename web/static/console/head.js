// Owns the head of the conversation: who, in which language, how to reach them, and the three lines of the summary.

import { element, write } from "../shared/dom.js";
import { keyed } from "../shared/keyed.js";
import { length } from "../shared/moments.js";
import { isCall } from "./calls.js";
import { since } from "./clock.js";
import { topic } from "./offers.js";
import { t } from "./texts.js";

/** @type {(id: string) => any} */
const $ = (id) => document.getElementById(id);

export class Head {
  /** @param {import("./desk.js").Desk} desk */
  constructor(desk) {
    this.desk = desk;
  }

  render() {
    const talk = this.desk.current;
    if (!talk) return;
    const { info, full } = talk;
    write($("talk-title"), t("heading", { number: info.number }));
    keyed($("talk-facts"), this.#facts(talk), ({ key }) => key, fact, updateFact);
    keyed($("talk-contact"), this.#contact(info, full), ({ key }) => key, fact, updateFact);
    for (const line of document.querySelectorAll("#summary [data-line]")) {
      const words = full?.summary[line.dataset.line];
      line.parentElement.hidden = !words;
      write(line, words ?? "");
      line.lang = info.language;
    }
    $("transfer").hidden = !this.desk.canPass;
    $("close").hidden = !this.desk.canEnd;
    $("mute").hidden = !this.desk.isSpokenHere;
    $("mute").setAttribute("aria-pressed", String(this.desk.softphone.isMuted));
  }

  #facts({ info, isOpen }) {
    const facts = [
      { key: "number", text: info.number, class: "number" },
      { key: "language", text: t(`language.${info.language}`), class: `chip ${info.language}` },
      { key: "channel", text: info.kind === "callback" ? t("callback") : t(`channel.${info.channel}`), class: "chip" },
      { key: "topic", text: this.#service(info) ?? topic(this.desk, info), class: "topic" },
    ];
    if (isOpen && info.kind === "conversation" && !isCall(info)) {
      const word = info.citizen_online ? "online" : "away";
      facts.push({ key: "there", text: t(word), class: word });
    }
    if (isOpen) facts.push({ key: "time", text: t("in_talk", { time: length(since(info.accepted_at)) }), class: "time" });
    return facts;
  }

  #contact(info, full) {
    const reached = [info.callback_phone, full?.phone, full?.email].filter(Boolean);
    return [...new Set(reached)].map((text) => ({ key: text, text, class: "reach" }));
  }

  #service({ service }) {
    return this.desk.services.find(({ code }) => code === service)?.spoken;
  }
}

const fact = () => element("span");

function updateFact(node, { text, class: name }) {
  write(node, text);
  node.className = name;
}
