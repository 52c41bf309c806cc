// The images: a frame beside the report or a second window, comparison with a prior, and the movable edge between the two panes.
import * as bridge from "./bridge.js";
import * as claim from "./claim.js";
import * as keys from "./keys.js";
import {announce, notify} from "./live.js";
import {word} from "./words.js";

const WIDTH = "teleradiology.split";
const panes = document.getElementById("panes");
const frame = document.getElementById("viewer");
const wait = document.getElementById("viewer-wait");
let popup = null;
let watch = 0;

/** The window in which the images are. */
export const view = () => (popup && !popup.closed ? popup : frame.contentWindow);

/** Show an address of the viewer where the images are at present. */
export function show(address) {
  if (popup && !popup.closed) popup.location.replace(address);
  else frame.contentWindow.location.replace(address); // no history entry: Back leaves the page
  watchUntilReady();
}

export function focus() {
  (popup && !popup.closed ? popup : frame).focus();
  if (!popup) frame.contentWindow.focus();
}

function watchUntilReady() {
  clearInterval(watch);
  const since = Date.now();
  let bound = null;
  wait.hidden = false;
  wait.lastElementChild.textContent = word("viewer-loading");
  watch = setInterval(() => {
    const shown = view();
    if (reachable(shown) && shown.document !== bound && shown.location.href !== "about:blank") {
      bound = shown.document;
      keys.listen(bound, {foreign: true}); // F2 and Ctrl keys must work while the viewer has the focus
      claim.attend(bound);
    }
    if (bridge.isReady(shown)) {
      clearInterval(watch);
      wait.hidden = true;
      document.body.dataset.viewer = "ready";
    } else if (Date.now() - since > 60_000) wait.lastElementChild.textContent = word("viewer-slow");
  }, 250);
}

function reachable(shown) {
  try {
    return Boolean(shown?.document);
  } catch {
    return false;
  }
}

/** Move the images into a second window, or back. */
export function toggleDetached() {
  if (popup && !popup.closed) return attach();
  const address = frame.contentWindow.location.href;
  popup = open(address, "teleradiology-viewer", "popup,width=1400,height=1000");
  if (!popup) return notify(word("popup-blocked"), "warn");
  frame.contentWindow.location.replace("about:blank");
  panes.classList.add("detached");
  label("attach");
  const closed = setInterval(() => { if (!popup || popup.closed) { clearInterval(closed); attach(address); } }, 500);
  watchUntilReady();
  announce(word("detach"));
}

function attach(address) {
  const back = address ?? popup?.location?.href;
  if (popup && !popup.closed) popup.close();
  popup = null;
  if (!panes.classList.contains("detached")) return;
  panes.classList.remove("detached");
  label("detach");
  show(back);
}

function label(name) {
  const button = document.getElementById("detach");
  button.title = word(name);
  button.setAttribute("aria-label", word(name));
}

/* The movable edge */
function splitter() {
  const bar = document.getElementById("splitter");
  const rtl = document.dir === "rtl";
  const set = (share) => {
    const value = Math.min(75, Math.max(20, Math.round(share * 10) / 10));
    panes.style.setProperty("--split", `${value}%`);
    bar.setAttribute("aria-valuenow", String(Math.round(value)));
    localStorage.setItem(WIDTH, String(value));
  };
  const now = () => Number(bar.getAttribute("aria-valuenow"));
  set(Number(localStorage.getItem(WIDTH)) || 38);
  bar.addEventListener("pointerdown", (event) => { bar.setPointerCapture(event.pointerId); panes.classList.add("dragging"); });
  bar.addEventListener("pointermove", (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = panes.getBoundingClientRect();
    const fromStart = (event.clientX - box.left) / box.width * 100;
    set(rtl ? fromStart : 100 - fromStart);
  });
  for (const end of ["pointerup", "pointercancel"]) bar.addEventListener(end, () => panes.classList.remove("dragging"));
  bar.addEventListener("dblclick", () => set(38));
  bar.addEventListener("keydown", (event) => {
    const wider = rtl ? "ArrowRight" : "ArrowLeft";
    const by = {[wider]: 2, [rtl ? "ArrowLeft" : "ArrowRight"]: -2, PageUp: 10, PageDown: -10}[event.key];
    if (by) set(now() + by);
    else if (event.key === "Home") set(20);
    else if (event.key === "End") set(75);
    else return;
    event.preventDefault();
  });
  addEventListener("pagehide", () => popup?.close());
}

export function start(address) {
  splitter();
  show(address);
  document.getElementById("detach").addEventListener("click", toggleDetached);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-compare]");
    if (button) show(button.dataset.compare);
  });
  document.getElementById("reload-images").addEventListener("click", () => {
    document.getElementById("grew-notice").hidden = true;
    show(address);
  });
}
