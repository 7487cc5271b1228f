// Building the page. Text becomes text nodes and nothing else: no string is ever read as markup.

export const $ = (id) => document.getElementById(id);

/** An element. `props` are attributes; `on` has listeners; true sets an attribute, false and null leave it out. */
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return made;
}

export const button = (label, click, props = {}) => el("button", { type: "button", ...props, on: { click } }, label);

/** A link out, for an address of the web only; of any other scheme just its text. */
export function outward(address, label) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    return label;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return label;
  return el("a", { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank" }, label,
    el("span", { class: "unseen" }, " (opens in a new tab)"));
}

/** Say something to those who listen to the page. */
export function announce(text) {
  $("announcer").textContent = text;
}

const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

/** A day in UTC, as articles are dated: "17 March 2025"; "undated" where there is none. */
export const day = (time) => (time ? DAY.format(new Date(time)) : "undated");
/** A moment on the reader's clock. */
export const moment = (time) => MOMENT.format(new Date(time));
export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en-GB")} ${number === 1 ? one : many}`;

export function dated(time) {
  return time ? el("time", { datetime: time }, day(time)) : el("span", {}, "undated");
}

/** "updated 18 March 2025", where that is another day than that of publication. */
export function updated({ published_at: first, updated_at: last }) {
  return last && day(last) !== day(first) ? el("span", {}, "updated ", dated(last)) : null;
}

/** What an article is called; its id where it has no headline. */
export const headline = (document) => document.title || document.document_id || document.id;

/** The name of an outlet, whichever way it is written: what stands beside it keeps its place. */
export const outlet = (source) => (source ? el("bdi", {}, source) : null);

/** The parts of a line with dots between them. Empty ones are left out. */
export function dotted(...parts) {
  const shown = parts.filter((part) => part !== null && part !== undefined && part !== false && part !== "");
  return shown.flatMap((part, place) => (place ? [" · ", part] : [part]));
}

/** "retracted" or "corrected" as a label, where an article is, and by what. */
export function standing({ status, notice }) {
  if (!status) return null;
  const by = notice ? el("span", { class: "small soft" }, ` by “${headline(notice)}”, ${day(notice.published_at)}`) : null;
  return el("span", {}, el("span", { class: `tag ${status === "retracted" ? "bad" : "warn"}` }, status), by);
}

/** Other places where the same story stands, by name: near-copies and the like. */
export function elsewhere(document) {
  const others = [...(document.copies ?? []), ...(document.also_in ?? [])];
  const names = others.map((other) => (typeof other === "string" ? other : other.source || headline(other)));
  return [...new Set(names.filter(Boolean))];
}

/** Ask before something that cannot be undone. Resolves to whether it was wanted. */
export function confirmed(title, says, yes, no = "Keep") {
  const dialog = $("confirm");
  $("confirm-title").textContent = title;
  $("confirm-says").textContent = says;
  $("confirm-yes").textContent = yes;
  $("confirm-no").textContent = no;
  return new Promise((resolve) => {
    let wanted = false;
    $("confirm-yes").onclick = () => {
      wanted = true;
      dialog.close();
    };
    $("confirm-no").onclick = () => dialog.close();
    dialog.addEventListener("close", () => resolve(wanted), { once: true });
    dialog.showModal();
    $("confirm-no").focus();
  });
}
