// How far batches of articles have come.

import { $, button, confirmed, count, dotted, el, moment } from "./dom.js";
import { collection, isNew } from "./collection.js";
import { ask, jobPath, query } from "./http.js";
import { trouble } from "./trouble.js";

const AT_ONCE = 50;
const FAILURES_AT_ONCE = 1_000;
const SOON_MS = 500;
const LATER_MS = 10_000;
const STATES = { queued: "waiting", running: "being read", succeeded: "done", failed: "failed" };

export const active = (job) => job.state === "queued" || job.state === "running";

/** A job, drawn anew with each `update`. */
export class JobView {
  #head = el("p", { class: "headline", tabindex: "-1" });
  #bar = el("progress", { max: 1, value: 0 });
  #says = el("p", { class: "small soft" });
  #cancel = button("Stop", () => this.#stop(), { class: "link", hidden: true });
  #trouble = el("div");
  #failures = el("div");
  #job = null;

  /** For a job of that collection; `changed` is told of the job once it is tried again. */
  constructor(collection, changed = () => {}) {
    this.collection = collection;
    this.node = el("div", { class: "job" }, this.#head, this.#bar, this.#says, this.#cancel, this.#trouble, this.#failures);
    this.changed = changed;
  }

  update(job) {
    const { total, added, updated, unchanged, failed } = job.counts;
    const done = added + updated + unchanged + failed;
    this.#head.textContent = `${count(total, "article")}: ${STATES[job.state] ?? job.state}`;
    this.#bar.hidden = !active(job);
    this.#bar.setAttribute("aria-label", `Progress of ${count(total, "article")}`);
    if (!active(job) && document.activeElement === this.#cancel) this.#head.focus();
    this.#cancel.hidden = !active(job);
    this.#cancel.setAttribute("aria-label", `Stop adding ${count(total, "article")}`);
    this.#bar.max = Math.max(total, 1);
    this.#bar.value = done;
    const left = active(job) && Number.isFinite(job.seconds_left) ? `about ${duration(job.seconds_left)} left` : null;
    const rate = active(job) && job.rate_per_second ? `${job.rate_per_second.toFixed(1)} a second` : null;
    this.#says.replaceChildren(...dotted(moment(job.created_at), active(job) ? `${done} of ${total}` : null,
      added ? `${added} added` : null, updated ? `${updated} updated` : null, unchanged ? `${unchanged} unchanged` : null,
      failed ? `${failed} failed` : null, rate, left));
    if (JSON.stringify(job.failures) !== JSON.stringify(this.#job?.failures)) this.#failures.replaceChildren(this.#failed(job));
    this.#job = job;
  }

  #failed(job) {
    if (!job.failures.length) return "";
    const most = job.failures.length < job.counts.failed ? `the first ${job.failures.length} of ` : "";
    // Of those that failed, only what was given up can be tried again; the rest would fail the same way.
    const worth = job.dead_letters ?? job.failures.length;
    const list = el("ul", { class: "failures small" }, job.failures.map(failed));
    const says = el("p", { class: "small soft", role: "status" });
    const again = button("Try the failed ones again", async () => {
      try {
        const reply = await ask(jobPath(job, { collection: this.collection }, "/requeue"), { method: "POST" });
        const now = reply?.job ?? reply ?? job;
        this.update(now);
        this.changed(now);
      } catch (error) {
        says.textContent = error.status === 404 ? "This service cannot try them again; add them anew." : error.message;
      }
    });
    return el("details", { open: job.failures.length <= 3 }, el("summary", {}, `What failed (${most}${job.counts.failed})`), list,
      el("div", { class: "row" }, most ? this.#others(job, list, says) : null, worth ? again : null), says);
  }

  /** A button that shows the failures that a job does not come with. */
  #others(job, list, says) {
    let cursor = "";
    const more = button("Show more of them", async () => {
      try {
        const page = await ask(jobPath(job, { limit: FAILURES_AT_ONCE, cursor, collection: this.collection }, "/failures"));
        if (cursor) list.append(...page.failures.map(failed));
        else list.replaceChildren(...page.failures.map(failed));
        cursor = page.next_cursor;
        says.textContent = `${count(list.children.length, "failure")} shown`;
        more.hidden = !cursor;
      } catch (error) {
        says.textContent = error.message;
      }
    });
    return more;
  }

  async #stop() {
    const left = this.#bar.max - this.#bar.value;
    const says = `What was taken in already stays. ${count(left, "article")} ${left === 1 ? "is" : "are"} not added.`;
    if (!(await confirmed("Stop adding these articles?", says, "Stop", "Go on"))) return;
    try {
      const job = await ask(jobPath(this.#job, { collection: this.collection }, "/cancel"), { method: "POST" });
      this.#trouble.replaceChildren();
      this.update(job);
    } catch (error) {
      this.#trouble.replaceChildren(trouble(error));
    }
  }
}

const failed = (failure) => el("li", {}, el("code", {}, failure.code), " ", el("b", { dir: "auto" }, failure.id), el("br"),
  el("span", { dir: "auto" }, failure.detail));

function duration(seconds) {
  if (seconds < 90) return count(Math.max(1, Math.round(seconds)), "second");
  return seconds < 5_400 ? count(Math.round(seconds / 60), "minute") : count(Math.round(seconds / 3_600), "hour");
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Tell `told` of a job until it is done; a service that is away for a while is asked again, less and less often. */
export async function follow(job, collection, told) {
  let wait = SOON_MS;
  while (active(job)) {
    await pause(wait);
    try {
      job = await ask(jobPath(job, { collection }));
      wait = Math.min(wait * 1.1, 2_000);
      told(job);
    } catch (error) {
      if (error.status && error.status < 500) throw error;
      wait = Math.min(wait * 2, LATER_MS);
    }
  }
  return job;
}

let visit = 0;

/** Show the jobs, and keep those that run up to date for as long as they are looked at. */
export async function showJobs() {
  const mine = ++visit;
  const list = $("job-list");
  const views = new Map();
  const name = collection();
  let wait = SOON_MS;
  for (; mine === visit; await pause(wait)) {
    let jobs;
    try {
      ({ jobs } = await ask(`v1/jobs${query({ limit: AT_ONCE, collection: name })}`));
    } catch (error) {
      if (mine !== visit) return;
      if (isNew(name)) draw(list, [], views, name);
      else if (!views.size) list.replaceChildren(trouble(error, showJobs));
      if (!views.size || (error.status && error.status < 500)) return;
      wait = Math.min(wait * 2, LATER_MS);
      continue;
    }
    if (mine !== visit) return;
    draw(list, jobs, views, name);
    wait = jobs.some(active) ? 1_000 : LATER_MS;
  }
}

export function leaveJobs() {
  visit += 1;
}

function draw(list, jobs, views, name) {
  if (!jobs.length) {
    list.replaceChildren(el("p", { class: "soft" }, "No articles have been added yet."));
    return;
  }
  if (!views.size) list.replaceChildren(el("ul", { class: "jobs plain" }));
  const place = list.querySelector("ul.jobs");
  // The newest come first, so those that are new are put before the others, the oldest of them first.
  for (const job of jobs.toReversed()) {
    if (!views.has(job.job_id)) {
      views.set(job.job_id, new JobView(name, showJobs));
      place.prepend(el("li", {}, views.get(job.job_id).node));
    }
    views.get(job.job_id).update(job);
  }
}
