// Puts a freshly rendered list over the one on the screen: row by row, focus and the row under the pointer stay where they are.

const shown = new Map(); // id -> the server's last text of that part

/** `select(row, {focus})` marks a row; it is told again about the marked row when the server has a new text of it. */
export function merge(fragment, select) {
  const [fresh, list] = [fragment.querySelector("#list"), document.getElementById("list")];
  const anchor = anchorRow();
  const top = anchor?.getBoundingClientRect().top;
  const focus = focusPath();
  const [newRows, oldRows] = [fresh.querySelector("#rows"), list.querySelector("#rows")];
  list.dataset.query = fresh.dataset.query;
  if (newRows && oldRows) mergeRows(oldRows, newRows, select);
  else { const kept = list.dataset.etag; list.innerHTML = fresh.innerHTML; list.dataset.etag = kept ?? ""; }
  for (const part of fragment.querySelectorAll("[data-part]")) replace(part);
  document.getElementById("save-view-query").value = list.dataset.query;
  const still = anchor && document.getElementById(anchor.id);
  if (still) scrollBy(0, still.getBoundingClientRect().top - top);
  restore(focus);
}

function mergeRows(old, fresh, select) {
  const marked = old.querySelector("tr[aria-selected=true]")?.id;
  const had = new Map([...old.children].map((row) => [row.id, row]));
  let place = old.firstElementChild;
  for (const row of [...fresh.children]) {
    const known = had.get(row.id);
    had.delete(row.id);
    if (known && known.dataset.stamp === row.dataset.stamp) {
      if (known === place) place = place.nextElementSibling;
      else old.insertBefore(known, place);
      continue;
    }
    if (known) { if (known === place) place = place.nextElementSibling; known.remove(); } else row.classList.add("fresh");
    old.insertBefore(row, place);
  }
  for (const gone of had.values()) gone.remove();
  const again = marked && document.getElementById(marked);
  if (again && again.getAttribute("aria-selected") !== "true") select(again, {focus: false});
}

function replace(part) {
  const there = document.getElementById(part.id);
  if (!there || shown.get(part.id) === part.outerHTML) return;
  if (there.contains(document.activeElement)) return; // never under somebody's hands; the next refresh comes soon
  shown.set(part.id, part.outerHTML);
  htmx.process(part);
  there.replaceWith(part);
}

function anchorRow() {
  return document.querySelector("#rows > tr:hover") ?? document.querySelector("#rows > tr[aria-selected=true]");
}

/** Where the focus is, in a form that survives the row being replaced: [row id, position among its links and buttons]. */
function focusPath() {
  const row = document.activeElement?.closest("#rows > tr");
  return row && {id: row.id, at: [...row.querySelectorAll("a, button, summary")].indexOf(document.activeElement)};
}

function restore(path) {
  const row = path && document.getElementById(path.id);
  if (!row || row.contains(document.activeElement)) return;
  (row.querySelectorAll("a, button, summary")[path.at] ?? row).focus({preventScroll: true});
}
