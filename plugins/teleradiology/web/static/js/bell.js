// The bell: asks every few seconds what this person is told, says new things aloud, and marks what was read.
import {call} from "./api.js";
import {notify} from "./live.js";
import {word} from "./words.js";

const EVERY = 4000;
const ROOT = document.body.dataset.root;
const bell = document.querySelector("[data-bell]");
let etag = "";
let before = null;

function count(unread) {
  const badge = bell.querySelector(".bell-count");
  badge.textContent = unread > 99 ? "99+" : String(unread);
  badge.hidden = unread === 0;
  bell.classList.toggle("rings", unread > 0);
  bell.querySelector(".bell-words").textContent = word("notices-count", {count: unread});
  if (before !== null && unread > before) notify(word("notice-new"), "warn");
  before = unread;
}

async function look() {
  if (document.hidden) return;
  try {
    const answer = await fetch(`${ROOT}/notices`, {
      headers: {"X-Passive": "yes", ...(etag ? {"If-None-Match": etag} : {})}, cache: "no-store", signal: AbortSignal.timeout(10000),
    });
    if (answer.status !== 200) return;
    if (bell.open && bell.contains(document.activeElement) && document.activeElement.matches("[data-read]")) return; // nothing moves under a finger
    etag = answer.headers.get("ETag") ?? "";
    bell.querySelector(".menu-panel").innerHTML = await answer.text();
    count(Number(answer.headers.get("X-Unread") ?? 0));
  } catch { /* the page says elsewhere that the server is away */ }
}

async function read(event) {
  const button = event.target.closest("[data-read]");
  const link = event.target.closest("a[href]");
  const line = event.target.closest("[data-notice]");
  if (!line || !(button || link)) return;
  if (button) event.preventDefault();
  try {
    const told = () => call("POST", `notifications/${line.dataset.notice}/read`, {}, {keepalive: true});
    if (button) {
      button.blur();
      await told();
      line.classList.remove("is-new");
      button.remove();
      await look();
    } else if (line.querySelector("[data-read]") && !("call" in line.dataset)) { // looking at a study is not calling anybody
      told().catch(() => {});
    }
  } catch (refusal) {
    notify(refusal.message, "bad");
  }
}

async function readAll(event) {
  const button = event.currentTarget;
  button.disabled = true;
  try {
    await call("POST", "notifications/read", {up_to: button.dataset.readAll});
    for (const line of document.querySelectorAll("[data-notices] .is-new:not([data-call])")) {
      line.classList.remove("is-new");
      line.querySelector("[data-read]").remove();
    }
    button.remove();
    await look();
  } catch (refusal) {
    button.disabled = false;
    notify(refusal.message, "bad");
  }
}

if (bell) {
  document.querySelector("[data-read-all]")?.addEventListener("click", readAll);
  for (const list of [bell, document.querySelector("[data-notices]")]) list?.addEventListener("click", read);
  bell.addEventListener("toggle", () => { if (bell.open) look(); });
  document.addEventListener("visibilitychange", look);
  look();
  setInterval(look, EVERY);
}
