// The report's text: sections as plain text areas, [fields] as stations for Tab, text blocks, templates.
import {word} from "./words.js";

const FIELD = /\[(?![\s\d.,:;/–-]*\])[^[\]\n]{1,120}\]/g; // as core.sections.unfilled has it: [3] is a citation
const MACRO = /(^|\s)\.([a-z0-9-]{1,24})$/i;
const form = document.getElementById("report");
const areas = [...form.querySelectorAll("textarea")];
const blocks = JSON.parse(document.getElementById("blocks").textContent);
let last = areas.find((area) => area.name === "findings") ?? areas[0];

/** The text of all sections. */
export const sections = () => Object.fromEntries(areas.map((area) => [area.name, area.value]));

/** Put text into the sections; those not named become empty. */
export function fill(texts) {
  for (const area of areas) area.value = texts[area.name] ?? "";
}

export const isEmpty = () => areas.every((area) => !area.value.trim());
export const focus = () => last.focus();

export function setReadOnly(readOnly) {
  for (const area of areas) area.readOnly = readOnly;
}

/** [section, field] of each place that still waits for its value. */
export function unfilled() {
  return areas.flatMap((area) => [...area.value.matchAll(FIELD)].map((match) => [area, match]));
}

/** Select the first field that still waits. */
export function goToUnfilled() {
  const [first] = unfilled();
  if (first) select(...first);
}

/** Insert text at the caret of the section that had the focus last, on a line of its own. */
export function insert(text) {
  if (last.readOnly) return;
  const at = last.selectionEnd;
  const before = last.value.slice(0, at);
  const lead = before && !before.endsWith("\n") ? "\n" : "";
  last.setRangeText(`${lead}${text}\n`, at, at, "end");
  last.dispatchEvent(new Event("input", {bubbles: true}));
}

function select(area, match) {
  area.focus();
  area.setSelectionRange(match.index, match.index + match[0].length);
}

function station(area, back) {
  const all = unfilled();
  const place = areas.indexOf(area);
  const after = ([other, match]) => areas.indexOf(other) > place || (other === area && match.index >= area.selectionEnd);
  const before = ([other, match]) => areas.indexOf(other) < place || (other === area && match.index + match[0].length <= area.selectionStart);
  return back ? all.filter(before).at(-1) : all.find(after);
}

function expand(area) {
  const start = area.value.slice(0, area.selectionStart);
  const code = MACRO.exec(start)?.[2];
  const text = code && (blocks.macros[language()] ?? {})[code.toLowerCase()];
  if (!text || area.readOnly) return false;
  area.setRangeText(text, area.selectionStart - code.length - 1, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", {bubbles: true}));
  return true;
}

export const language = () => document.getElementById("report-language").value;

function applyTemplate(id) {
  const template = blocks.templates.find((each) => each.id === id);
  if (!template) return;
  const texts = template.sections[language()] ?? template.sections.en ?? {};
  const occupied = areas.some((area) => area.value.trim() && texts[area.name] && area.value.trim() !== texts[area.name].trim());
  if (occupied && !confirm(word("template-replace"))) return;
  for (const area of areas) if (texts[area.name]) area.value = texts[area.name];
  form.dispatchEvent(new Event("input", {bubbles: true}));
  goToUnfilled();
}

export function start() {
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("focusin", (event) => { if (areas.includes(event.target)) last = event.target; });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || !areas.includes(event.target)) return;
    if (!event.shiftKey && expand(event.target)) return event.preventDefault();
    const next = station(event.target, event.shiftKey);
    if (next) { event.preventDefault(); select(...next); }
  });
  const chooser = document.getElementById("template");
  chooser.addEventListener("change", () => applyTemplate(chooser.value));
}
