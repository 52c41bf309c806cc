// Signing: asks for the password again, and before that for everything that is still missing.
import {call} from "./api.js";
import * as claim from "./claim.js";
import * as draft from "./draft.js";
import * as editor from "./editor.js";
import {notify} from "./live.js";
import {isolate, word} from "./words.js";

const ROOT = document.body.dataset.root;
const dialog = document.getElementById("sign-dialog");
const problem = document.getElementById("sign-problem");
const password = document.getElementById("sign-password");
const button = document.getElementById("sign-now");
let item, next = false;

/** Open the dialog; `andNext` goes on to the next case afterwards. */
export function ask(andNext) {
  if (!claim.held) return notify(word("viewing-only"), "warn");
  const {findings, impression} = editor.sections();
  if (!findings.trim() && !impression.trim()) { editor.focus(); return notify(word("nothing-written"), "warn"); }
  const left = editor.unfilled();
  if (left.length) {
    editor.goToUnfilled();
    return notify(word("fields-left", {fields: left.slice(0, 5).map(([, match]) => isolate(match[0])).join(" ")}), "warn");
  }
  next = andNext;
  problem.hidden = true;
  password.value = "";
  dialog.showModal();
  password.focus();
}

function refuse(text) {
  problem.hidden = false;
  problem.querySelector("p").textContent = text;
  button.disabled = false;
  password.select();
}

async function sign() {
  button.disabled = true;
  problem.hidden = true;
  if (!(await draft.save())) return refuse(word("state-local"));
  const status = dialog.querySelector("input[name=status]:checked").value;
  try {
    if (status === "addendum") await call("POST", `worklist/${item}/report/addendum`, {sections: editor.sections(), password: password.value}, {timeout: 60_000});
    else await call("POST", `worklist/${item}/report/sign`, wish(status), {match: draft.version(), timeout: 60_000});
  } catch (refusal) {
    return refuse(refusal.message);
  }
  password.value = "";
  draft.close();
  claim.stop();
  location.href = next ? await following() : `${ROOT}/studies/${item}?said=signed`;
}

function wish(status) {
  const body = {status, password: password.value};
  if (status === "corrected") body.reason = document.getElementById("sign-reason").value;
  return body;
}

async function following() {
  try {
    const {data} = await call("POST", "worklist/next", {});
    return data.item ? `${ROOT}/read/${data.item.id}` : `${ROOT}/?said=signed-none-waiting`;
  } catch {
    return `${ROOT}/?said=signed`; // signed it is, whatever became of the next case
  }
}

export function start(id) {
  item = id;
  document.getElementById("sign").addEventListener("click", () => ask(false));
  document.getElementById("sign-next").addEventListener("click", () => ask(true));
  document.getElementById("sign-form").addEventListener("submit", (event) => { event.preventDefault(); sign(); });
  dialog.addEventListener("change", () => {
    document.getElementById("reason-field").hidden = dialog.querySelector("input[name=status]:checked")?.value !== "corrected";
  });
}
