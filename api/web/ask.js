// Asking: the form, the stream, and answers that somebody shared.

import { $, announce, count, trouble } from "./dom.js";
import { AnswerView, context } from "./answer.js";
import { closeArticle } from "./article.js";
import { filters } from "./filters.js";
import { ask } from "./http.js";
import { events } from "./stream.js";

let running = null;

export function startAsking() {
  $("ask-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const question = $("question").value.trim();
    if (!question || running) return;
    if (location.hash.startsWith("#/answers/")) history.replaceState(null, "", "#/");
    put({ question, ...filters() });
  });
  $("question").addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    $("ask-form").requestSubmit();
  });
  $("stop").addEventListener("click", () => running?.abort());
}

/** Put a question and show what comes. */
async function put(question) {
  closeArticle();
  running = new AbortController();
  const { signal } = running;
  const view = new AnswerView($("reply"), question.question, context(question));
  const again = () => {
    if (!running) put(question);
  };
  busy(true);
  $("progress").textContent = "Looking through the articles…";
  try {
    for await (const { event, data } of events(question, signal)) {
      if (event === "passages") $("progress").textContent = reading(data.passages.length);
      else if (event === "sentence") view.sentence(data);
      else if (event === "answer") {
        view.finish(data);
        $("progress").textContent = "";
        announce(data.sentences.length ? `The answer is complete: ${count(data.sentences.length, "sentence")}.` : `No answer. ${data.reason}`);
      }
    }
  } catch (error) {
    $("progress").textContent = "";
    if (signal.aborted) view.stopped(again);
    else view.failed(error, again);
  } finally {
    running = null;
    busy(false);
  }
}

const reading = (found) => (found ? `${count(found, "passage")} found. Drafting, and checking each sentence…` : "No passage was found.");

function busy(now) {
  const focused = document.activeElement;
  $("send").hidden = now;
  $("stop").hidden = !now;
  if (now && focused === $("send")) $("stop").focus();
  if (!now && focused === $("stop")) $("send").focus();
}

/** Show an answer that the service kept. */
export async function showAnswer(id) {
  running?.abort();
  closeArticle();
  $("progress").textContent = "Opening the answer…";
  try {
    const reply = await ask(`v1/answers/${encodeURIComponent(id)}`);
    $("question").value = reply.question ?? "";
    new AnswerView($("reply"), reply.question ?? "", context(reply)).finish(reply);
  } catch (error) {
    const message = error.status === 404 ? "There is no answer behind this link, or it is no longer kept." : error.message;
    $("reply").replaceChildren(trouble({ message }));
  }
  $("progress").textContent = "";
}
