// The articles there are: browsed, searched, opened, deleted.

import { $, announce, button, confirmed, count, dated, dotted, el, elsewhere, headline, outlet, standing } from "./dom.js";
import { passages } from "./answer.js";
import { closeArticle, opens } from "./article.js";
import { collection, here, inside, isNew, listCollections } from "./collection.js";
import { ask, documentPath, query } from "./http.js";
import { trouble } from "./trouble.js";

const AT_ONCE = 50;
const AT_ONCE_THEN = 200;
const AT_MOST = 10;
const TYPING_MS = 250;
const words = el("input", { type: "search", id: "search", autocomplete: "off", dir: "auto", maxlength: 200 });
const list = el("ul", { class: "plain documents" });
const more = button("Show more", () => load(true), { hidden: true });
const says = el("p", { class: "soft", role: "status" });
const inTexts = el("section", { "aria-label": "Passages in the texts", hidden: true });
let cursor = null;
let turn = 0;
let typing = 0;
let loading = false;

export function startArticles() {
  words.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(load, TYPING_MS);
  });
  const form = el("form", { role: "search", class: "row", on: { submit: (event) => { event.preventDefault(); load(); } } },
    el("label", { for: words.id }, "Search headlines and outlets"), words, button("Search the texts too", readTexts));
  $("listing").replaceChildren(el("h2", { id: "listing-title", tabindex: "-1" }, "In the collection"), form, inTexts, says, list, more);
}

/** The passages closest to the words, by meaning too: what a question with these words would be answered from. */
async function readTexts() {
  const question = words.value.trim();
  if (!question) {
    words.focus();
    return;
  }
  if (typing) load(); // now, and not after the passages are shown, which it would hide
  let found;
  try {
    const { passages: hits } = await ask("v1/search", { method: "POST", json: { question, limit: AT_MOST, ...inside(collection()) } });
    found = hits.length ? passages(hits) : el("p", { class: "soft" }, "Nothing close to these words was found.");
    announce(count(hits.length, "passage"));
  } catch (error) {
    found = trouble(error, readTexts);
  }
  if (question !== words.value.trim()) return;
  inTexts.replaceChildren(el("h3", {}, "Closest passages"), found);
  inTexts.hidden = false;
}

/** Show what is there now, or with `onward` true the next of it. */
export async function load(onward = false) {
  const mine = ++turn;
  const next = onward === true;
  clearTimeout(typing);
  typing = 0;
  loading = true;
  if (!next) inTexts.hidden = true;
  try {
    const page = await ask(`v1/documents${query({ limit: next ? AT_ONCE_THEN : AT_ONCE, search: words.value.trim(), cursor: next ? cursor : null, collection: collection() })}`);
    if (mine !== turn) return;
    loading = false;
    const rows = page.documents.map(row);
    list.querySelector(".wrong")?.remove();
    if (next) list.append(...rows);
    else list.replaceChildren(...rows);
    cursor = page.next_cursor;
    more.hidden = !cursor;
    if (next) rows[0]?.querySelector("button").focus();
    tell();
  } catch (error) {
    if (mine !== turn) return;
    loading = false;
    if (isNew(collection())) {
      list.replaceChildren();
      says.textContent = "Nothing is in this collection yet: the first article that is added makes it.";
    } else if (next) list.append(el("li", { class: "wrong" }, trouble(error, () => load(true))));
    else {
      list.replaceChildren(el("li", {}, trouble(error, load)));
      says.textContent = "";
    }
  }
}

function tell() {
  const shown = list.querySelectorAll(":scope > li:not(.wrong)").length;
  const searched = words.value.trim();
  const all = searched ? 0 : (here()?.documents ?? 0);
  if (!shown) says.textContent = searched ? "No headline and no outlet has these words." : "There are no articles yet.";
  else if (cursor) says.textContent = all > shown ? `The first ${shown.toLocaleString("en-GB")} of ${count(all, "article")}` : `The first ${shown.toLocaleString("en-GB")}`;
  else says.textContent = count(shown, "article");
}

function row(document) {
  const open = opens(headline(document), { id: document.id, title: document.title }, { class: "link headline", dir: "auto" });
  const remove = button("Delete", () => forget(document, item), { class: "changes", "aria-label": `Delete ${headline(document)}` });
  const others = elsewhere(document);
  const item = el("li", { "data-id": document.id }, el("div", {}, open,
    el("p", { class: "small soft" }, dotted(outlet(document.source), dated(document.published_at), document.version > 1 ? `version ${document.version}` : null,
      `${document.characters.toLocaleString("en-GB")} characters`, others.length ? `also in ${others.join(", ")}` : null), " ", standing(document))), remove);
  return item;
}

async function forget(document, item) {
  const name = headline(document);
  if (!(await confirmed("Delete this article?", `“${name}” and all its versions are removed for good, and never answer again.`, "Delete"))) return;
  try {
    await ask(documentPath(document.id, { collection: collection() }), { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) {
      item.querySelector(".notice")?.remove();
      item.append(trouble(error));
      return;
    }
  }
  closeArticle();
  // The list may have been drawn anew meanwhile, and what is on its way to it may still have the article.
  if (loading) load();
  const shown = [...list.children].find(({ dataset }) => dataset.id === document.id);
  const near = shown?.nextElementSibling ?? shown?.previousElementSibling;
  shown?.remove();
  (near?.querySelector("button") ?? $("listing-title")).focus();
  await listCollections();
  tell();
  announce(`Deleted: ${name}`);
}
