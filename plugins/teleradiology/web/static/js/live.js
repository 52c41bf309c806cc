// Says things: to everybody by a small notice, to screen readers by the live region.
import {word} from "./words.js";

const region = document.getElementById("live");
const toasts = document.getElementById("toasts");

/** Read aloud, not shown. */
export function announce(text) {
  if (!region) return;
  region.textContent = "";
  setTimeout(() => { region.textContent = text; }, 50); // an unchanged text would not be read again
}

/** Shown for some seconds; problems stay until dismissed. */
export function notify(text, kind = "good") {
  if (!toasts) return;
  const notice = document.createElement("div");
  notice.className = `notice ${kind}`;
  notice.append(icon(kind === "good" ? "yes" : "attention"));
  const line = document.createElement("p");
  line.dir = "auto";
  line.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close end";
  close.setAttribute("aria-label", word("close"));
  close.addEventListener("click", () => notice.remove());
  notice.append(line, close);
  toasts.append(notice);
  announce(text);
  if (kind === "good") setTimeout(() => notice.remove(), 6000);
}

/** An icon of the sprite. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
