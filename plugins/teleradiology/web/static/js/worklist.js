// The worklist in the browser: selection by keyboard, claims, and a refresh that moves nothing under the reader's hands.
import "./app.js";
import {call} from "./api.js";
import * as clock from "./clock.js";
import * as keys from "./keys.js";
import {announce, notify} from "./live.js";
import {merge} from "./rows.js";
import {timeOfDay, word} from "./words.js";

const EVERY = 10_000;
const ROOT = document.body.dataset.root;
const list = () => document.getElementById("list");
const rows = () => [...document.querySelectorAll("#rows > tr")];
const selected = () => document.querySelector("#rows > tr[aria-selected=true]");
let failures = 0;
let byItself = false; // the next request is the page's own, not a person's

/* Selection */
function select(row, {focus = true} = {}) {
  if (!row) return;
  const before = selected();
  if (before && before !== row) { before.removeAttribute("aria-selected"); before.tabIndex = -1; }
  row.setAttribute("aria-selected", "true");
  row.tabIndex = 0;
  if (focus) { row.focus({preventScroll: true}); row.scrollIntoView({block: "nearest"}); }
}

function step(by) {
  const all = rows();
  const at = all.indexOf(selected());
  select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
}

const open = (row) => { if (row) location.href = row.dataset.href; };

/* Acts */
async function act(name, row) {
  if (!row) return;
  if (!row.dataset.acts.split(" ").includes(name)) return announce(word("not-possible-here"));
  try {
    await call("POST", `worklist/${row.id}/${name}`, {});
    notify(word(`done-${name}`));
    refresh();
  } catch (refusal) {
    notify(refusal.message, "bad");
    refresh();
  }
}

/* Refresh */
const query = () => list().dataset.query;

function refresh() {
  byItself = false;
  ask();
}

function ask() {
  htmx.ajax("GET", `${ROOT}/rows?${query()}`, {target: "#list", source: "#list", swap: "rows"});
}

function arrived({detail}) {
  clock.heard(detail.xhr.getResponseHeader("X-Server-Time"));
  const ok = detail.xhr.status === 304 || (detail.xhr.status >= 200 && detail.xhr.status < 300);
  failures = ok ? 0 : failures + 1;
  document.getElementById("link-down").hidden = failures < 2;
  if (detail.xhr.status === 401) location.reload();
  if (ok) document.getElementById("fresh-at").textContent = timeOfDay();
  if (ok && detail.xhr.status !== 304) list().dataset.etag = detail.xhr.getResponseHeader("ETag") ?? "";
}

function title() {
  const counters = document.getElementById("counters");
  const [over, all] = [Number(counters?.dataset.overdue ?? 0), Number(counters?.dataset.open ?? 0)];
  const head = over ? `(${over}!) ` : all ? `(${all}) ` : "";
  document.title = head + document.body.dataset.title;
}

htmx.defineExtension("rows", {
  isInlineSwap: (style) => style === "rows",
  handleSwap(style, target, fragment) {
    if (style !== "rows") return false;
    merge(fragment, select);
    clock.tick(list());
    title();
    return [list()];
  },
});

document.addEventListener("htmx:configRequest", (event) => {
  const same = event.detail.path.endsWith(`/rows?${query()}`);
  if (same && byItself) event.detail.headers["X-Passive"] = "yes"; // must not keep an abandoned session alive
  if (same && list().dataset.etag) event.detail.headers["If-None-Match"] = list().dataset.etag;
});
document.addEventListener("htmx:afterRequest", (event) => arrived(event));
document.addEventListener("click", (event) => {
  const row = event.target.closest("#rows > tr");
  const button = event.target.closest("button[data-act]");
  if (row) select(row, {focus: !event.target.closest("a, button, summary")});
  if (button) act(button.dataset.act, row);
});
document.addEventListener("dblclick", (event) => {
  if (!event.target.closest("a, button, summary")) open(event.target.closest("#rows > tr"));
});
document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.("#rows > tr");
  if (row && row !== selected()) select(row, {focus: false});
});
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
addEventListener("online", refresh);
addEventListener("popstate", () => location.reload()); // a view is its address
setInterval(() => { if (!document.hidden) { byItself = true; ask(); } }, EVERY);

const view = (number) => document.querySelector(`#views a[data-number="${number}"]`)?.click();
const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const reads = document.body.dataset.reads === "yes";
keys.add("keys-worklist", [
  {shown: "j ↓", codes: ["KeyJ", "ArrowDown"], label: "key-down", run: () => step(1)},
  {shown: "k ↑", codes: ["KeyK", "ArrowUp"], label: "key-up", run: () => step(-1)},
  {shown: "Enter", codes: ["Enter", "NumpadEnter"], label: "key-open", run: (event) => {
    const link = event.target.closest?.("a, button, summary");
    if (link) link.click(); else open(selected());
  }},
  ...(reads ? [
    {shown: "n", codes: ["KeyN"], label: "key-next", run: () => document.getElementById("next-case").requestSubmit()},
    {shown: "c", codes: ["KeyC"], label: "key-claim", run: () => act("claim", selected())},
    {shown: "u", codes: ["KeyU"], label: "key-release", run: () => act("release", selected())},
  ] : []),
  {shown: "w", codes: ["KeyW"], label: "key-why", run: () => { const row = selected(); if (row) location.href = row.dataset.detail; }},
  {shown: "/", codes: ["Slash"], label: "key-search", run: () => document.getElementById("q").select()},
  {shown: "1 – 9", codes: digits.map((digit) => `Digit${digit}`), label: "key-view", run: (event) => view(event.code.slice(-1))},
  {shown: "r", codes: ["KeyR"], label: "key-refresh", run: refresh},
]);
document.getElementById("q")?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") { event.target.blur(); select(selected() ?? rows()[0]); }
});
const first = rows()[0];
if (first) first.tabIndex = 0;
title();
