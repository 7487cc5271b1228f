"""True sentences pass; the same sentences with one thing changed do not."""

import pytest

from rag.types import Document
from rag.verify import faults

QUOTE = (
    "Mayor Ilse Brandt said on Friday that 12 people were rescued from the Orla and that the bridge did not collapse."
)
TRUE = [
    "Ilse Brandt said that 12 people were rescued from the Orla.",
    "Twelve people were rescued.",
    "On Friday the mayor said that the bridge did not collapse.",
    "The bridge didn't collapse.",
]
FALSE = [
    ("Ilse Brandt said that 13 people were rescued from the Orla.", "number"),
    ("Fifteen people were rescued.", "number"),
    ("Ilse Brandt said on Monday that 12 people were rescued.", "date"),
    ("The speaker was Otto Kraus, who said that 12 people were rescued.", "name"),
    ("Ilse Brandt said that no people were rescued.", None),
    ("The bridge did collapse.", "denial"),
]


def checks(sentence: str, quote: str = QUOTE, question: str = "") -> set[str]:
    return {fault.check for fault in faults(sentence, [quote], [Document("d")], question)}


@pytest.mark.parametrize("sentence", TRUE)
def test_a_true_sentence_has_no_fault(sentence: str) -> None:
    assert checks(sentence) == set()


@pytest.mark.parametrize(("sentence", "check"), [pair for pair in FALSE if pair[1]])
def test_a_changed_fact_is_found(sentence: str, check: str) -> None:
    assert check in checks(sentence)


def test_a_denial_that_no_quote_has_is_found() -> None:
    assert checks("The mill did not burn.", "The mill burned on Friday.") == {"denial"}


def test_a_number_that_only_the_question_has_is_a_fault_and_a_name_is_not() -> None:
    asked = "Did Otto Kraus rescue 40 people?"
    assert checks("Otto Kraus rescued people from the Orla.", question=asked) == set()
    assert checks("Rescued were 40 people.", question=asked) == {"number"}


def test_the_headline_and_date_of_the_article_count_as_read() -> None:
    assert faults("It was in Rome.", ["It was there."], [Document("d", title="Fire in Rome")], "") == []
