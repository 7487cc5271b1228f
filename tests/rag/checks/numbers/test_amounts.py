"""Numbers may follow from those of the quotes by one easy step; another's number, unit, share or bound may not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.numbers.bounds import misbounded
from rag.checks.numbers.compared import contradicted
from rag.checks.numbers.derived import derived
from rag.checks.numbers.parts import misweighed, overstated
from rag.checks.relations.owners import anothers
from rag.checks.verify import faults
from rag.terms import numbers
from rag.types import Document

FARE = "The fare was raised from €4 to €7 in May, and then sold at €5."
SALE = "The house, valued at $3m, was sold for $5m."
FLEET = "About 780 clerks are affected; a third of them will be moved to Osk."
HEAT = "Nearby Varn recorded 41.2C, while on the coast at Port Osk it was a milder 36C."
BOND = "The bonds were issued at 85 crowns each and ended at 79 on the first day."
SHUT = "The county will shut its school in Osk but keep the larger one in Varn."
RACE = ["The Dane finished 24 seconds ahead of Max Krag.", "Rask, who fell, is third, 51 seconds behind."]
TOUR = f"Lena Holt won the race in Osk. {' '.join(RACE)}"


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The rate was cut by 0.25 percentage points.", "The bank cut the rate by a quarter of a point."),
        ("It fetched 2 million dollars more than its valuation.", SALE),
        ("The fare had been two euros lower.", "It rose from €4 to €6."),
        ("The bonds lost six crowns.", BOND),
        ("Some 260 of the 780 clerks will be moved.", FLEET),
        ("Roughly 520 clerks are not to be moved.", FLEET),
        ("Four people were hurt.", "Three sailors and a cook were hurt."),
        ("In all, 42 people were killed or injured.", "Twelve people were killed and 30 injured."),
        ("The union had sought 60,000 euros and got half of it.", "It got €30,000, half of what the union sought."),
        ("About 85% of the firms keep it.", "Of 72 firms that tried it, 61 will keep it."),
        ("The other eleven do not keep it.", "Of 72 firms that tried it, 61 will keep it."),
        ("He was jailed for 18 months.", "He was jailed for a year and a half."),
        ("Nearly 800 jobs go.", "The yard will cut 780 jobs."),
        ("One in five homes is empty.", "In Osk 20% of homes are empty."),
        ("Two thirds of the homes burned.", "40 of the 60 homes burned."),
        ("Turnout was up three percentage points.", "Turnout was 48%, compared with 45% in 2020."),
        ("It was the first win in 38 years.", "It won in 2025, for the first time since 1987."),
    ],
)
def test_a_number_may_follow_by_a_step_that_the_sentence_has_a_word_for(sentence: str, quote: str) -> None:
    assert numbers(sentence) - numbers(quote) <= derived(sentence, [quote])


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("It fetched 1 million dollars more than its valuation.", SALE),
        ("It was sold for 2 million dollars.", SALE),
        ("The bonds fell to 6 crowns.", BOND),
        ("Some 300 of the clerks will be moved.", FLEET),
        ("Five people were hurt.", "Three sailors and a cook were hurt."),
        ("The union had sought 90,000 euros and got half of it.", "It got €30,000, half of what the union sought."),
        ("Nearly 900 jobs go.", "The yard will cut 780 jobs."),
        ("More than 800 jobs go.", "The yard will cut 780 jobs."),
        ("One in four homes is empty.", "In Osk 20% of homes are empty."),
        ("Turnout was up 3%.", "Turnout was 48%, compared with 45% in 2020."),
    ],
)
def test_a_number_that_follows_by_no_such_step_is_missing(sentence: str, quote: str) -> None:
    assert not numbers(sentence) - numbers(quote) <= derived(sentence, [quote])


@given(st.integers(10, 900), st.integers(10, 900), st.integers(1, 900))
def test_only_the_difference_itself_is_a_difference(one: int, other: int, told: int) -> None:
    found = derived(f"It took {told} minutes longer.", [f"It took {one} minutes, the other {other} minutes."])
    assert (float(told) in found) == (told in (abs(one - other), one, other)) or told * 60 in (one, other)


def test_a_difference_that_is_asked_for_may_be_worked_out() -> None:
    def checks(sentence: str) -> set[str]:
        quote = "Restoring the light costs 4.3 million crowns, up from 3.6 million in February."
        asked = "By how much did restoring the light go up?"
        return {fault.check for fault in faults(sentence, [quote], [Document("d")], asked)}

    assert checks("It went up by 0.7 million crowns.") == set()
    assert {"number", "kind"} <= checks("It went up by 0.8 million crowns.")


@pytest.mark.parametrize(
    ("sentence", "quote", "check"),
    [
        ("The firm paid $1.4 billion.", "The firm paid €1.4bn.", "unit"),
        ("The firm paid 40 pounds.", "The firm paid $40.", "unit"),
        ("The peso fell against the yen.", "The peso fell against the euro.", "unit"),
        ("It lost the records of 5 million members.", "It paid a ransom of $5m for the records of members.", "unit"),
        ("It took $50 to Osk.", "It took 50 clerks to Osk.", "unit"),
        ("The firm paid 40 pounds.", "The firm paid £40.", None),
        ("The firm paid 5 million.", "The firm paid $5m.", None),
        ("The firm paid 1.4 billion euros.", "The firm paid €1.4bn.", None),
    ],
)
def test_a_sum_is_of_its_currency_and_no_count(sentence: str, quote: str, check: str | None) -> None:
    assert {fault.check for fault in faults(sentence, [quote], [Document("d")], "")} == ({check} if check else set())


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ("All of the clerks will be moved to Osk.", FLEET, True),
        ("The nine judges all voted for the ban.", "Two of the nine judges voted to lift it.", True),
        ("Both of Lund's sons are clerks.", "She has two sons, one of whom, Max, is a clerk too.", True),
        ("Both unions took the offer.", "Only one of the two unions took the offer.", True),
        ("All aboard were treated for cuts.", "All aboard were taken off; six passengers were treated for cuts.", True),
        ("All three men were charged.", "Police charged two men. A third man was released.", True),
        ("Everyone was rescued.", "Nearly everyone was rescued.", True),
        ("The whole film survives.", "The reels are in good condition, but the ending is missing.", True),
        ("All schools stay shut.", "Schools in three of the seven districts stay shut.", True),
        ("All trains were cancelled.", "All flights were cancelled, as were some of the trains.", True),
        ("All aboard were taken off.", "All aboard were taken off; six passengers were treated for cuts.", False),
        ("All 40 passengers were rescued.", "The 40 passengers were rescued, two of them hurt.", False),
        ("All the ships were sold.", "The firm sold its 60 ships, some of them at a loss.", False),
        ("Not all of the pupils passed.", "Most of the pupils passed.", False),
        ("In all, 40 people died.", "Some of the 40 people died at once.", False),
        ("All residents must leave.", "The mayor told all residents to leave; some of them refused.", False),
    ],
)
def test_all_is_not_told_of_a_part(sentence: str, quote: str, wrong: bool) -> None:
    assert bool(overstated(sentence, [quote])) == wrong


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ("Most of the firms keep it.", "A quarter of the firms keep it.", True),
        ("Fewer than half of the firms keep it.", "61 of the 72 firms keep it.", True),
        ("Most of the firms keep it.", "61 of the 72 firms keep it.", False),
    ],
)
def test_most_are_more_than_half(sentence: str, quote: str, wrong: bool) -> None:
    assert bool(misweighed(sentence, [quote])) == wrong


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ("It was hotter at Port Osk than at Varn.", HEAT, True),
        ("It was cooler at Port Osk than at Varn.", HEAT, False),
        ("The bonds ended above the price at which they were issued.", BOND, True),
        ("The bonds ended below the price at which they were issued.", BOND, False),
        ("The fare was lower in June than it had been before May.", FARE, True),
        ("The fare was higher in June than it had been before May.", FARE, False),
        ("The school it shuts is larger than the one it keeps.", SHUT, True),
        ("The school it shuts is smaller than the one it keeps.", SHUT, False),
        ("The train is slower than the bus.", "The train takes 41 minutes, compared with 75 minutes by bus.", True),
        ("The train is faster than the bus.", "The train takes 41 minutes, compared with 75 minutes by bus.", False),
        ("The fine was not higher than the profit.", "The fine was €3m and the profit €4m.", False),
        ("Rain was more than twice the average.", "Osk had 90mm of rain; the average is 40mm.", False),
    ],
)
def test_a_comparison_holds_for_the_numbers_of_the_two(sentence: str, quote: str, wrong: bool) -> None:
    assert bool(contradicted(sentence, [quote])) == wrong


@pytest.mark.parametrize(
    ("sentence", "quotes", "context", "wrong"),
    [
        ("Lena Holt won by 51 seconds.", RACE, TOUR, True),
        ("Lena Holt won by 24 seconds.", RACE, TOUR, False),
        ("Rask is 51 seconds behind Holt.", RACE, TOUR, False),
        ("It was 36C in Varn.", [HEAT], "", True),
        ("It was 41.2C in Varn.", [HEAT], "", False),
        ("Ada Lund scored 12 goals.", ["Lund scored nine goals and Eva Osk 12 goals."], "", True),
        ("Dorn has 40 clerks in Osk.", ["Dorn has 300 clerks in Varn.", "In Osk it has 40 clerks."], "", False),
    ],
)
def test_the_amount_of_one_is_not_told_of_another(sentence: str, quotes: list[str], context: str, wrong: bool) -> None:
    assert bool(anothers(sentence, quotes, context)) == wrong


@pytest.mark.parametrize(
    ("sentence", "quote", "wrong"),
    [
        ("He was fined 200 euros.", "He was fined up to €200.", True),
        ("He could be fined 200 euros.", "He could be fined up to €200.", False),
        ("At least 17 died.", "17 people died.", False),
        ("Nearly 300 jobs go.", "The yard cuts 300 jobs.", True),
        ("It took more than 40 minutes.", "It took 40 minutes.", True),
        ("It took more than 40 minutes.", "It took just over 40 minutes.", False),
        ("It rained over two days.", "It rained for two days.", False),
        ("More than 300 came.", "312 people came, 300 of them by train.", False),
    ],
)
def test_a_number_is_bounded_as_the_quotes_bound_it(sentence: str, quote: str, wrong: bool) -> None:
    assert bool(misbounded(sentence, [quote])) == wrong


@pytest.mark.parametrize("quote", [FARE, SALE, FLEET, HEAT, BOND, SHUT, *RACE])
def test_nothing_is_held_against_a_quote_itself(quote: str) -> None:
    article = Document("d", published_at=datetime(2026, 4, 14, tzinfo=UTC))
    assert faults(quote, [quote], [article], "", quote) == []
