// Owns what outlives a reload: the conversation's ticket, unsent messages, the draft, language, whether it is open.
//
// sessionStorage, not localStorage: a computer in a service centre or a library is shared, and the next person must
// not find this conversation after the tab is closed.

/** @typedef {import("./api.js").Ticket} Ticket */
/** @typedef {import("./conversation.js").Entry} Entry */
/** @typedef {import("./texts.js").Language} Language */
/**
 * @typedef {object} Saved
 * @property {Ticket | null} ticket
 * @property {Entry[]} outbox
 * @property {string} draft
 * @property {Language | null} language chosen by the citizen; null: the page's
 * @property {boolean} open
 */

const KEY = "assistant-1414";

/** @type {Saved} */
const EMPTY = { ticket: null, outbox: [], draft: "", language: null, open: false };

/** @returns {Saved} what was kept, or nothing when storage is blocked or was damaged */
export function load() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEY) ?? "{}") };
  } catch (error) {
    console.warn("assistant-1414: the conversation could not be restored", error);
    return { ...EMPTY };
  }
}

/** @param {Saved} saved */
export function save(saved) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(saved));
  } catch (error) {
    // A browser that blocks storage still chats; only a reload starts anew there.
    console.warn("assistant-1414: the conversation will not survive a reload", error);
  }
}
