// The reading page: puts claim, draft, editor, viewer and signing together, and their keys.
import "./app.js";
import * as bridge from "./bridge.js";
import * as claim from "./claim.js";
import * as draft from "./draft.js";
import * as editor from "./editor.js";
import * as keys from "./keys.js";
import {icon, notify} from "./live.js";
import * as sign from "./sign.js";
import * as viewer from "./viewer.js";
import {word} from "./words.js";

const main = document.getElementById("main");
const {item} = main.dataset;
const ROOT = document.body.dataset.root;
const inserted = new Set();

function insertMeasurements() {
  const view = viewer.view();
  if (!bridge.isReady(view)) return notify(word("viewer-none"), "warn");
  const fresh = bridge.measurements(view).filter((each) => !inserted.has(each.uid));
  if (!fresh.length) return notify(word("measure-none"), "warn");
  editor.insert(fresh.map((each) => each.text).join("\n"));
  fresh.forEach((each) => { inserted.add(each.uid); link(each); });
  notify(word("measure-done", {count: fresh.length}));
}

/* A button that goes from an inserted measurement to its image. */
function link(measurement) {
  const button = Object.assign(document.createElement("button"), {type: "button", className: "tag accent"});
  button.append(icon("measure"), Object.assign(document.createElement("bdi"), {textContent: measurement.text}));
  button.addEventListener("click", () => bridge.jump(viewer.view(), measurement.uid));
  document.getElementById("measured").append(button);
}

async function preview() {
  await draft.save();
  const frame = document.getElementById("preview-frame");
  frame.src = `${ROOT}/read/${item}/preview?at=${Date.now()}`;
  document.getElementById("preview-dialog").showModal();
}

function show(what) {
  document.getElementById("panes").dataset.show = what;
  for (const button of document.querySelectorAll(".narrow-tabs button")) button.setAttribute("aria-pressed", String(button.dataset.show === what));
}

/* Tabs of the report pane */
function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const open = (tab) => {
    for (const each of all) {
      each.setAttribute("aria-selected", String(each === tab));
      each.tabIndex = each === tab ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = each !== tab;
    }
  };
  for (const tab of all) {
    tab.addEventListener("click", () => open(tab));
    tab.addEventListener("keydown", (event) => {
      const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
      const by = event.key === forward ? 1 : event.key === "ArrowLeft" || event.key === "ArrowRight" ? -1 : 0;
      if (!by) return;
      const next = all.at((all.indexOf(tab) + by) % all.length);
      open(next);
      next.focus();
    });
  }
  return () => open(all[0]);
}

const toReport = tabs();
const toEditor = () => { show("report"); toReport(); editor.focus(); };
const toViewer = () => { show("images"); viewer.focus(); };

keys.add("keys-reading", [
  {shown: "F2", codes: ["F2"], label: "key-editor", anywhere: true, run: toEditor},
  {shown: "F4", codes: ["F4"], label: "key-viewer", anywhere: true, run: toViewer},
  {shown: "Ctrl S", codes: ["KeyS"], ctrl: true, label: "key-save", anywhere: true, run: () => draft.save()},
  {shown: "Ctrl Enter", codes: ["Enter", "NumpadEnter"], ctrl: true, label: "key-sign", anywhere: true, run: () => sign.ask(false)},
  {shown: "Ctrl Shift Enter", codes: ["Enter", "NumpadEnter"], ctrl: true, shift: true, label: "key-sign-next", anywhere: true, run: () => sign.ask(true)},
  {shown: "Ctrl M", codes: ["KeyM"], ctrl: true, label: "key-measure", anywhere: true, run: insertMeasurements},
  {shown: "Ctrl P", codes: ["KeyP"], ctrl: true, label: "key-preview", anywhere: true, run: preview},
]);
keys.add("keys-editor", [
  {shown: "Tab", codes: [], label: "key-station", run: () => {}},
  {shown: ".code Tab", codes: [], label: "key-macro", run: () => {}},
]);

document.getElementById("measure").addEventListener("click", insertMeasurements);
document.getElementById("preview").addEventListener("click", preview);
for (const button of document.querySelectorAll(".narrow-tabs button")) button.addEventListener("click", () => show(button.dataset.show));

editor.start();
draft.start(item);
sign.start(item);
viewer.start(main.dataset.viewer);
await claim.start(item);
try {
  if (document.body.dataset.reads === "yes") await draft.load();
} catch (problem) {
  notify(problem.message, "bad");
}
document.body.dataset.editor = "ready";
