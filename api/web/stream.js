// The events of an answer, as they come.

import { Problem, request } from "./http.js";

// The service says something every 15 seconds, if only a comment.
const SILENCE_MS = 45_000;
// A comment, until it is the question's turn: how many are before it, and the seconds that should take.
const WAITING = /^waiting (\d+) (\d+)$/;

/** Server-sent events out of pieces of text that are cut anywhere. */
export class Events {
  #rest = "";

  /** The events that are whole now: [{ event, data }], data still as text. */
  feed(piece) {
    const blocks = (this.#rest + piece).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop();
    return blocks.map(read).filter((one) => one.data !== "");
  }
}

function read(block) {
  let event = "message";
  const data = [];
  const waits = WAITING.exec(block.replace(/^: ?/, ""));
  if (waits) return { event: "waiting", data: JSON.stringify({ before: Number(waits[1]), seconds: Number(waits[2]) }) };
  for (const line of block.split("\n")) {
    const cut = line.indexOf(":");
    const name = cut < 0 ? line : line.slice(0, cut);
    const value = cut < 0 ? "" : line.slice(cut + 1).replace(/^ /, "");
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
  }
  return { event, data: data.join("\n") };
}

/**
 * Ask, and yield { event, data } up to and with the answer; "waiting" ones as long as other questions come first.
 * Throws `Problem` where it is refused, where the line breaks before the answer, and where it falls silent.
 */
export async function* events(question, signal) {
  const quiet = new AbortController();
  const both = AbortSignal.any([signal, quiet.signal]);
  const headers = { Accept: "text/event-stream" };
  const reply = await request("v1/ask", { method: "POST", json: question, headers, signal: both });
  if (!(reply.headers.get("Content-Type") ?? "").startsWith("text/event-stream")) {
    yield { event: "answer", data: await reply.json() };
    return;
  }
  const reader = reply.body.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new Events();
  let alarm = 0;
  try {
    for (;;) {
      alarm = setTimeout(() => quiet.abort(), SILENCE_MS);
      const { done, value } = await reader.read().catch((error) => {
        if (signal.aborted) throw error;
        return { done: true };
      });
      clearTimeout(alarm);
      if (done) break;
      for (const { event, data } of parser.feed(value)) {
        const said = JSON.parse(data);
        if (event === "error") throw new Problem(said.status, said, said.retry_after ?? null);
        yield { event, data: said };
        if (event === "answer") return;
      }
    }
  } finally {
    clearTimeout(alarm);
    reader.cancel().catch(() => {});
  }
  throw new Problem(0, { code: "cut", detail: "The connection broke before the answer was complete." });
}
