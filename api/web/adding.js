// Adding articles: files that are dropped or chosen, pasted text, addresses.

import { $, announce, button, count, el } from "./dom.js";
import { address, collection, inside, isNew, listCollections } from "./collection.js";
import { ask } from "./http.js";
import { JobView, follow } from "./jobs.js";
import { about, trouble } from "./trouble.js";

const KINDS = ".html,.htm,.pdf,.docx,.eml,.md,.txt,.jsonl,.xml,.rss,.atom";
// What is refused for what it is will be refused again.
const OTHERWISE = [400, 413, 415, 422];
const FIELDS = [["title", "Headline", "text"], ["source", "Outlet", "text"], ["published_at", "Published on", "date"], ["url", "Address", "url"]];

/** Build the forms. `done` is told once a job has ended. */
export function startAdding(done) {
  const running = el("ul", { class: "plain", "aria-label": "What is being added" });
  const send = (what, path, options) => take(running, what, path, options, done);
  $("adding").replaceChildren(el("h2", {}, "Add articles"), files(send), pasted(send), addresses(send), running);
}

function files(send) {
  const choose = (list) => {
    if (!list.length) return;
    const form = new FormData();
    for (const file of list) form.append("files", file, file.name);
    for (const [name, value] of Object.entries(inside(collection()))) form.append(name, value);
    send(count(list.length, "file"), "v1/documents/upload", { form });
  };
  const input = el("input", { type: "file", id: "files", multiple: true, accept: KINDS, "aria-describedby": "files-says",
    on: { change: () => { choose([...input.files]); input.value = ""; } } });
  const says = el("p", { class: "small", hidden: true }, "Folders are not read here: drop or choose the files in them.");
  const zone = el("div", { class: "drop" },
    el("label", { for: "files" }, "Drop files here, or choose them"), input,
    el("p", { class: "small soft", id: "files-says" }, "HTML, PDF, Word, mail, Markdown, plain text, JSON Lines, RSS and Atom"), says);
  // Files are taken wherever they are dropped, and never opened in place of the page.
  const here = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  // A folder looks like a file that cannot be read.
  const isFolder = (item) => item.webkitGetAsEntry?.()?.isDirectory;
  document.addEventListener("dragover", (event) => {
    if (!here(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    zone.classList.add("over");
  });
  document.addEventListener("dragleave", (event) => !event.relatedTarget && zone.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    if (!here(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    const items = [...event.dataTransfer.items].filter(({ kind }) => kind === "file");
    const dropped = items.filter((item) => !isFolder(item)).map((item) => item.getAsFile());
    if (document.body.classList.contains("reads")) return; // this key may not add them
    if ($("articles").hidden) location.hash = address("articles");
    says.hidden = dropped.length === items.length;
    if (!says.hidden) announce(says.textContent);
    choose(dropped);
  });
  return zone;
}

function pasted(send) {
  const text = el("textarea", { id: "paste-text", rows: 6, required: true, dir: "auto" });
  const inputs = FIELDS.map(([name, label, type]) => [name, el("label", {}, label, " ", el("input", { type, name, dir: "auto" }))]);
  const form = el("form", { on: { submit: async (event) => {
    event.preventDefault();
    const document = { text: text.value };
    for (const [name, label] of inputs) if (label.lastChild.value.trim()) document[name] = label.lastChild.value.trim();
    if (await send("pasted text", "v1/documents", { json: { documents: [document], ...inside(collection()) } })) form.reset();
  } } },
    el("label", { for: text.id }, "Text"), text, el("div", { class: "fields" }, inputs.map(([, label]) => label)),
    el("div", { class: "row end" }, el("button", { class: "primary" }, "Add this text")));
  return el("details", {}, el("summary", {}, "Paste text"), form);
}

function addresses(send) {
  const text = el("textarea", { id: "addresses", rows: 3, required: true, spellcheck: "false", placeholder: "https://…" });
  const form = el("form", { on: { submit: async (event) => {
    event.preventDefault();
    const urls = text.value.split(/\s+/).filter(Boolean);
    if (urls.length && (await send(count(urls.length, "address", "addresses"), "v1/documents/fetch", { json: { urls, ...inside(collection()) } }))) form.reset();
  } } },
    el("label", { for: text.id }, "Addresses of pages or feeds, one a line"), text,
    el("div", { class: "row end" }, el("button", { class: "primary" }, "Fetch them")));
  return el("details", {}, el("summary", {}, "Fetch addresses"), form);
}

/** Send something and follow its job. Whether it was accepted. */
async function take(list, what, path, options, done) {
  const name = collection();
  const says = el("p", { role: "status" }, `Sending ${what}…`);
  const item = el("li", {}, says);
  list.prepend(item);
  let job;
  try {
    job = await ask(path, { method: "POST", ...options });
    if (isNew(name)) listCollections(); // now there is one
  } catch (error) {
    const again = () => {
      item.remove();
      take(list, what, path, options, done);
    };
    const message = `The ${what} could not be added. ${error.message}`;
    item.replaceChildren(trouble({ ...about(error), message }, OTHERWISE.includes(error.status) ? null : again), button("Dismiss", () => item.remove()));
    return false;
  }
  watch(item, job, name, done);
  return true;
}

async function watch(item, job, name, done) {
  const view = new JobView(name, (anew) => watch(item, anew, name, done));
  view.update(job);
  item.replaceChildren(view.node);
  try {
    const ended = await follow(job, name, (now) => view.update(now));
    const { added, updated, unchanged, failed } = ended.counts;
    announce(`Done: ${added} added, ${updated} updated, ${unchanged} unchanged, ${failed} failed.`);
    item.append(button("Dismiss", () => item.remove(), { class: "link" }));
    done();
  } catch (error) {
    item.append(trouble(error));
  }
}
