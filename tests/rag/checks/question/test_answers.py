"""Whether a sentence answers what was asked, beside true sentences that look like it."""

from __future__ import annotations

import pytest

from rag.checks.verify import faults
from rag.types import Document

ARTICLE = Document("a", title="News of Varn")


def kinds(question: str, sentence: str, quote: str, context: str = "") -> set[str]:
    return {fault.check for fault in faults(sentence, [quote], [ARTICLE], question, context)}


ANSWERS = [
    ("Why did the mayor resign?", "The mayor resigned over a bribe.", "The mayor resigned over a bribe."),
    ("Why did the bridge shut?", "Cracks were found in a pier.", "Cracks were found in a pier."),
    ("Why was the mill shut?", "The mill was shut to save money.", "The mill was shut to save money."),
    ("How many people died?", "The storm killed 38 villagers.", "The storm killed 38 villagers."),
    ("How many shops does Osk have?", "Osk has 88 branches.", "Osk has 88 branches."),
    ("How many homes were lost?", "61 houses were lost.", "The fire took 61 houses."),
    ("Which company insured the gold?", "Lund Mutual insured the gold.", "Lund Mutual insured the gold."),
    ("Which team was suspended?", "Chivas were suspended.", "Chivas were suspended in May."),
    ("Who runs the port?", "Ada Lund runs the port.", "Ada Lund runs the port."),
    ("Who is Ada Lund?", "Ada Lund is a judge.", "Ada Lund is a judge."),
    ("Who shot Ada Lund?", "Ada Lund was shot by a guard.", "Ada Lund was shot by a guard."),
    ("Whose dog was it?", "The dog belonged to a farmer.", "The dog belonged to a farmer."),
    ("Which two members voted no?", "Ada Lund and Eva Osk voted no.", "Ada Lund and Eva Osk voted no."),
    ("Where was it found?", "It was found under a bed.", "It was found under a bed."),
    ("Where did the ferry sink?", "The ferry sank off Osk.", "The ferry sank off Osk."),
    ("How long was he jailed for?", "He was jailed for life.", "He was jailed for life."),
    ("How long is the tunnel?", "The tunnel is 12 km long.", "The tunnel is 12 km long."),
    ("How old is Ada Lund?", "Ada Lund is 52.", "Ada Lund, 52, won."),
    ("How old is Ada Lund?", "Ada Lund is 52 years old.", "Ada Lund of Varn is 52 years old."),
    ("How old is Ada Lund?", "Ada Lund is 19.", "Lund, a 19-year-old from Varn, won."),
    ("How many homes lost power in Osk?", "900 homes lost power.", "In Osk 900 homes lost power."),
    ("Did anyone die?", "Yes, two people died.", "Two people were killed."),
    ("Who led the search?", "Ada Lund led the search.", "The search is over, said Ada Lund, who led the search."),
    ("Who likened it to a bomb?", "Ada Lund likened it to a bomb.", "It is like a bomb, said Ada Lund."),
    (
        "What was the net profit?",
        "The net profit was 3 million.",
        "Net profit was 3 million, operating profit 5 million.",
    ),
]


@pytest.mark.parametrize(("question", "sentence", "quote"), ANSWERS)
def test_an_answer_passes(question: str, sentence: str, quote: str) -> None:
    assert kinds(question, sentence, quote, f"{quote} {question}") == set()


NO_ANSWERS = [
    ("Why did the mayor resign?", "The mayor resigned in May after six years in office.", "{}"),
    ("Why did the firm drop its plan?", "The firm said that it would drop its plan in May.", "{}"),
    ("How many people work for Osk?", "Osk has 88 branches.", "Osk, which has 88 branches, grows."),
    ("How many homes burned down?", "86,000 people burned down.", "86,000 people fled."),
    ("Which insurance company covers the gold?", "The museum has insured the gold.", "{}"),
    ("Who is taking over from Ada Lund?", "Ada Lund will step down in May.", "{}"),
    ("Who took it to the police?", "She took it to the police.", "{}"),
    ("Who runs the Danish navy?", "The Danish navy runs its ships.", "{}"),
    ("What's the name of the firm that owns it?", "The firm that owns it is known as a firm.", "{}"),
    ("Which two committee members voted no?", "Two members of the committee voted no.", "{}"),
    ("Whose dog ran into the road?", "The dog ran into the road near the mill.", "{}"),
    ("Who will be the next sponsor of the fair?", "The next sponsor of the fair is talking to a bank.", "{}"),
    ("Where did Lund work before?", "Lund worked as a cook before.", "{}"),
    ("How long a sentence did she get?", "She was sentenced on 11 May.", "{}"),
    ("How old is Ada Lund?", "Ada Lund is 19.", "Ada Lund won, and Eva Osk, a 19-year-old, was third."),
    ("How old is Ada Lund?", "Ada Lund is 38.", "Eva Osk, 38, beat Ada Lund."),
    ("How many storks nest in Poland?", "In Germany 900 storks nest.", "In Germany 900 storks nest."),
    ("Did anyone die in the fire?", "Yes, three were hurt in the fire.", "Three were hurt in the fire."),
    (
        "Who is suspected of theft?",
        "Ada Lund is suspected of theft.",
        "A man is suspected of theft, said Ada Lund, an inspector.",
    ),
    ("What was the net profit?", "The net profit was 31 million.", "Operating profit was 31 million."),
    ("Who lost the semi-final?", "Ada Lund lost the semi-final.", "Eva Osk beat Ada Lund in the final."),
]


@pytest.mark.parametrize(("question", "sentence", "quote"), NO_ANSWERS)
def test_what_is_true_and_no_answer_is_found(question: str, sentence: str, quote: str) -> None:
    assert kinds(question, sentence, quote.format(sentence)) & {"kind", "subject", "echo", "relation"}


def test_a_place_may_stand_in_the_sentence_that_a_quote_leans_on() -> None:
    context = "Osk was dark on Monday. The storm cut the power of 900 homes."
    question, sentence = "How many homes lost power in Osk?", "The storm cut the power of 900 homes."
    assert kinds(question, sentence, sentence, context) == set()
    assert "kind" in kinds(question, sentence, sentence, context.replace("Osk", "Lund"))


def test_a_number_may_be_told_of_what_the_sentence_before_it_speaks_of() -> None:
    question, quote = "What does a permit for a flat cost owners?", "The fee rises to 1,200."
    sentence = "A permit for each flat costs owners 1,200."
    assert kinds(question, sentence, quote, f"Owners need a permit for each flat. {quote}") == set()
    assert "number" in kinds(question, sentence, quote, f"Owners need a permit. Ferries are dearer. {quote}")
