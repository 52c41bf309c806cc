// One table of keys per page: what they do and what the "?" sheet says. Bound by event.code, so that an Arabic layout works too.
import {word} from "./words.js";

/**
 * @typedef {{shown: string, label: string, run: (event: KeyboardEvent) => void, codes: string[], ctrl?: boolean, shift?: boolean,
 *            anywhere?: boolean, key?: string}} Binding
 * `anywhere`: also in text fields and in the viewer; `key`: accepted as well, for characters that move between layouts.
 */

/** @type {{title: string, bindings: Binding[]}[]} */
const groups = [];
let dialog = null;

export function add(title, bindings) {
  groups.push({title, bindings});
}

/** Listen on a document: ours, or the viewer's (there only keys that work anywhere). */
export function listen(target, {foreign = false} = {}) {
  target.addEventListener("keydown", (event) => handle(event, foreign), true);
}

function handle(event, foreign) {
  if (event.isComposing || event.altKey || event.metaKey) return;
  const typing = foreign || isField(event.target);
  if (document.querySelector("dialog[open]") && !foreign) return;
  const found = groups.flatMap((group) => group.bindings).find((binding) => matches(binding, event));
  if (!found || (typing && !found.anywhere)) return;
  event.preventDefault();
  event.stopPropagation();
  found.run(event);
}

function matches(binding, event) {
  if (Boolean(binding.ctrl) !== event.ctrlKey) return false;
  if (binding.key && event.key === binding.key) return true;
  return binding.codes.includes(event.code) && Boolean(binding.shift) === event.shiftKey;
}

function isField(element) {
  return Boolean(element?.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]"));
}

/** The sheet of all keys of this page. */
export function showSheet() {
  dialog ??= build();
  if (!dialog.open) dialog.showModal();
}

function build() {
  const sheet = document.createElement("dialog");
  sheet.className = "wide";
  sheet.setAttribute("aria-labelledby", "keys-title");
  sheet.innerHTML = `<header><h2 id="keys-title"></h2><form method="dialog" class="dismiss"><button class="btn-close"></button></form></header>
    <div class="body keys"></div>`; // constant text; everything that varies goes in as textContent
  sheet.querySelector("h2").textContent = word("keys-title");
  sheet.querySelector("button").setAttribute("aria-label", word("close"));
  sheet.querySelector(".keys").append(...groups.map(section));
  document.body.append(sheet);
  return sheet;
}

const key = (name) => Object.assign(document.createElement("kbd"), {textContent: name});

function section({title, bindings}) {
  const part = document.createElement("section");
  const heading = document.createElement("h3");
  heading.textContent = word(title);
  const list = document.createElement("dl");
  for (const binding of bindings) {
    const [keys, act] = [document.createElement("dt"), document.createElement("dd")];
    keys.append(...binding.shown.split(" ").flatMap((name) => [name === "–" ? "–" : key(name), " "]));
    act.textContent = word(binding.label);
    list.append(keys, act);
  }
  part.append(heading, list);
  return part;
}
