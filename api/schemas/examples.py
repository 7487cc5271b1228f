"""The examples on the OpenAPI page: the seed article and what the service says about it.

A test holds them against the schemas, and every quote against the article.
"""

from __future__ import annotations

import json
from typing import Any

Example = dict[str, Any]

SEED = "000_fbce3f8ec0114fc5"
QUOTE = (
    "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq on March 15, "
    "conducted jointly by Iraqi national intelligence and U.S.-led coalition forces."
)
PASSAGE: Example = {
    "document_id": SEED,
    "version": 1,
    "start": 309,
    "end": 756,
    "text": (
        "“The Iraqis continue their remarkable victories over the forces of darkness and terrorism,” "
        "al-Sudani wrote on social media platform X.\n"
        f"{QUOTE}\n"
        "President Donald Trump heralded the strike on his Truth Social media platform as an example of his "
        "“peace through strength” foreign policy platform."
    ),
    "score": 0.0328,
    "rank": 1,
    "title": "",
    "source": "",
    "url": "",
    "published_at": None,
    "updated_at": None,
    "authors": [],
    "page": None,
    "status": None,
    "notice": None,
}

ASK: Example = {
    "question": "Where was al-Rifai killed?",
    "as_of": "2025-03-20T00:00:00Z",
    "filters": {
        "published_after": "2025-03-01",
        "published_before": None,
        "sources": [],
        "document_ids": [SEED],
    },
    "max_passages": 6,
}
SEARCH: Example = {"question": "Where was al-Rifai killed?", "limit": 3}
FOUND: Example = {"passages": [PASSAGE], "timings_ms": {"retrieve": 21, "total": 21}}
CITATION: Example = {
    "marker": 1,
    "document_id": SEED,
    "version": 1,
    "title": "",
    "source": "",
    "url": "",
    "published_at": None,
    "updated_at": None,
    "authors": [],
    "quote": QUOTE,
    "start": 445,
    "end": 607,
    "page": None,
    "status": None,
    "notice": None,
    "copies": [
        {
            "document_id": "abu-khadija",
            "title": "Abu Khadija killed in Iraq",
            "source": "Example News",
            "url": "https://news.example/abu-khadija",
            "published_at": "2025-03-17T00:00:00Z",
            "updated_at": "2025-03-18T07:45:00Z",
            "authors": ["Jane Doe"],
        }
    ],
}
SENTENCE: Example = {
    "text": "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq.",
    "citations": [1],
    "support": 0.97,
}
ANSWER: Example = {
    "id": "ans_01JQ8W1M5X3V7R2C9T4N6K0BHD",
    "status": "answered",
    "answer": "Al-Rifai was killed in an airstrike in Anbar Province in western Iraq. [1]",
    "sentences": [SENTENCE],
    "citations": [CITATION],
    "passages": [PASSAGE],
    "reason": None,
    "understood_as": None,
    "independent_sources": 1,
    "model": "qwen2.5-1.5b",
    "timings_ms": {"retrieve": 29, "rank": 12, "generate": 1800, "verify": 12, "total": 1853},
}
DRAFT: Example = {
    "text": SENTENCE["text"],
    "quotes": [QUOTE],
    "faults": [],
    "signals": {"asked": 1.0, "meaning": 0.91, "grounded": 1.0, "contained": 0.94},
    "support": 0.97,
    "released": True,
}
DROPPED: Example = {
    "text": "The airstrike killed him on March 16.",
    "quotes": [QUOTE],
    "faults": [{"check": "number", "detail": "16"}],
    "signals": None,
    "support": 0.0,
    "released": False,
}
REFUSAL: Example = {
    "id": "ans_01JQ8W3T0Z6P1F8Y5D2S7G4ECA",
    "status": "not_found",
    "answer": "",
    "sentences": [],
    "citations": [],
    "passages": [PASSAGE],
    "reason": "Nothing in the collection answers this question.",
    "understood_as": None,
    "independent_sources": 0,
    "model": "qwen2.5-1.5b",
    "timings_ms": {"retrieve": 27, "rank": 11, "generate": 900, "verify": 4, "total": 942},
}
EXPLAINED: Example = ANSWER | {"drafts": [DRAFT, DROPPED]}
KEPT: Example = ANSWER | {
    "question": ASK["question"],
    "as_of": "2025-03-20T00:00:00Z",
    "filters": {
        "published_after": "2025-03-01T00:00:00Z",
        "published_before": None,
        "sources": [],
        "document_ids": [SEED],
    },
    "asked_at": "2025-03-21T08:15:00Z",
}
FEEDBACK: Example = {"mark": "bad", "note": "It was in the west of the province."}
MARKED: Example = {"answer_id": ANSWER["id"], **FEEDBACK, "marked_at": "2025-03-21T08:16:10Z"}
SOURCES: Example = {"sources": [{"source": "", "documents": 1}, {"source": "Example News", "documents": 12}]}
STREAM = "".join(
    f"event: {event}\ndata: {json.dumps(data)}\n\n"
    for event, data in (
        ("passages", {"passages": [PASSAGE]}),
        ("sentence", SENTENCE | {"quotes": [CITATION]}),
        ("answer", ANSWER),
    )
)

CHAT: Example = {"model": "groundwire", "messages": [{"role": "user", "content": "Where was al-Rifai killed?"}]}
GROUNDS: Example = {
    "answer_id": ANSWER["id"],
    "status": "answered",
    "reason": None,
    "independent_sources": 1,
    "understood_as": None,
    "citations": [CITATION],
}
_CHAT_SAID = SENTENCE["text"] + " [1]"
_CHAT_SOURCES = f"\n\nSources:\n- [1] {SEED}"
_CHAT: Example = {"id": "chatcmpl-01JQ8W1M5X3V7R2C9T4N6K0BHE", "created": 1742463000, "model": "groundwire"}
CHAT_ANSWER: Example = _CHAT | {
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": _CHAT_SAID + _CHAT_SOURCES} | GROUNDS,
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
    "usage": {"prompt_tokens": 612, "completion_tokens": 24, "total_tokens": 636},
}
_CHAT_CHUNKS = (
    ({"role": "assistant", "content": ""}, None),
    ({"content": _CHAT_SAID}, None),
    ({"content": _CHAT_SOURCES}, None),
    (GROUNDS, "stop"),
)
CHAT_STREAM = (
    "".join(
        "data: "
        + json.dumps(
            _CHAT
            | {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
        )
        + "\n\n"
        for delta, finish in _CHAT_CHUNKS
    )
    + "data: [DONE]\n\n"
)

DOCUMENT: Example = {
    "id": "abu-khadija",
    "title": "Abu Khadija killed in Iraq",
    "text": f"{QUOTE}",
    "url": "https://news.example/abu-khadija",
    "published_at": "2025-03-17",
    "updated_at": "2025-03-18T07:45:00Z",
    "authors": ["Jane Doe"],
    "source": "Example News",
    "language": "en",
}
ADD: Example = {"documents": [DOCUMENT]}
LINES = "".join(json.dumps(DOCUMENT | {"id": name}) + "\n" for name in ("abu-khadija", "abu-khadija-2"))
REQUEUE: Example = {"ids": ["abu-khadija"]}
FETCH: Example = {"urls": ["https://news.example/2025/03/17/signal-tower", "https://news.example/feed.xml"]}
JOB: Example = {
    "job_id": "job_01JQ8VZK4B9H2W6M0X3C7R5TNE",
    "state": "succeeded",
    "counts": {"total": 2, "added": 1, "updated": 0, "unchanged": 0, "failed": 1},
    "dead_letters": 0,
    "failures": [{"id": "blank", "code": "empty_text", "detail": "the document has no text", "line": 2}],
    "created_at": "2025-03-20T09:30:00Z",
    "started_at": "2025-03-20T09:30:01Z",
    "finished_at": "2025-03-20T09:30:02Z",
    "rate_per_second": 1.0,
    "stream": {"state": "complete", "lines": 2, "detail": ""},
}
COLLECTION: Example = {"name": "default", "documents": 131, "passages": 640, "waiting": 0}
STORED: Example = {
    "id": "abu-khadija",
    "title": "Abu Khadija killed in Iraq",
    "url": "https://news.example/abu-khadija",
    "source": "Example News",
    "published_at": "2025-03-17T00:00:00Z",
    "updated_at": "2025-03-18T07:45:00Z",
    "authors": ["Jane Doe"],
    "language": "en",
    "corrects": [],
    "retracts": [],
    "version": 1,
    "characters": len(QUOTE),
    "ingested_at": "2025-03-20T09:30:01Z",
}
WHOLE: Example = STORED | {"text": QUOTE, "pages": []}

READY: Example = {
    "ready": False,
    "parts": {
        "store": {"ok": True, "detail": ""},
        "index": {"ok": True, "detail": ""},
        "embedder": {"ok": True, "detail": ""},
        "model": {"ok": False, "detail": "the model server does not answer"},
    },
    "questions": {"running": 1, "waiting": 3},
}
PROBLEM: Example = {
    "type": "urn:groundwire:problem:invalid_input",
    "title": "Invalid input",
    "status": 422,
    "detail": "question: Field required",
    "code": "invalid_input",
    "field": "question",
    "errors": [{"field": "question", "detail": "Field required"}],
    "request_id": "req_01JQ8W6V9N1D4K7Z2S5G8T0PXB",
}
