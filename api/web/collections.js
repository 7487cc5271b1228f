// Making a collection, and removing one with all that is in it.

import { $, announce, confirmed, count } from "./dom.js";
import { collection, here, listCollections, turnTo } from "./collection.js";
import { ask } from "./http.js";
import { trouble } from "./trouble.js";

export function startKeeping() {
  const [form, name, open] = [$("new-collection"), $("new-name"), $("open-new")];
  const shown = (now) => {
    form.hidden = !now;
    open.setAttribute("aria-expanded", String(now));
    (now ? name : open).focus();
  };
  open.addEventListener("click", () => shown(form.hidden));
  $("new-cancel").addEventListener("click", () => shown(false));
  form.addEventListener("keydown", (event) => event.key === "Escape" && shown(false));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    shown(false);
    turnTo(name.value);
    form.reset();
  });
  $("forget-collection").addEventListener("click", forget);
}

async function forget() {
  const name = collection();
  await listCollections(); // what goes is counted now, and not when the page was opened
  const { documents, waiting } = here() ?? { documents: 0, waiting: 0 };
  const onTheWay = waiting ? ` and ${waiting.toLocaleString("en-GB")} on the way into it` : "";
  const says = `What goes for good: ${count(documents, "article")}${onTheWay}, its jobs, and the answers that were given from it.`;
  if (!(await confirmed(`Delete the collection “${name}”?`, says, documents ? `Delete ${count(documents, "article")}` : "Delete it"))) return;
  $("collection-trouble").replaceChildren();
  try {
    await ask(`v1/collections/${encodeURIComponent(name)}`, { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) {
      $("collection-trouble").replaceChildren(trouble(error));
      return;
    }
  }
  await listCollections();
  turnTo("default");
  announce(`Deleted: the collection ${name} with ${count(documents, "article")}.`);
}
