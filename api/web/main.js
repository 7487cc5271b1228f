// Which view is shown, and whether the service is ready.

import { $ } from "./dom.js";
import { closeArticle, startArticle } from "./article.js";
import { startAdding } from "./adding.js";
import { load, startArticles } from "./articles.js";
import { showAnswer, startAsking } from "./ask.js";
import { startFilters } from "./filters.js";
import { leaveJobs, showJobs } from "./jobs.js";

const VIEWS = { ask: "Ask", articles: "Articles", jobs: "Jobs" };
const WAIT_MS = 3_000;

function route(first = false) {
  const [name = "", id = ""] = location.hash.replace(/^#\/?/, "").split("/");
  const view = name === "articles" || name === "jobs" ? name : "ask";
  for (const each of Object.keys(VIEWS)) $(each).hidden = each !== view;
  for (const link of document.querySelectorAll("nav a[href^='#']")) {
    if (link.getAttribute("href") === (view === "ask" ? "#/" : `#/${view}`)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${VIEWS[view]} · Groundwire`;
  closeArticle();
  leaveJobs();
  if (view === "articles") load();
  if (view === "jobs") showJobs();
  if (name === "answers" && id) showAnswer(decode(id));
  if (!first) $(`${view}-title`).focus();
}

function decode(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Say that the service is still starting, until it no longer is. */
async function ready() {
  const notice = $("waiting");
  for (;;) {
    let wrong = [];
    try {
      const { ready: now, parts } = await (await fetch("readyz")).json();
      if (!now) wrong = Object.entries(parts).filter(([, part]) => !part.ok).map(([part, { detail }]) => `${part}: ${detail}`);
    } catch {
      wrong = ["it cannot be reached"];
    }
    notice.hidden = wrong.length === 0;
    if (!wrong.length) return;
    const said = `The service is not ready yet (${wrong.join("; ")}).`;
    if (notice.textContent !== said) notice.textContent = said;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

startArticle();
startFilters();
startAsking();
startAdding(load);
startArticles();
// A link within the page, such as the one that skips to the content, is no view.
addEventListener("hashchange", () => (location.hash === "" || location.hash.startsWith("#/")) && route());
route(true);
if (!location.hash.startsWith("#/answers/") && !$("ask").hidden && matchMedia("(pointer: fine)").matches) $("question").focus();
ready();
