// Text that could not be sent yet, kept in this browser under our own prefix and removed when it has been sent.

const PREFIX = "teleradiology.draft.";
const key = (item) => `${PREFIX}${document.body.dataset.username}.${item}`;

/** Keep a copy; a full or forbidden storage is not a reason to stop typing. */
export function keep(item, copy) {
  try {
    localStorage.setItem(key(item), JSON.stringify({...copy, at: Date.now()}));
    return true;
  } catch {
    return false;
  }
}

/** The copy of an item, or null. */
export function recall(item) {
  try {
    return JSON.parse(localStorage.getItem(key(item)) ?? "null");
  } catch {
    return null;
  }
}

export function forget(item) {
  localStorage.removeItem(key(item));
}

/** The keys of all copies in this browser. */
export function waiting() {
  return Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));
}

export function clear() {
  for (const name of waiting()) localStorage.removeItem(name);
}
