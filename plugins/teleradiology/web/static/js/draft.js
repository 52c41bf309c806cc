// The draft: saved five seconds after the last change and when a section is left; kept in this browser while the link is down.
import {call, LinkDown, Refused} from "./api.js";
import * as editor from "./editor.js";
import {announce, icon} from "./live.js";
import * as local from "./local.js";
import {timeOfDay, word} from "./words.js";

const PAUSE = 5_000;
const RETRY = 10_000;
const state = document.getElementById("save-state");
let item, path;
let etag = "";
let saved = ""; // the text that the server has
let timer = 0;
let running = null;
let closed = false; // signed: nothing is saved any more

const content = () => ({
  sections: editor.sections(), language: editor.language(), template: document.getElementById("template").value,
});
const text = () => JSON.stringify(content());
export const isDirty = () => !closed && text() !== saved;
export const version = () => etag;

function say(kind, values = {}) {
  const changed = state.dataset.kind !== kind;
  state.dataset.kind = kind;
  state.replaceChildren(icon({saved: "saved", saving: "refresh", local: "local", failed: "attention"}[kind] ?? "edit"));
  const words = document.createElement("span");
  words.textContent = word(`state-${kind}`, values);
  state.append(words);
  if (changed && (kind === "local" || kind === "failed")) announce(words.textContent);
}

function warn(message) {
  const notice = document.getElementById("link-notice");
  notice.hidden = !message;
  document.getElementById("link-text").textContent = message ?? "";
}

/** Read the draft from the server and put it into the editor. */
export async function load() {
  const answer = await call("GET", path);
  take(answer);
  offerCopy();
}

function take({data, etag: tag}) {
  etag = tag ?? "";
  const {sections = {}, language, template} = data;
  editor.fill(sections);
  if (language) document.getElementById("report-language").value = language;
  if (template) document.getElementById("template").value = template;
  saved = text();
  say(data.saved_at ? "saved" : "empty", {time: data.saved_at ? timeOfDay(new Date(data.saved_at)) : ""});
}

/** Text from a time when the link was down: shown as an offer, never put in silently. */
function offerCopy() {
  const copy = local.recall(item);
  if (!copy) return;
  if (JSON.stringify({...content(), sections: copy.sections}) === text()) return local.forget(item);
  document.getElementById("copy-text").textContent = word("copy-found", {time: timeOfDay(new Date(copy.at))});
  document.getElementById("copy-notice").hidden = false;
  document.getElementById("copy-use").onclick = () => { editor.fill(copy.sections); done(); changed(); save(); };
  document.getElementById("copy-discard").onclick = () => { local.forget(item); done(); };
  const done = () => { document.getElementById("copy-notice").hidden = true; };
}

function changed() {
  if (closed) return;
  clearTimeout(timer);
  if (!isDirty()) return;
  local.keep(item, content());
  if (state.dataset.kind !== "local") say("dirty");
  timer = setTimeout(save, PAUSE);
}

/** Save now what is not saved; true when the server has all of it. */
export async function save() {
  clearTimeout(timer);
  while (running) await running;
  if (!isDirty()) return true;
  running = attempt();
  try {
    return await running;
  } finally {
    running = null;
  }
}

async function attempt() {
  const sending = text();
  say("saving");
  try {
    const answer = await call("PUT", path, JSON.parse(sending), {match: etag || "0"});
    etag = answer.etag ?? "";
    saved = sending;
    warn("");
    if (!isDirty()) local.forget(item);
    say("saved", {time: timeOfDay()});
    if (isDirty()) changed();
    return true;
  } catch (problem) {
    return failed(problem);
  }
}

function failed(problem) {
  const kept = local.keep(item, content());
  say(kept ? "local" : "failed");
  if (problem instanceof LinkDown) { timer = setTimeout(save, RETRY); warn(problem.message); return false; }
  if (!(problem instanceof Refused)) throw problem;
  if (problem.status === 412 || problem.problem.code === "stale-version") conflict();
  else if (problem.status === 401) { timer = setTimeout(save, RETRY); warn(word("signed-out")); }
  else warn(problem.message);
  return false;
}

/* Two windows wrote the same draft: both texts are shown, a person decides. */
async function conflict() {
  const theirs = await call("GET", path);
  const plain = (sections) => Object.values(sections ?? {}).filter(Boolean).join("\n\n");
  document.getElementById("conflict-mine").textContent = plain(editor.sections());
  document.getElementById("conflict-theirs").textContent = plain(theirs.data.sections);
  const dialog = document.getElementById("conflict-dialog");
  document.getElementById("keep-mine").onclick = () => { etag = theirs.etag ?? ""; dialog.close(); save(); };
  document.getElementById("take-theirs").onclick = () => { local.forget(item); take(theirs); dialog.close(); };
  dialog.showModal();
}

/** Nothing more to save: the report is signed. */
export function close() {
  closed = true;
  clearTimeout(timer);
  local.forget(item);
}

export function start(id) {
  item = id;
  path = `worklist/${item}/report`;
  const form = document.getElementById("report");
  form.addEventListener("input", changed);
  form.addEventListener("focusout", () => { if (isDirty()) save(); });
  for (const name of ["template", "report-language"]) document.getElementById(name).addEventListener("change", changed);
  addEventListener("online", () => { if (isDirty()) save(); });
  addEventListener("pagehide", () => {
    if (!isDirty()) return;
    local.keep(item, content());
    call("PUT", path, content(), {match: etag || "0", keepalive: true}).then(() => local.forget(item), () => {});
  });
  addEventListener("beforeunload", (event) => { if (isDirty() && state.dataset.kind === "local") event.preventDefault(); });
}
