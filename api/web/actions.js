// What can be done with an answer: share it, copy it, mark it.

import { button, day, dotted, el, headline } from "./dom.js";
import { address } from "./collection.js";
import { answerPath, ask } from "./http.js";

/** A link to the answer, its text, and marks for it. Where the service keeps no answers it is said when one is asked for. */
export function actions(reply, collection) {
  const { id } = reply;
  const says = el("p", { class: "soft small", role: "status" });
  const failed = (error, missing) => (says.textContent = error.status === 404 ? missing : error.message);
  const share = button("Copy link", async () => {
    try {
      await ask(answerPath(id, { collection }));
      const link = `${location.href.split("#")[0]}${address(`answers/${encodeURIComponent(id)}`, collection)}`;
      if (await copied(link)) says.textContent = "The link is copied.";
      else says.replaceChildren("The link: ", el("a", { href: link }, link));
    } catch (error) {
      failed(error, "This service does not keep this answer, so there is no link to it.");
    }
  });
  const text = button("Copy answer", async () => {
    says.textContent = (await copied(written(reply))) ? "The answer is copied, with its quotes." : "The browser does not let this page copy.";
  });
  const mark = (name, label) => button(label, () => give(name), { "aria-pressed": "false" });
  const marks = { good: mark("good", "Good"), bad: mark("bad", "Bad") };
  const input = el("input", { id: `note-${id}`, maxlength: 1000 });
  const note = el("form", { class: "row", hidden: true, on: { submit: (event) => send(event) } },
    el("label", { for: input.id }, "Why? (if you like)"), input, el("button", {}, "Send"));
  let given = "";

  async function give(name, words = "") {
    try {
      await ask(answerPath(id, { collection }, "/feedback"), { method: "POST", json: words ? { mark: name, note: words } : { mark: name } });
    } catch (error) {
      failed(error, "This service does not keep marks.");
      return false;
    }
    given = name;
    for (const [which, made] of Object.entries(marks)) made.setAttribute("aria-pressed", String(which === name));
    says.textContent = words ? "Thank you, the note is kept." : "Thank you.";
    note.hidden = Boolean(words);
    return true;
  }

  async function send(event) {
    event.preventDefault();
    if (input.value.trim() && (await give(given, input.value.trim()))) marks[given].focus();
  }

  return el("footer", { class: "actions" }, el("div", { class: "row" }, share, reply.sentences.length ? text : null,
    el("span", { class: "marks", role: "group", "aria-label": "Mark this answer" }, marks.good, marks.bad)), note, says);
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copiedAsBefore(text);
  }
}

/** Copied without the clipboard's own interface, which a browser keeps from pages that come without TLS. */
function copiedAsBefore(text) {
  const before = document.activeElement;
  const field = el("textarea", { class: "unseen", "aria-hidden": "true" }, text);
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  before?.focus?.();
  return done;
}

/** An answer as plain text: its sentences with their markers, and each quote with where it stands. */
export function written(reply) {
  const said = reply.sentences.map(({ text, citations }) => `${text} ${citations.map((number) => `[${number}]`).join("")}`);
  const quotes = reply.citations.map((citation) => {
    const from = dotted(headline(citation), citation.source, day(citation.published_at), citation.page ? `page ${citation.page}` : null, citation.status);
    return [`[${citation.marker}] “${citation.quote}”`, `    ${from.join("")}`, citation.url ? `    ${citation.url}` : ""].filter(Boolean).join("\n");
  });
  const together = reply.status === "conflicting" ? ["The sources disagree:", ...said].join("\n") : said.join(" ");
  return [reply.question, together, ...quotes].filter(Boolean).join("\n\n");
}
