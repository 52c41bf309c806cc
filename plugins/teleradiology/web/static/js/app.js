// What every page does: clocks, keys, menus that close, dialogs that open, a sign-out that leaves nothing behind.
import "./bell.js";
import * as carry from "./carry.js";
import * as clock from "./clock.js";
import * as keys from "./keys.js";
import * as local from "./local.js";
import {word} from "./words.js";

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
}

function openDialog(event) {
  const opener = event.target.closest("[data-opens]");
  if (!opener) return;
  event.preventDefault();
  closeMenus();
  document.getElementById(opener.dataset.opens)?.showModal();
}

function closeDialog(event) {
  const closer = event.target.closest("[data-closes]");
  if (closer) closer.closest("dialog").close();
}

function signOut(event) {
  if (!event.target.matches("form[data-sign-out]")) return;
  if (local.waiting().length && !confirm(word("sign-out-unsent"))) event.preventDefault();
  else local.clear();
}

function once(event) { // a second click on a slow link must not send the form twice
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  setTimeout(() => form.querySelectorAll("button").forEach((button) => { button.disabled = true; }));
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  openDialog(event);
  closeDialog(event);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  closeMenus();
  open?.querySelector("summary").focus();
});
document.addEventListener("submit", signOut);
document.addEventListener("submit", once);
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});

keys.add("keys-everywhere", [
  {shown: "?", key: "?", codes: ["Slash"], shift: true, label: "key-help", run: keys.showSheet},
]);
keys.listen(document);
for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => { closeMenus(); keys.showSheet(); });
for (const dialog of document.querySelectorAll("dialog[data-open]")) dialog.showModal();
clock.start();
carry.start();
