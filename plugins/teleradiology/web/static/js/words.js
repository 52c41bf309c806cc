// The texts of this page's language that scripts need; the server writes them into the page from the gettext catalogue.

/** @type {Record<string, string>} */
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/** The text of that name, with {places} filled in. */
export function word(name, values = {}) {
  return (WORDS[name] ?? name).replace(/\{(\w+)\}/g, (whole, place) => String(values[place] ?? whole));
}

/** Text with a left-to-right island in it, for plain-text places such as a title. */
export const island = (text) => `\u2066${text}\u2069`;

/** Text that keeps the direction of its own first letter: a span of time in words. */
export const isolate = (text) => `\u2068${text}\u2069`;

/** A time of day on the reader's clock. */
export function timeOfDay(date = new Date()) {
  return island(date.toLocaleTimeString("en-GB", {hour: "2-digit", minute: "2-digit"}));
}
