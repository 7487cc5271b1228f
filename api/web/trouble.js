// What went wrong, and what can be done about it.

import { button, count, el } from "./dom.js";
import { changeKey, hasKey } from "./http.js";

const SECOND_MS = 1_000;
const OTHER_KEY = ["scope_missing", "collection_denied", "key_missing", "key_invalid", "key_revoked", "key_expired"];

/**
 * A box that says what went wrong. With `again` it has a button that tries again, once the service wants to be asked again;
 * where another key would help it offers to give one.
 */
export function trouble(error, again = null) {
  const retry = again ? button("Try again", () => retry.getAttribute("aria-disabled") || again()) : null;
  const wait = el("p", { class: "small" });
  const other = OTHER_KEY.includes(error.code)
    ? button(hasKey() ? "Use another key" : "Give a key", async () => (await changeKey()) && again?.())
    : null;
  if (error.after) countDown(error.after, wait, retry);
  return el("div", { class: "notice bad" },
    // Only what does not change is told at once: seconds that are counted would be read out one by one.
    el("div", { role: "alert" }, el("p", {}, error.message || "Something went wrong."),
      error.fields?.length ? el("ul", {}, error.fields.map((field) => el("li", {}, `${field.field}: ${field.detail}`))) : null),
    error.after ? wait : null, retry || other ? el("div", { class: "row" }, retry, other) : null);
}

/** What `trouble` shows of an error, to be told in other words. */
export const about = ({ message, code, fields, after }) => ({ message, code, fields, after });

/** Count the seconds until the service can be asked again, for as long as somebody can see it. */
function countDown(seconds, says, retry) {
  const until = Date.now() + seconds * SECOND_MS;
  retry?.setAttribute("aria-disabled", "true");
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / SECOND_MS);
    says.textContent = left > 0 ? `It can be tried again in ${count(left, "second")}.` : "It can be tried again now.";
    if (left <= 0) retry?.removeAttribute("aria-disabled");
    else setTimeout(() => says.isConnected && tick(), SECOND_MS);
  };
  tick();
}
