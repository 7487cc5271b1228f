"""Plans are told in many ways: as going on, as decided, as present; and what was hoped for is not what is planned."""

from __future__ import annotations

import pytest

from rag.checks.verify import faults
from rag.checks.wording.modality import mistold
from rag.types import Document

BUYS = "Osk Mills has agreed to buy the bakery Varn & Lund for $90m in cash."
VOTED = "The council voted by 9 to 4 on Monday to fell the two old oaks."
FAIR = "The fair opens on Friday with a song by Ada Lund."
RULED = "The mayor ruled out a deal with the ferry line."
FEW = "The line will stop on 3 May because too few people use it."
FAILED = "The bank lost its licence because it failed to check its clients."
REOPEN = "The road agency does not expect to reopen the tunnel before May, after ice closed it on Monday."
PROFIT = "The tide was higher than the town had hoped."


def checks(sentence: str, quote: str, question: str = "") -> set[str]:
    return {fault.check for fault in faults(sentence, [quote], [Document("d")], question, quote)}


@pytest.mark.parametrize(
    ("sentence", "quote", "question"),
    [
        ("The bakery is being bought by Osk Mills for $90 million.", BUYS, ""),
        ("Osk Mills is buying the bakery for $90 million in cash.", BUYS, ""),
        ("The council decided that the two old oaks should be felled.", VOTED, ""),
        ("The two oaks are to be felled, 9 councillors voting for it.", VOTED, ""),
        ("The fair will open on Friday with a song by Ada Lund.", FAIR, ""),
        ("The mayor does not want a deal with the ferry line.", RULED, ""),
        ("There are not enough people who use the line.", FEW, ""),
        ("Not before May, according to the road agency.", REOPEN, "When will the tunnel reopen?"),
        ("The agency does not think that the tunnel will reopen before May.", REOPEN, ""),
        (
            "The firm plans to build 4,500 homes, saving land.",
            "The firm plans to build 4,500 homes and would save land.",
            "",
        ),
        ("The tide rose higher than hoped.", "The tide rose higher than the town had feared.", ""),
    ],
)
def test_what_is_planned_may_be_told_in_other_words(sentence: str, quote: str, question: str) -> None:
    assert checks(sentence, quote, question) == set()


@pytest.mark.parametrize(
    ("sentence", "quote", "check"),
    [
        ("Osk Mills has bought the bakery for $90m.", BUYS, "modality"),
        ("Osk Mills was buying the bakery when it sold its ovens.", BUYS, "modality"),
        ("The fair opened on Friday with a song by Ada Lund.", FAIR, "modality"),
        ("The town hopes for a higher tide.", PROFIT, "modality"),
        ("The bank lost its licence although it checked its clients.", FAILED, "denial"),
        ("The mayor made no promise.", "The mayor made a promise.", "denial"),
    ],
)
def test_a_plan_or_a_denial_told_otherwise_is_found(sentence: str, quote: str, check: str) -> None:
    assert check in checks(sentence, quote)


def test_a_running_time_is_no_two_numbers() -> None:
    quote = "Ada Lund broke the record on Wednesday, winning the final in Osk in 1:50.12."
    assert checks("Ada Lund broke it with a time of 1:50.12 in the final in Osk.", quote) == set()


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ("Two boys stabbed a guard.", "Police arrested two boys on suspicion of stabbing a guard.", True),
        (
            "Two boys are suspected of stabbing a guard.",
            "Two boys were arrested on suspicion of stabbing a guard.",
            False,
        ),
        ("She murdered her husband.", "She is accused of murdering her husband.", True),
        ("He stole the money.", "He denies stealing the money.", True),
        ("The office fined Osk 4% of its sales.", "Fines can reach 4% of sales.", True),
        ("The office can fine Osk 4% of its sales.", "Fines can reach 4% of sales.", False),
        ("Osk asked for five million.", "Osk demanded five million.", False),
        ("The bikes were headed for Lund.", "The bikes were to be taken to Lund.", False),
        ("It raised 3 million, less than what Osk had sought.", "It raised 3 million, less than hoped.", False),
        ("A fine is possible, should he be found guilty.", "He could be fined if he is found guilty.", False),
        ("The judge awarded Osk 9 million.", "The judge ordered Lund to pay Osk 9 million.", False),
    ],
)
def test_what_is_alleged_possible_or_wished_is_not_done(sentence: str, quote: str, wrong: bool) -> None:
    assert (mistold(sentence, [quote], "") is not None) == wrong
