// Owns ids made by a browser.

/** 128 random bits in hex; `crypto.randomUUID` is missing on plain http pages. */
export function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
