// An answer as it grows, and what stands under it once it is whole.

import { button, count, dated, day, dotted, el, elsewhere, headline, moment, outlet, standing } from "./dom.js";
import { actions } from "./actions.js";
import { opens } from "./article.js";
import { about, trouble } from "./trouble.js";

const TITLES = {
  answered: "Answer",
  conflicting: "The sources disagree",
  not_found: "No answer was found",
  unsupported: "Nothing could be supported",
};
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

export class AnswerView {
  #sentences = el("ol", { class: "sentences", "aria-live": "polite", "aria-relevant": "additions" });
  #title = el("h2", { tabindex: "-1" }, "Answer");
  #progress = el("p", { class: "soft progress" });
  #understood = el("p", { class: "soft small", dir: "auto" });
  #below = el("div");
  #box;
  #question;
  shown = 0;

  /** The place for one answer, under its question. `context` says of when and under which filters. */
  constructor(question, context = "") {
    this.#question = question;
    // Not `aria-busy` while it grows: what is busy may keep silent, and each sentence is to be read out as it comes.
    this.#box = el("article", { class: "reply growing", "aria-label": question },
      el("p", { class: "asked", dir: "auto" }, question), this.#understood,
      context ? el("p", { class: "soft small" }, context) : null,
      this.#title, this.#sentences, this.#progress, this.#below);
    this.#title.hidden = true;
  }

  get node() {
    return this.#box;
  }

  /** What is being done now. */
  progress(text) {
    this.#progress.textContent = text;
  }

  /** A verified sentence with its markers; `quotes` are the citations they stand for. */
  sentence({ text, quotes, support }) {
    this.#title.hidden = false;
    const markers = quotes.map((citation) => marker(citation));
    this.#sentences.append(el("li", { title: `support ${support}` }, el("p", { dir: "auto" }, text, " ", el("span", { class: "markers" }, markers))));
    this.shown += 1;
  }

  /** The whole reply: what was streamed stays, the rest comes under it. `collection` is where it is from. */
  finish(reply, collection = null) {
    this.#done();
    if (reply.understood_as) this.#understood.textContent = `Understood as “${reply.understood_as}”`;
    this.#title.textContent = TITLES[reply.status] ?? reply.status;
    this.#title.hidden = false;
    const cited = new Map(reply.citations.map((citation) => [citation.marker, citation]));
    const quotes = (sentence) => sentence.citations.map((number) => cited.get(number)).filter(Boolean);
    for (const sentence of reply.sentences.slice(this.shown)) this.sentence({ ...sentence, quotes: quotes(sentence) });
    if (reply.status === "conflicting") {
      this.#box.classList.add("conflict");
      reply.sentences.forEach((sentence, place) => this.#sentences.children[place].append(side(quotes(sentence))));
    }
    const refused = reply.sentences.length === 0;
    this.#below.replaceChildren(
      refused ? el("p", { class: "reason" }, reply.reason ?? "") : "",
      refused ? found(reply.passages) : timeline(reply.citations),
      !refused && reply.passages.length ? el("details", {}, el("summary", {}, `Passages that were found (${reply.passages.length})`), passages(reply.passages)) : "",
      el("p", { class: "soft small figures" }, dotted(
        refused ? null : count(reply.independent_sources, "independent source"),
        reply.model, reply.timings_ms?.total === undefined ? null : `${(reply.timings_ms.total / 1000).toFixed(1)} s`,
        reply.asked_at ? `asked on ${moment(reply.asked_at)}` : null)),
      actions({ ...reply, question: this.#question }, collection));
  }

  /** Put away what stands under an answer, for another one follows. */
  fold() {
    if (this.#box.querySelector(".folded") || this.#below.querySelector("[role=alert]") || !this.#below.hasChildNodes()) return;
    const folded = el("details", { class: "folded" }, el("summary", {}, "What it rests on"));
    this.#below.replaceWith(folded);
    folded.append(this.#below);
  }

  #done() {
    this.#box.classList.remove("growing");
    this.#progress.remove();
  }

  /** It ended early. What was verified stays; `again` asks anew. */
  failed(error, again) {
    this.#done();
    const kept = this.shown ? ` What stands above was verified before that${this.shown === 1 ? "" : " and stays valid"}; there may have been more.` : "";
    this.#below.replaceChildren(trouble({ ...about(error), message: error.message + kept }, again));
  }

  stopped(again) {
    this.#done();
    this.#below.replaceChildren(el("p", { class: "notice" }, "Stopped. "), button("Ask again", again));
  }
}

function marker(citation) {
  const label = dotted(`Source ${citation.marker}: ${headline(citation)}`, citation.source, day(citation.published_at), citation.status).join("");
  return opens(String(citation.marker), citation, { class: `marker ${citation.status === "retracted" ? "bad" : ""}`, "aria-label": label, title: label });
}

/** How many sources stand behind some citations: near-copies of one story count once. */
export function independent(citations) {
  const groups = [];
  for (const citation of citations) {
    const ids = [citation.document_id, ...(citation.copies ?? []).map((copy) => copy.document_id)];
    const met = groups.filter((group) => ids.some((id) => group.has(id)));
    const merged = new Set([...ids, ...met.flatMap((group) => [...group])]);
    groups.splice(0, groups.length, ...groups.filter((group) => !met.includes(group)), merged);
  }
  return groups.length;
}

/** Who says one of several versions, when, and how many sources that are. */
function side(citations) {
  const outlets = [...new Set(citations.map((citation) => citation.source || headline(citation)))];
  const days = [...new Set(citations.map((citation) => day(citation.published_at)))];
  const others = [...new Set(citations.flatMap(elsewhere))].filter((name) => !outlets.includes(name));
  return el("p", { class: "side soft small" }, dotted(outlets.join(", "), days.join(", "),
    count(independent(citations), "independent source"), others.length ? `also in ${others.join(", ")}` : null));
}

function timeline(citations) {
  const documents = new Map();
  for (const citation of citations) {
    const key = `${citation.document_id}@${citation.version}`;
    documents.set(key, [...(documents.get(key) ?? []), citation]);
  }
  const ordered = [...documents.values()].sort(([a], [b]) => (a.published_at ?? "9").localeCompare(b.published_at ?? "9"));
  let before = null;
  const items = ordered.map((group) => {
    const gap = before && group[0].published_at ? Math.floor((Date.parse(group[0].published_at) - Date.parse(before)) / DAY_MS) : 0;
    before = group[0].published_at ?? before;
    return el("li", {},
      el("p", { class: "small soft" }, dotted(dated(group[0].published_at), outlet(group[0].source), gap ? `${count(gap, "day")} later` : null), " ", standing(group[0])),
      el("p", { class: "headline", dir: "auto" }, headline(group[0])),
      group.map((citation) => el("blockquote", { class: "small", dir: "auto" }, marker(citation), " ", citation.quote,
        citation.page ? el("span", { class: "soft" }, ` (page ${citation.page})`) : null)),
      elsewhere(group[0]).length ? el("p", { class: "small soft" }, `Also in ${elsewhere(group[0]).join(", ")}; counted as one source`) : null);
  });
  return el("section", { "aria-label": "Timeline of the sources" }, el("h3", {}, "Sources, the earliest first"), el("ol", { class: "timeline" }, items));
}

function found(hits) {
  if (!hits.length) return "";
  return el("section", { "aria-label": "What was found" }, el("h3", {}, "What was found instead"), passages(hits));
}

/** Passages in rank order, each to be opened in its article. */
export function passages(hits) {
  return el("ol", { class: "passages" }, hits.map((hit) => el("li", {}, opens(headline(hit), hit, { class: "link headline", dir: "auto" }),
    el("p", { class: "small soft" }, dotted(outlet(hit.source), dated(hit.published_at)), " ", standing(hit)),
    el("p", { class: "clipped", dir: "auto" }, hit.text))));
}

/** As of when an answer was asked; null where no day was named, and it is the one it was asked on. */
export function asOf({ as_of: named, asked_at: askedAt }) {
  const now = askedAt && Math.abs(Date.parse(named) - Date.parse(askedAt)) < MINUTE_MS;
  return now ? null : (named ?? null);
}

/** What an answer was asked under, in words. */
export function context(asked) {
  const { filters } = asked;
  const parts = [];
  if (asOf(asked)) parts.push(`as it was known on ${day(asOf(asked))}`);
  if (filters?.published_after) parts.push(`published from ${day(filters.published_after)}`);
  if (filters?.published_before) parts.push(`published until ${day(filters.published_before)}`);
  if (filters?.sources?.length) parts.push(`in ${filters.sources.join(", ")}`);
  if (filters?.document_ids?.length) parts.push(`of ${count(filters.document_ids.length, "article")}`);
  return parts.join("; ");
}
