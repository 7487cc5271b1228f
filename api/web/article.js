// An article beside the answer, with a passage of it marked.

import { $, button, dated, dotted, el, elsewhere, headline, outlet, outward, standing, updated } from "./dom.js";
import { collection } from "./collection.js";
import { ask, documentPath } from "./http.js";

const WIDE = matchMedia("(min-width: 64rem)");
const KEPT = 20;
const AIR = 12;
const known = new Map();
let opener = null;
let turn = 0;

/**
 * Open an article. `place` is a citation or a passage ({ document_id, version, start, end, quote or text }), or a stored
 * document ({ id }); `from` is what gets the focus back once it is closed.
 */
export async function openArticle(place, from) {
  const dialog = $("article");
  const mine = ++turn;
  opener?.setAttribute("aria-expanded", "false");
  opener = from;
  opener?.setAttribute("aria-expanded", "true");
  dialog.replaceChildren(bar(place), el("p", { class: "soft", role: "status" }, "Opening the article…"));
  show(dialog);
  $("article-title").focus();
  const id = place.document_id ?? place.id;
  try {
    const document = await whole(id, place.version);
    if (mine === turn) fill(dialog, document, place);
  } catch (error) {
    if (mine !== turn) return;
    const said = error.status === 404 ? "This article, or this version of it, is no longer in the collection." : error.message;
    dialog.lastChild.replaceWith(el("p", { class: "notice bad", role: "alert" }, said), quoted(place));
  }
}

/** A button that opens an article. */
export function opens(label, place, props) {
  const open = button(label, () => openArticle(place, open), { ...props, "aria-haspopup": "dialog", "aria-expanded": "false" });
  return open;
}

export function closeArticle() {
  const dialog = $("article");
  if (dialog.open) dialog.close();
}

async function whole(id, version) {
  const path = documentPath(id, { version, collection: collection() });
  // What a version says never changes; only what is known about the document does.
  if (version === undefined || !known.has(path)) {
    known.set(path, await ask(path));
    if (known.size > KEPT) known.delete(known.keys().next().value);
  }
  return known.get(path);
}

/** What stays in sight while the text is read: headline, authors, outlet, dates and version. */
function bar(document, place = document) {
  const title = el("h2", { id: "article-title", tabindex: "-1", dir: "auto", title: headline(document) }, headline(document));
  const authors = (document.authors ?? []).filter((name) => name !== document.source).join(", ");
  const about = el("p", { class: "soft small" }, dotted(authors, outlet(document.source), dated(document.published_at), updated(document),
    document.version ? `version ${document.version}` : null, place.page ? `page ${place.page}` : null,
    document.url ? outward(document.url, "original") : null), " ", standing(document.status ? document : place));
  return el("div", { class: "bar" }, el("div", {}, title, about), button("Close", closeArticle, { class: "close" }));
}

const quoted = (place) => (place.quote ? el("blockquote", { dir: "auto" }, place.quote) : "");

function fill(dialog, document, place) {
  const others = elsewhere({ copies: place.copies, also_in: document.also_in ?? place.also_in });
  const { nodes, first, exact } = marked(document.text, place);
  const text = el("div", { class: "article", dir: "auto", lang: language(document.language) }, nodes);
  dialog.replaceChildren(bar(document, place),
    others.length ? el("p", { class: "soft small" }, `Also in ${others.join(", ")}`) : "",
    exact ? "" : el("p", { class: "notice bad" }, "The quote does not stand at its place in this version of the article."),
    text);
  if (first) {
    const top = Math.max(dialog.clientHeight / 3, covered(dialog));
    dialog.scrollTop += first.getBoundingClientRect().top - dialog.getBoundingClientRect().top - top;
    first.focus({ preventScroll: true });
  } else {
    dialog.scrollTop = 0;
    $("article-title").focus();
  }
}

/** How much of the top is covered by what stays in sight, and a little air. */
function covered(dialog) {
  const bar = dialog.querySelector(".bar");
  return getComputedStyle(bar).position === "sticky" ? bar.offsetHeight + AIR : AIR;
}

/**
 * The paragraphs of a text with `start` to `end`, in code points, marked: the nodes, the first mark, and whether what is
 * marked is what was quoted.
 */
function marked(text, { start, end, quote, text: passage }) {
  let from = -1;
  let to = -1;
  let exact = true;
  if (start !== undefined) {
    const points = Array.from(text);
    const cut = points.slice(start, end).join("");
    exact = cut === (quote ?? passage);
    from = points.slice(0, start).join("").length;
    to = from + cut.length;
  }
  let first = null;
  const nodes = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const [low, high] = [Math.max(from - at, 0), Math.min(to - at, line.length)];
    if (exact && low < high) {
      const mark = el("mark", first ? {} : { tabindex: "-1" }, line.slice(low, high));
      first ??= mark;
      nodes.push(el("p", {}, line.slice(0, low), mark, line.slice(high)));
    } else if (line.trim()) nodes.push(el("p", {}, line));
    at += line.length + 1;
  }
  return { nodes, first, exact };
}

const language = (tag) => (/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(tag ?? "") ? tag : null);

/** Beside the answer where there is room; over it, and then alone to be reached, where there is none. */
function show(dialog) {
  if (dialog.open) return;
  if (WIDE.matches) dialog.show();
  else dialog.showModal();
}

export function startArticle() {
  const dialog = $("article");
  dialog.addEventListener("close", () => {
    if (dialog.open) return; // it only moved, below
    turn += 1;
    opener?.setAttribute("aria-expanded", "false");
    if (opener?.isConnected) opener.focus();
    opener = null;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog.open && !$("confirm").open) closeArticle();
  });
  WIDE.addEventListener("change", () => {
    if (!dialog.open) return;
    const focused = document.activeElement;
    dialog.close();
    show(dialog);
    if (dialog.contains(focused)) focused.focus();
  });
}
