// Speaking to the service. Addresses are relative, so that the page works below a path as well.

import { $ } from "./dom.js";

const KEY = "groundwire.key";
const AWAY = [0, 502, 503];

/**
 * What the service refused, in its own words: `status` is 0 where it could not be reached, `after` the seconds after which
 * it wants to be asked again, null where it names none. That it is away is told to whoever listens for "away".
 */
export class Problem extends Error {
  constructor(status, body = {}, after = null) {
    super(body.detail || (status ? `The service answered with status ${status}.` : "The service cannot be reached. Is it still running?"));
    this.status = status;
    this.code = body.code ?? "";
    this.fields = (body.errors ?? []).length > 1 ? body.errors : [];
    this.after = after;
    if (AWAY.includes(status)) dispatchEvent(new Event("away"));
  }
}

const seconds = (reply) => {
  const said = reply.headers.get("Retry-After");
  return said && /^[0-9]{1,5}$/.test(said) ? Number(said) : null;
};

/**
 * A reply of the service that is a success. A 401 asks for a key and tries again with it.
 * Throws `Problem`, or AbortError once `signal` says so.
 */
export async function request(path, { method = "GET", json, form, headers = {}, signal } = {}) {
  let given = false;
  for (;;) {
    const key = sessionStorage.getItem(KEY);
    const sent = { ...headers };
    if (key) sent.Authorization = `Bearer ${key}`;
    if (json !== undefined) sent["Content-Type"] = "application/json";
    let reply;
    try {
      reply = await fetch(path, { method, headers: sent, body: json !== undefined ? JSON.stringify(json) : form, signal });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Problem(0);
    }
    if (given && reply.status !== 401) dispatchEvent(new Event("key"));
    if (reply.ok) return reply;
    const problem = new Problem(reply.status, await reply.json().catch(() => ({})), seconds(reply));
    given = reply.status === 401 && (await keyGiven(key));
    if (!given) throw problem;
  }
}

/** The JSON of a reply, null where there is none. */
export async function ask(path, options) {
  const reply = await request(path, options);
  return reply.status === 204 ? null : reply.json();
}

export const query = (values) => {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return set.length ? `?${new URLSearchParams(set)}` : "";
};

export const documentPath = (id, { version, collection }) => `v1/documents/${encodeURIComponent(id)}${query({ version, collection })}`;

export const answerPath = (id, values, part = "") => `v1/answers/${encodeURIComponent(id)}${part}${query(values)}`;

/** A job, or with `/failures`, `/requeue` or `/cancel` as `part` what that is of it. */
export const jobPath = ({ job_id: id }, values, part = "") => `v1/jobs/${encodeURIComponent(id)}${part}${query(values)}`;

let asking = null;
// Who wanted to give no key is not asked again before something else was done.
let declined = false;
for (const act of ["pointerdown", "keydown"]) addEventListener(act, () => (declined = false), true);

export const hasKey = () => sessionStorage.getItem(KEY) !== null;

/** Ask for another key than the one that is used. Whether one was given. */
export async function changeKey() {
  declined = false;
  const given = await keyGiven(sessionStorage.getItem(KEY), "Another key");
  if (given) dispatchEvent(new Event("key"));
  return given;
}

/** Whether somebody gave another key than `tried`. Those who ask at the same time wait for the same key. */
function keyGiven(tried, title = tried ? "That key was not accepted" : "This service asks for a key") {
  if (sessionStorage.getItem(KEY) !== tried) return Promise.resolve(true);
  if (declined) return Promise.resolve(false);
  asking ??= new Promise((resolve) => {
    const form = $("key");
    const before = document.activeElement;
    const done = (given) => {
      form.hidden = true;
      declined = !given;
      asking = null;
      before?.focus?.();
      resolve(given);
    };
    $("key-title").textContent = title;
    $("key-value").value = "";
    form.onsubmit = (event) => {
      event.preventDefault();
      sessionStorage.setItem(KEY, $("key-value").value.trim());
      done(true);
    };
    $("key-cancel").onclick = () => done(false);
    form.hidden = false;
    $("key-value").focus();
  });
  return asking;
}
