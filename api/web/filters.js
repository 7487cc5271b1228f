// Which articles a question may be answered from.

import { $, el } from "./dom.js";
import { settled } from "./collection.js";
import { ask, query } from "./http.js";

const DATES = ["published-after", "published-before", "as-of"];

export function startFilters() {
  addEventListener("pageshow", tell); // what the browser put back into the fields is told as well
  $("filters").addEventListener("input", tell);
  $("filters-clear").addEventListener("click", () => {
    for (const id of DATES) $(id).value = "";
    for (const box of boxes()) box.checked = false;
    tell();
    $("filters").querySelector("summary").focus();
  });
  $("filters").addEventListener("toggle", () => $("filters").open && load());
}

const boxes = () => $("outlets").querySelectorAll("input");
const chosen = () => [...boxes()].filter((box) => box.checked).map((box) => box.value);

/** What is set, as the service takes it: { as_of, filters }, each only where there is something. */
export function filters() {
  const [after, before, asOf] = DATES.map((id) => $(id).value);
  const set = {};
  if (after) set.published_after = after;
  if (before) set.published_before = before;
  if (chosen().length) set.sources = chosen();
  return { ...(asOf ? { as_of: asOf } : {}), ...(Object.keys(set).length ? { filters: set } : {}) };
}

/** Set what an answer was asked under: days or times, and names of outlets. */
export function setFilters({ asOf, published_after: after, published_before: before, sources }) {
  [after, before, asOf].forEach((time, place) => ($(DATES[place]).value = time?.slice(0, 10) ?? ""));
  for (const box of boxes()) box.checked = false;
  const known = new Map([...boxes()].map((box) => [box.value, box]));
  for (const source of sources ?? []) {
    if (known.has(source)) known.get(source).checked = true;
    else $("outlets").querySelector(".choices").append(choice(source, true)); // in sight once the others are known
  }
  tell();
  if ($("filters").open) load();
}

const choice = (source, checked, documents = "") => el("label", {}, el("input", { type: "checkbox", value: source, checked }),
  el("span", { dir: "auto" }, source), el("span", { class: "soft" }, ` ${documents}`));

function tell() {
  const set = DATES.filter((id) => $(id).value).length + chosen().length;
  $("filters-set").textContent = set ? ` (${set} set)` : "";
  const [after, before] = DATES.map((id) => $(id).value);
  $("filters-say").textContent = after && before && after > before ? "The first day is after the second, so no dated article can be found." : "";
}

/** Offer no outlets but those of the collection that is meant now. */
export function forgetOutlets() {
  $("outlets").querySelector(".choices").replaceChildren();
  $("outlets").hidden = true;
  tell();
  if ($("filters").open) load();
}

/** The outlets there are. Where the service does not list them there is nothing to choose from. */
async function load() {
  let sources;
  try {
    ({ sources } = await ask(`v1/sources${query({ collection: await settled() })}`));
  } catch {
    return;
  }
  const before = new Set(chosen());
  const choices = sources.filter(({ source }) => source).map(({ source, documents }) => choice(source, before.has(source), documents));
  $("outlets").querySelector(".choices").replaceChildren(...choices);
  $("outlets").hidden = choices.length === 0;
  tell();
}
