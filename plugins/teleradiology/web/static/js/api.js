// Calls the JSON API of this service; a refusal becomes an exception that holds the problem document.
import {word} from "./words.js";
import {heard} from "./clock.js";

const ROOT = document.body.dataset.root;

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || word("unexpected-answer", {status}));
    this.status = status;
    this.problem = problem;
  }
}

/** The server could not be reached or did not answer in time. */
export class LinkDown extends Error {
  constructor() {
    super(word("link-down"));
  }
}

/**
 * @returns {Promise<{data: any, etag: string | null}>}
 * @throws {Refused | LinkDown}
 */
export async function call(method, path, body, {match = "", timeout = 20000, keepalive = false, passive = false} = {}) {
  const headers = {Accept: "application/json", "X-CSRF-Token": document.body.dataset.csrf};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (match) headers["If-Match"] = match;
  if (passive) headers["X-Passive"] = "yes"; // not a person's act: must not keep an abandoned session alive
  const answer = await reach(`${ROOT}/api/${path}`, {
    method, headers, keepalive, cache: "no-store", signal: AbortSignal.timeout(timeout),
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  heard(answer.headers.get("X-Server-Time"));
  const data = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, data);
  return {data, etag: answer.headers.get("ETag")};
}

async function reach(address, options) {
  let answer;
  try {
    answer = await fetch(address, options);
  } catch {
    throw new LinkDown();
  }
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) throw new LinkDown();
  return answer;
}
