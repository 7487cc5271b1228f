// Asking: the forms, the stream, the conversation, and answers that somebody shared.

import { $, announce, count, trouble } from "./dom.js";
import { AnswerView, context } from "./answer.js";
import { closeArticle } from "./article.js";
import { address, collection, inside, listCollections, settled } from "./collection.js";
import { filters } from "./filters.js";
import { ask, query } from "./http.js";
import { events } from "./stream.js";

// As many turns, and as much of each, as the service takes.
const MOST_TURNS = 50;
const MOST_CHARACTERS = 20_000;
// An answer that would begin further down than this part of the window is scrolled to.
const LOW = 0.6;

let running = null;
let conversation = [];

export function startAsking() {
  composed($("ask-form"), $("question"), (question) => {
    forgetConversation();
    put({ question, ...filters() });
  });
  composed($("further-form"), $("further"), (question) => {
    $("further").value = "";
    put({ question, ...filters(), history: history() });
  });
  $("anew").addEventListener("click", () => {
    forgetConversation();
    $("question").value = "";
    $("question").focus();
  });
}

/** A form that is sent with Enter as well, and whose button stops what it began. */
function composed(form, words, send) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const question = words.value.trim();
    if (question && !running) send(question);
  });
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.querySelector(".stop").addEventListener("click", () => running?.abort());
}

/** End what is being said, and begin anew. */
export function forgetConversation() {
  clear();
  if (location.hash.startsWith("#/answers/")) window.history.replaceState(null, "", address(""));
}

/** What was said, as the service takes it. A question counts in the words in which it was understood. */
function history() {
  const said = conversation.filter(({ reply }) => reply).flatMap(({ question, reply }) => [
    { role: "user", content: reply.understood_as ?? question },
    { role: "assistant", content: (reply.answer || reply.reason || "").slice(0, MOST_CHARACTERS) },
  ]);
  return said.slice(-MOST_TURNS);
}

/** Put a question and show what comes. */
async function put(body) {
  closeArticle();
  const mine = (running = new AbortController());
  const { signal } = mine;
  for (const { view } of conversation) view.fold();
  const view = new AnswerView(body.question, context(body));
  const said = { question: body.question, view, reply: null };
  const again = () => {
    if (running) return;
    view.node.remove();
    conversation = conversation.filter((one) => one !== said);
    put(body);
  };
  const further = conversation.length > 0;
  conversation.push(said);
  $("reply").append(view.node);
  busy(true, further);
  if (view.node.getBoundingClientRect().top > innerHeight * LOW) view.node.scrollIntoView();
  const tell = (text) => {
    view.progress(text);
    announce(text);
  };
  tell("Looking through the articles…");
  try {
    const name = await settled();
    for await (const { event, data } of events({ ...body, ...inside(name) }, signal)) {
      if (event === "passages") tell(reading(data.passages.length));
      else if (event === "sentence") view.sentence(data);
      else if (event === "answer") {
        view.finish(data, name);
        said.reply = data;
        if (!$("empty").hidden) listCollections(); // there may be articles by now
        // The address is that of the answer from now on, so that it is there again when the page is loaded again.
        if (!signal.aborted && !$("ask").hidden) window.history.replaceState(null, "", answerAddress(data.id, name));
        announce(data.sentences.length ? `The answer is complete: ${count(data.sentences.length, "sentence")}.` : `No answer. ${data.reason}`);
      }
    }
  } catch (error) {
    if (signal.aborted) view.stopped(again);
    else view.failed(error, again);
  } finally {
    if (running === mine) {
      running = null;
      busy(false);
    }
  }
}

const reading = (found) => (found ? `${count(found, "passage")} found. Drafting, and checking each sentence…` : "No passage was found.");
const answerAddress = (id, name) => address(`answers/${encodeURIComponent(id)}`, name);

function busy(now, further = false) {
  const focused = document.activeElement;
  $("further-form").hidden = now ? !further : !conversation.some(({ reply }) => reply);
  for (const form of [$("ask-form"), $("further-form")]) {
    const [send, stop] = [form.querySelector(".send"), form.querySelector(".stop")];
    send.hidden = now;
    stop.hidden = !now || further !== (form.id === "further-form");
    if (now && focused === send) stop.focus();
    if (!now && focused === stop) send.focus();
  }
}

/** Show an answer that the service kept, if it does not stand there already. */
export async function showAnswer(id) {
  if (conversation.some(({ reply }) => reply?.id === id)) return;
  clear();
  announce("Opening the answer…");
  const name = collection();
  try {
    const reply = await ask(`v1/answers/${encodeURIComponent(id)}${query({ collection: name })}`);
    const question = reply.question ?? "";
    $("question").value = question;
    const view = new AnswerView(question, context(reply));
    view.finish(reply, name);
    conversation = [{ question, view, reply }];
    $("reply").replaceChildren(view.node);
    $("further-form").hidden = false;
    announce("The answer is open.");
  } catch (error) {
    const message = error.status === 404 ? "There is no answer behind this link, or it is no longer kept." : error.message;
    $("reply").replaceChildren(trouble({ message }));
  }
}

function clear() {
  running?.abort();
  closeArticle();
  conversation = [];
  $("reply").replaceChildren();
  $("further-form").hidden = true;
}
