// Owns how a plain text is shown: paragraphs, bulleted lists, plain https addresses as links. No markup is read.

import { element } from "./dom.js";

const BULLET = /^\s*[•\-–*]\s+/;
const ADDRESS = /https:\/\/[^\s<>"'«»]+/gi;
const CLOSING_PUNCTUATION = /[.,;:!?…)\]]+$/;

/**
 * @param {string} text of the assistant or a consultant
 * @param {string} newTab what a screen reader adds to a link
 * @returns {HTMLElement[]}
 */
export function formatted(text, newTab) {
  /** @type {HTMLElement[]} */
  const blocks = [];
  let open = "";
  for (const line of text.split("\n")) {
    const kind = line.trim() === "" ? "" : BULLET.test(line) ? "ul" : "p";
    if (kind === "ul") {
      if (open !== "ul") blocks.push(element("ul"));
      blocks.at(-1)?.append(element("li", {}, ...linked(line.replace(BULLET, ""), newTab)));
    } else if (kind === "p") {
      if (open === "p") blocks.at(-1)?.append(element("br"));
      else blocks.push(element("p"));
      blocks.at(-1)?.append(...linked(line, newTab));
    }
    open = kind;
  }
  return blocks;
}

/**
 * @param {string} line
 * @param {string} newTab
 * @returns {(Node | string)[]}
 */
function linked(line, newTab) {
  const parts = [];
  let end = 0;
  for (const match of line.matchAll(ADDRESS)) {
    const address = match[0].replace(CLOSING_PUNCTUATION, "");
    if (!isPlain(address)) continue;
    const note = element("span", { class: "unseen" }, newTab);
    const link = element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address, note);
    parts.push(line.slice(end, match.index), link);
    end = match.index + address.length;
  }
  return [...parts, line.slice(end)];
}

/**
 * An address that says where it leads: no user name that poses as a host.
 * @param {string} address
 */
function isPlain(address) {
  if (!URL.canParse(address)) return false;
  const { protocol, username, password } = new URL(address);
  return protocol === "https:" && !username && !password;
}
