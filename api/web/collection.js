// Which collection the page is about: the one its address names, as in `#/articles?collection=sport`.

import { $, el } from "./dom.js";
import { ask } from "./http.js";

const DEFAULT = "default";
let all = [];
let bound = false;
let asked = null;
let made = null;

/** The path in the address: "answers/…", "articles", "jobs" or "". */
export const path = () => location.hash.replace(/^#\/?/, "").split("?")[0];

/** The name in the address, whatever there is; null where it has none. */
const named = () => new URLSearchParams(location.hash.split("?")[1] ?? "").get("collection");

/** The collection that is meant, null for the default one. A key may know others only: then it is the first of those. */
export function collection() {
  const meant = named() || (all.length && !all.some(({ name }) => name === DEFAULT) ? all[0].name : DEFAULT);
  return meant === DEFAULT ? null : meant;
}

/** The same once it is known which there are. */
export async function settled() {
  await asked;
  return collection();
}

/** What a body has to name it with, and nothing for the default one. */
export const inside = (name) => (name ? { collection: name } : {});

/** The part of the address for a view, or for an answer: "#/articles?collection=sport". */
export const address = (path, name = collection()) => `#/${path}${name ? `?${new URLSearchParams({ collection: name })}` : ""}`;

/** What is known of the collection that is meant: { name, documents, passages, waiting }; undefined where it is not there. */
export const here = () => all.find(({ name }) => name === (collection() ?? DEFAULT));

/** Turn to a collection that the first article will make. */
export function turnTo(name) {
  made = name;
  location.hash = address("articles", name === DEFAULT ? null : name);
}

/** Whether that collection was named here and is still to be made. */
export const isNew = (name) => name !== null && name === made && !all.some((each) => each.name === name);

/** Ask which there are, and offer them. What cannot be listed is not offered. */
export function listCollections() {
  asked = ask("v1/collections").then((known) => ([all, bound] = [known.collections, known.bound]), () => {}).then(offer);
  return asked;
}

export function startCollections() {
  $("collection").addEventListener("change", () => {
    const chosen = $("collection").value;
    // An answer is one of its own collection.
    location.hash = address(path().startsWith("answers/") ? "" : path(), chosen === DEFAULT ? null : chosen);
    offer(); // the links to other views at once, and not only when the change of address is heard of
  });
  return listCollections();
}

function offer() {
  const meant = collection() ?? DEFAULT;
  const names = all.map(({ name }) => name);
  // One that is not there any more is said to be so by what is asked of it.
  if (all.length && !names.includes(meant)) names.push(meant);
  $("collection").replaceChildren(...names.map((name) => el("option", { value: name, selected: name === meant }, name)));
  $("collections").hidden = names.length < 2;
  for (const place of document.querySelectorAll("[data-view]")) place.setAttribute("href", address(place.dataset.view));
  for (const place of document.querySelectorAll("[data-collection]")) place.textContent = names.length > 1 ? ` ${place.dataset.collection} ${meant}` : "";
  const known = here();
  $("empty").hidden = !known || known.documents > 0;
  $("empty-says").textContent = known?.waiting ? "Articles are being taken in. Once they are, they answer questions: " : "There are no articles to answer from yet: ";
  $("empty-link").textContent = known?.waiting ? "see how far they are" : "add some";
  $("empty-link").setAttribute("href", address(known?.waiting ? "jobs" : "articles"));
  $("open-new").hidden = bound; // who is bound to some cannot make others
  $("forget-collection").hidden = !known || meant === DEFAULT;
}
