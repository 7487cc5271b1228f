"""Sentences that speak to whoever reads the article for an answer, instead of telling of something. Pure.

An article is data, whatever it says: the model that reads it has no tools, and what it drafts is checked. A
sentence that gives orders to a reader is in addition never shown to the model and never a quote, since
it would only spoil a draft. The patterns know the common ways to give such orders and no more; what
slips through is left to the checks.
"""

from __future__ import annotations

import re

_PATTERNS = re.compile(
    r"""
    \b(?:ignore|disregard|forget|override|bypass)\b .{0,40}
        \b(?:instructions?|prompts?|rules?|guidelines?|directives?|restrictions?|(?:above|previous|prior)\s+(?:text|context|messages?))\b
    | ^\W*(?:system|assistant|user|developer|human)\s*(?:message|prompt)?\s*:
    | <\|?\s*/?(?:im_start|im_end|system|assistant|user|endoftext)\b | \[/?INST\]
    | \byou\s+are\s+(?:now\s+)?(?:operating\s+)?(?:an?|the|in)?\s*(?:\w+\s+){0,3}
        (?:AI|assistant|chatbot|language\s+model|mode)\b
    | \b(?:as|act\s+as|pretend\s+to\s+be)\s+an?\s+(?:AI|assistant|chatbot|language\s+model)\b
    | \bwhen(?:ever)?\s+(?:\w+\s+){0,2}asked\b .{0,120} \b(?:reply|respond|answer|say|output|write)\b
    | \b(?:include|append|insert|repeat|print|output|add)\b .{0,60}
        \b(?:your|the)\s+(?:\w+\s+)?(?:response|reply|answer|output|summary)\b
    | \b(?:your|the)\s+(?:\w+\s+)?(?:response|reply|answer|output)\b .{0,60} \b(?:must|should|has\s+to)\b .{0,30}
        \b(?:include|contain|begin|start|end)\b
    | \b(?:answer|respond\s+to|reply\s+to)\s+(?:every|all|any|each|this|the)\s+(?:following\s+)?
        (?:questions?|quer(?:y|ies)|prompts?)\b
    | ^\W*(?:please\s+)?(?:reply|respond|answer|output|print|repeat)\s+(?:only|with|that|the|this|exactly|as|in)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def gives_orders(sentence: str) -> bool:
    """Whether a sentence of an article tries to tell its reader what to answer."""
    return _PATTERNS.search(" ".join(sentence.split())) is not None
