// The claim on the study: taken when the page opens, kept alive by a heartbeat, and honest about having been lost.
import {call, LinkDown, Refused} from "./api.js";
import * as editor from "./editor.js";
import {announce} from "./live.js";
import {word} from "./words.js";

const main = document.getElementById("main");
const notice = document.getElementById("claim-notice");
const button = document.getElementById("claim-button");
let item, heart = 0, version = 0;
let active = true; // whether somebody has touched the page since the last heartbeat
export let held = false;

function show(text, {kind = "", ask = false} = {}) {
  notice.hidden = !text;
  notice.className = `notice bar ${kind}`;
  document.getElementById("claim-text").textContent = text;
  button.hidden = !ask;
  if (text) announce(text);
}

function hold(mine) {
  held = mine;
  main.dataset.claim = mine ? "mine" : "lost";
  for (const id of ["sign", "sign-next"]) document.getElementById(id).disabled = !mine;
  for (const id of ["template", "report-language", "measure"]) document.getElementById(id).disabled = !mine;
  editor.setReadOnly(!mine);
  clearInterval(heart);
  if (mine) heart = setInterval(beat, Number(main.dataset.lease) * 1000 / 3);
}

async function take() {
  const mine = main.dataset.claim === "mine"; // claimed on the worklist, or before the page was loaded again
  if (!mine) show(word("claiming"));
  try {
    const {data} = await call("POST", `worklist/${item}/${mine ? "heartbeat" : "claim"}`, {});
    version = data.version;
    grew(data);
    hold(true);
    show("");
  } catch (problem) {
    hold(false);
    show(problem.message, {kind: "warn", ask: true});
  }
}

async function beat() {
  try {
    const {data} = await call("POST", `worklist/${item}/heartbeat`, {}, {timeout: 10_000, passive: !active});
    active = false;
    if (data.version !== version) await look();
  } catch (problem) {
    if (problem instanceof LinkDown || !(problem instanceof Refused) || problem.status >= 500 || problem.status === 401) return;
    hold(false);
    editor.setReadOnly(false); // what is being typed goes on into the draft, which survives the claim
    show(word("claim-lost"), {kind: "warn", ask: true});
  }
}

/* Something about the study has changed while it is being read: perhaps it grew. */
async function look() {
  const {data} = await call("GET", `worklist/${item}`);
  version = data.version;
  grew(data);
}

function grew(data) {
  const flag = document.getElementById("grew-notice");
  if (data?.flags?.includes("study-grew") && main.dataset.grew === "no") { main.dataset.grew = "yes"; flag.hidden = false; announce(word("grew")); }
}

/** Notice that somebody is there, in our page or in the viewer's. */
export function attend(target) {
  for (const kind of ["keydown", "pointerdown", "wheel"]) target.addEventListener(kind, () => { active = true; }, {capture: true, passive: true});
}

/** Take the study when that is possible; resolves when it is known whether we hold it. */
export async function start(id) {
  item = id;
  attend(document);
  button.addEventListener("click", take);
  const standing = main.dataset.claim;
  version = Number(main.dataset.version);
  if (standing === "mine" || standing === "take") await take(); // who holds the study already begins the lease anew
  else hold(false);
  if (main.dataset.grew === "yes") document.getElementById("grew-notice").hidden = false;
}

export const stop = () => clearInterval(heart);
