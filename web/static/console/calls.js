// Owns what is different about a talk by phone: it rings, is answered and ends at the telephone, and nothing is typed.

/** @param {{by_phone: boolean}} entry @returns {boolean} */
export function isCall(entry) {
  return entry.by_phone;
}

/** @param {{by_phone: boolean, kind: string}} entry @returns {boolean} whether the citizen reads what is typed */
export function isWritten(entry) {
  return entry.kind === "conversation" && !isCall(entry);
}
