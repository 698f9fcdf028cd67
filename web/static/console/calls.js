// Owns what is different about a talk by phone: it rings and is answered at the telephone, and nothing is typed.

/** @param {{by_phone?: boolean, channel: string, kind: string}} entry @returns {boolean} */
export function isCall(entry) {
  return entry.by_phone ?? (entry.channel === "phone" && entry.kind === "conversation");
}

/** @param {{by_phone?: boolean, channel: string, kind: string}} entry @returns {boolean} whether the citizen reads what is typed */
export function isWritten(entry) {
  return entry.kind === "conversation" && !isCall(entry);
}
