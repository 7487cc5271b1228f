// Asking: the forms, the stream, the conversation, and answers that somebody shared.

import { $, announce, count } from "./dom.js";
import { AnswerView, asOf, context } from "./answer.js";
import { closeArticle } from "./article.js";
import { address, collection, inside, listCollections, settled } from "./collection.js";
import { filters, setFilters } from "./filters.js";
import { answerPath, ask } from "./http.js";
import { events } from "./stream.js";
import { about, trouble } from "./trouble.js";

// As many turns, and as much of each, as the service takes.
const MOST_TURNS = 50;
const MOST_CHARACTERS = 20_000;
// An answer that would begin further down than this part of the window is scrolled to.
const LOW = 0.6;

let running = null;
let opening = 0;
let conversation = [];

export function startAsking() {
  // On paper nothing can be unfolded.
  addEventListener("beforeprint", () => document.querySelectorAll(".folded").forEach((folded) => (folded.open = true)));
  composed($("ask-form"), $("question"), (question) => {
    beginAnew();
    put({ question, ...filters() });
  });
  composed($("further-form"), $("further"), (question) => {
    $("further").value = "";
    put({ question, ...filters(), history: history() });
  });
  $("anew").addEventListener("click", () => {
    beginAnew();
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

/** Leave what was said behind: the way back leads to it. */
function beginAnew() {
  forgetConversation();
  if (location.hash.startsWith("#/answers/")) window.history.pushState(null, "", address(""));
}

/** Let the address be that of the answer that stands here, so that it is there again when the page is loaded again. */
export function atAnswer() {
  entitle();
  const said = conversation.filter(({ reply }) => reply);
  if (!said.length || $("ask").hidden) return;
  const { reply, name } = said.at(-1);
  if (name !== collection()) return; // another collection was chosen, and this conversation is about to end
  window.history.replaceState({ said: said.map((one) => one.reply.id) }, "", answerAddress(reply.id, name));
}

function entitle() {
  if (!$("ask").hidden) document.title = `${conversation.at(-1)?.question ?? "Ask"} · Groundwire`;
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
  opening += 1;
  const mine = (running = new AbortController());
  const { signal } = mine;
  for (const { view } of conversation) view.fold();
  const view = new AnswerView(body.question, context(body));
  const said = { question: body.question, view, reply: null, name: null };
  const again = () => {
    if (running) return;
    view.node.remove();
    conversation = conversation.filter((one) => one !== said);
    put(body);
  };
  const further = conversation.length > 0;
  conversation.push(said);
  entitle();
  $("reply").append(view.node);
  busy(true, further);
  if (view.node.getBoundingClientRect().top > innerHeight * LOW) view.node.scrollIntoView();
  const tell = (text) => {
    view.progress(text);
    announce(text);
  };
  const waits = ({ before, seconds }) => {
    view.progress(waiting(before, seconds));
    if (!waited) announce(waiting(before, seconds)); // once: seconds that are counted would be read out one by one
    waited = true;
  };
  let waited = false;
  tell("Looking through the articles…");
  try {
    const name = await settled();
    for await (const { event, data } of events({ ...body, ...inside(name) }, signal)) {
      if (event === "waiting") waits(data);
      else if (event === "passages") tell(reading(data.passages.length));
      else if (event === "sentence") view.sentence(data);
      else if (event === "answer") {
        view.finish(data, name);
        Object.assign(said, { reply: data, name });
        if (!$("empty").hidden) listCollections(); // there may be articles by now
        if (!signal.aborted) atAnswer();
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

const waiting = (before, seconds) => `Waiting: ${count(before, "question")} before this one, about ${count(seconds, "second")}…`;
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

/** Show an answer that the service kept, and what was said before it here, if it does not stand there already. */
export async function showAnswer(id) {
  entitle();
  if (conversation.some(({ reply }) => reply?.id === id)) return;
  forgetConversation();
  const mine = opening;
  announce("Opening the answer…");
  const name = collection();
  const said = window.history.state?.said ?? [];
  const ids = said.at(-1) === id ? said : [id];
  try {
    const replies = await Promise.allSettled(ids.map((each) => ask(answerPath(each, { collection: name }))));
    if (mine !== opening) return; // another one is opened by now, or something is asked
    if (replies.at(-1).reason) throw replies.at(-1).reason;
    conversation = replies.filter(({ value }) => value).map(({ value }) => kept(value, name));
    const { question, reply } = conversation.at(-1);
    for (const { view } of conversation.slice(0, -1)) view.fold();
    $("question").value = question;
    setFilters({ asOf: asOf(reply), ...reply.filters });
    $("reply").replaceChildren(...conversation.map(({ view }) => view.node));
    $("further-form").hidden = false;
    entitle();
    announce("The answer is open.");
  } catch (error) {
    if (mine !== opening) return;
    const gone = error.status === 404;
    const message = gone ? "There is no answer behind this link, or it is no longer kept." : error.message;
    $("reply").replaceChildren(trouble({ ...about(error), message }, gone ? null : () => showAnswer(id)));
  }
}

function kept(reply, name) {
  const question = reply.question ?? "";
  const view = new AnswerView(question, context(reply));
  view.finish(reply, name);
  return { question, view, reply, name };
}

/** End what is being said, and show nothing of it. */
export function forgetConversation() {
  opening += 1;
  running?.abort();
  closeArticle();
  conversation = [];
  $("reply").replaceChildren();
  $("further-form").hidden = true;
  entitle();
}
