// Which view is shown, and whether the service is ready.

import { $, announce } from "./dom.js";
import { closeArticle, startArticle } from "./article.js";
import { startAdding } from "./adding.js";
import { load, startArticles } from "./articles.js";
import { atAnswer, forgetConversation, showAnswer, startAsking } from "./ask.js";
import { listCollections, path, settled, startCollections } from "./collection.js";
import { startKeeping } from "./collections.js";
import { forgetOutlets, startFilters } from "./filters.js";
import { leaveJobs, showJobs } from "./jobs.js";
import { mayWrite } from "./rights.js";

const VIEWS = { ask: "Ask", articles: "Articles", jobs: "Jobs" };
const WAIT_MS = 3_000;

let within;
let turn = 0;
let watching = false;

async function route(first = false) {
  const mine = ++turn;
  const [name = "", id = ""] = path().split("/");
  const view = name === "articles" || name === "jobs" ? name : "ask";
  for (const each of Object.keys(VIEWS)) $(each).hidden = each !== view;
  for (const link of document.querySelectorAll("nav [data-view]")) {
    if (link.dataset.view === (view === "ask" ? "" : view)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = `${VIEWS[view]} · Groundwire`;
  closeArticle();
  leaveJobs();
  if (view === "ask" && !id) atAnswer();
  if (!first) {
    $(`${view}-title`).focus();
    listCollections();
  }
  const meant = await settled();
  if (mine !== turn) return; // another view is shown by now
  if (within !== undefined && within !== meant) {
    forgetConversation();
    forgetOutlets();
  }
  within = meant;
  if (view === "articles") load();
  if (view === "jobs") showJobs();
  if (name === "answers" && id) showAnswer(decode(id));
}

/** What a key may not do is not offered. */
async function offerChanges() {
  document.body.classList.toggle("reads", !(await mayWrite(await settled())));
}

function decode(id) {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Say that the service cannot answer yet, or no longer, until it can. */
async function ready() {
  if (watching) return;
  watching = true;
  const notice = $("waiting");
  for (;;) {
    let wrong = [];
    try {
      const { ready: now, parts } = await (await fetch("readyz")).json();
      if (!now) wrong = Object.entries(parts).filter(([, part]) => !part.ok).map(([part, { detail }]) => `${part}: ${detail}`);
    } catch {
      wrong = ["it cannot be reached"];
    }
    const waited = !notice.hidden;
    notice.hidden = wrong.length === 0;
    if (!wrong.length) watching = false;
    if (!wrong.length && waited) { // what could not be had before can be had now
      announce("The service is ready.");
      listCollections();
      if (!$("article").open) route(true);
    }
    if (!wrong.length) return;
    const said = `The service cannot answer yet (${wrong.join("; ")}).`;
    if (notice.textContent !== said) notice.textContent = said;
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  }
}

startArticle();
startCollections();
startFilters();
startAsking();
startAdding(() => {
  load();
  listCollections();
});
startArticles();
startKeeping();
// A link within the page, such as the one that skips to the content, is no view.
addEventListener("hashchange", () => (location.hash === "" || location.hash.startsWith("#/")) && route());
addEventListener("key", () => {
  listCollections();
  offerChanges();
});
addEventListener("away", ready);
offerChanges();
route(true);
if (!location.hash.startsWith("#/answers/") && !$("ask").hidden && matchMedia("(pointer: fine)").matches) $("question").focus();
ready();
