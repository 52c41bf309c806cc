// Turnaround clocks that tick in the browser: the server sends instants, so its pages do not change every second.
import {isolate, word} from "./words.js";

let offset = 0; // server minus browser, milliseconds
const ICONS = {neutral: "clock", "due-soon": "due-soon", overdue: "overdue", held: "held"};

/** Remember what time it is on the server; browsers' clocks are wrong more often than one thinks. */
export function heard(serverMilliseconds) {
  const server = Number(serverMilliseconds);
  if (server > 0) offset = server - Date.now();
}

/** The time on the server, in milliseconds. */
export const now = () => Date.now() + offset;

/** "neutral", "due-soon", "overdue" or "held", as core.turnaround.status says it. */
export function status(element, at = now()) {
  if (element.dataset.held) return "held";
  const due = Number(element.dataset.due);
  if (!due) return "neutral";
  if (at >= due) return "overdue";
  const warn = Number(element.dataset.warn);
  return warn && at >= warn ? "due-soon" : "neutral";
}

/** A span of time in two units: "2 d 3 h", "1 h 05 m", "4 m", "50 s". */
export function span(milliseconds) {
  const seconds = Math.floor(Math.abs(milliseconds) / 1000);
  const [d, h, m] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (d) return word("span-days", {d, h});
  if (h) return word("span-hours", {h, m: String(m).padStart(2, "0")});
  return m ? word("span-minutes", {m}) : word("span-seconds", {s: seconds});
}

function text(element, state, at) {
  if (state === "held") return word("clock-held");
  const due = Number(element.dataset.due);
  if (!due) return word("clock-none");
  return word(state === "overdue" ? "clock-over" : "clock-left", {span: isolate(span(due - at))});
}

/** Bring every clock below the root up to date. */
export function tick(root = document) {
  const at = now();
  for (const element of root.querySelectorAll(".sla")) {
    const state = status(element, at);
    const says = text(element, state, at);
    const words = element.querySelector(".sla-text");
    if (words.textContent !== says) words.textContent = says;
    if (element.dataset.status !== state) {
      element.dataset.status = state;
      const use = element.querySelector("use");
      use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${ICONS[state]}`));
    }
  }
}

/** Start ticking once a second. */
export function start() {
  heard(document.body.dataset.now);
  tick();
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
}
