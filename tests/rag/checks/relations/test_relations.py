"""A sentence with every word of its quote can say something else: the opposite, or the same of something else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.checks.numbers.quantities import miscounted
from rag.checks.people.fates import misfated
from rag.checks.relations.bindings import misplaced_name, misplaced_number
from rag.checks.relations.roles import turned
from rag.checks.verify import faults
from rag.checks.wording.denied import wrongly_affirmed, wrongly_denied
from rag.checks.wording.opposites import misranked, opposite
from rag.types import Document

DAY = datetime(2026, 4, 14, tzinfo=UTC)
PROFIT = (
    "Operating profit in the first quarter rose to 44 million crowns from 38 million a year earlier, the network"
    " company said on Tuesday."
)
JOBS = "Halden Grid is to shed 640 of its 5,200 jobs by the end of the year, its head Edda Lorn said."
GOALS = (
    "Varrin Rovers beat Ostmere United 3-1 on Sunday after Jan Pohl had scored twice and Tom Rask had been sent off."
)
VOTE = "No councillor voted against the bridge, though Ilse Brandt had called it the second most expensive in Caldria."
PLEA = "The dock union accused Varrin Terminals of underpaying all clerks; the firm has not yet replied, Ana Holt said."
TURNOUT = "In Tarn Bridge 61% of women voted and 54% of men, fewer than in 2022 before the dam was built."
FUND = (
    "The fund's manager said on Monday that it will sell a fifth of its 60 ships in June because the harbour closed, a"
    " plan that members passed by 31 votes to 12."
)
COURT = "On Friday the court dismissed an appeal by Ada Lund; rain is forecast for Saturday, at winds of 90 km/h."
STAGE = (
    "Norwegian rider Ada Lund won the stage on Monday, 41 seconds ahead of Belgian champion Eva Osk, who keeps the"
    " lead; the rain of Sunday and a heatwave in July were to blame for a fall."
)
PRINT = (
    "The court ordered the Varn Post newspaper on Thursday to print a correction of its story about surgeon Ada Lund;"
    " a complaint against the broadcaster RTO will be heard in June."
)
MICE = "Corvane's director, Hugo Lund, denied that and blamed a contractor, and Eva Osk said the doors were open."
MERGER = (
    "Residents of Little Varn voted on Sunday against merging with Osk, which the county had an option to buy, and half"
    " of the 64 stalls could be gone in a year."
)
CUTS = "The bill cuts fees for large farms by a fifth and raises payments, and it holds for at least a year."
THEFT = (
    "Hackers stole the records of two million patients from the clinic group MediHaus; the clerk Max Rask found it out."
)

TRUE = [
    (STAGE, "Ada Lund of Norway won the stage."),
    (STAGE, "Lund was 41 seconds ahead of Eva Osk."),
    (STAGE, "A fall was caused by Sunday's rain and a July heatwave."),
    (PRINT, "The court ordered the newspaper to print a correction of its story about Ada Lund."),
    (MICE, "Hugo Lund, the director of Corvane, blamed a contractor."),
    (MERGER, "Residents of Little Varn voted against a merger with Osk."),
    (CUTS, "Fees for large farms are cut by 20%."),
    (THEFT, "Records of two million patients were stolen by hackers from MediHaus."),
    (FUND, "The fund is selling 20% of its ships in June 2026."),
    (FUND, "The manager of the fund said that it would sell ships due to the closed harbour."),
    (FUND, "Members passed the plan 31 to 12."),
    (COURT, "The court dismissed Ada Lund's appeal on Friday."),
    (COURT, "Rain is expected on Saturday, at winds of 90 kilometres per hour."),
    (PROFIT, "Operating profit was up to 44 million crowns in the first quarter."),
    (PROFIT, "Profit grew from 38 million crowns to 44 million in a year."),
    (PROFIT, "A year earlier, in the first quarter of 2025, the operating profit had been 38 million."),
    (JOBS, "Halden Grid plans to cut 640 jobs by the end of the year."),
    (JOBS, "Of 5,200 jobs, 640 are to go, according to Lorn."),
    (GOALS, "Ostmere United were beaten 3-1 by Varrin Rovers."),
    (GOALS, "Rovers won 3-1 on Sunday."),
    (GOALS, "Pohl scored twice before Varrin Rovers had won."),
    (VOTE, "Not one councillor voted against the bridge."),
    (VOTE, "Brandt had called it the second most expensive bridge in Caldria."),
    (PLEA, "Varrin Terminals was accused by the dock union of underpaying its clerks."),
    (PLEA, "The firm has yet to reply, Holt said."),
    (TURNOUT, "54% of men voted in Tarn Bridge, and 61% of women."),
    (TURNOUT, "Fewer people voted than in 2022."),
]
FALSE = [
    (PRINT, "The newspaper printed a correction of its story.", "modality"),
    (MERGER, "Residents of Little Varn voted for merging with Osk.", "opposite"),
    (MERGER, "The county bought Osk.", "modality"),
    (MERGER, "Half of the 64 stalls will be gone in a year.", "modality"),
    (MERGER, "Most of the 64 stalls could be gone in a year.", "opposite"),
    (CUTS, "The bill cuts payments and raises fees for large farms.", "relation"),
    (CUTS, "It holds for at most a year.", "opposite"),
    (THEFT, "MediHaus stole the records of two million patients from hackers.", "relation"),
    (FUND, "The fund sold a fifth of its ships in June.", "modality"),
    (FUND, "The fund's lawyer said that it will sell ships.", "speaker"),
    (FUND, "The fund will sell all of its ships in June.", "opposite"),
    (FUND, "The harbour closed because the fund will sell ships.", "relation"),
    (FUND, "Members passed a plan by 12 votes to 31.", "opposite"),
    (COURT, "The court upheld an appeal by Ada Lund.", "opposite"),
    (COURT, "Rain is forecast for Friday, at winds of 90 km/h.", "relation"),
    (COURT, "Rain fell on Saturday, at winds of 90 km/h.", "modality"),
    (COURT, "Winds of 90 mph are forecast.", "unit"),
    (PROFIT, "Operating profit in the first quarter fell to 44 million crowns.", "opposite"),
    (PROFIT, "Operating profit rose to 38 million crowns from 44 million a year earlier.", "opposite"),
    (PROFIT, "Operating loss in the first quarter rose to 44 million crowns.", "opposite"),
    (JOBS, "Halden Grid has shed 640 of its 5,200 jobs.", "modality"),
    (JOBS, "Halden Grid is to create 640 jobs by the beginning of the year.", "opposite"),
    (JOBS, "Halden Grid is to shed 5,200 of its 640 jobs.", "opposite"),
    (GOALS, "Ostmere United beat Varrin Rovers 3-1 on Sunday.", "relation"),
    (GOALS, "Tom Rask had scored twice.", "relation"),
    (GOALS, "Varrin Rovers beat Ostmere United 3-1 before Jan Pohl had scored twice.", "opposite"),
    (VOTE, "A councillor voted against the bridge.", "denial"),
    (VOTE, "Ilse Brandt had called it the most expensive in Caldria.", "opposite"),
    (PLEA, "Varrin Terminals accused the dock union of underpaying all clerks.", "relation"),
    (PLEA, "The firm has replied, Ana Holt said.", "denial"),
    (PLEA, "The dock union accused Varrin Terminals of underpaying some clerks.", "opposite"),
    (PLEA, "Varrin Terminals underpaid all clerks.", "modality"),
    (TURNOUT, "In Tarn Bridge 54% of women voted and 61% of men.", "relation"),
    (TURNOUT, "More voted than in 2022.", "opposite"),
    (TURNOUT, "It was fewer than in 2022 after the dam was built.", "opposite"),
]
CHECKS = (misplaced_name, misplaced_number, misranked, opposite, turned, wrongly_affirmed, wrongly_denied)


def checks(quote: str, sentence: str) -> set[str]:
    article = Document("d", published_at=DAY)
    return {fault.check for fault in faults(sentence, [quote], [article], "", quote)}


@pytest.mark.parametrize(("quote", "sentence"), TRUE)
def test_what_is_told_in_other_words_passes(quote: str, sentence: str) -> None:
    assert checks(quote, sentence) == set()


@pytest.mark.parametrize(("quote", "sentence", "check"), FALSE)
def test_what_is_told_the_other_way_round_is_found(quote: str, sentence: str, check: str) -> None:
    assert check in checks(quote, sentence)


@pytest.mark.parametrize("quote", [PROFIT, JOBS, GOALS, VOTE, PLEA, TURNOUT, FUND, COURT])
def test_nothing_is_held_against_a_sentence_that_is_its_quote(quote: str) -> None:
    assert [check(quote, [quote]) for check in CHECKS] == [None] * len(CHECKS)


@given(st.integers(1, 999), st.integers(1, 999))
def test_a_rise_goes_up_and_a_fall_goes_down(low: int, high: int) -> None:
    rose, fell = (f"Sales {verb} from ${low} million to ${high} million." for verb in ("rose", "fell"))
    assert (miscounted(rose) is None) == (low <= high)
    assert (miscounted(fell) is None) == (low >= high)


@pytest.mark.parametrize(
    ("quote", "sentence", "fault"),
    [
        ("The fine is £4.5bn.", "The fine is 4.5 billion pounds.", False),
        ("The fine is £4.5bn.", "The fine is £4.5m.", True),
        ("The hearing is on Feb. 20.", "The hearing is on 20 February.", False),
        ("The hearing is on Feb. 20.", "The hearing is on 20 March.", True),
        ("The Caldrian Football Union met.", "The CFU met.", False),
        ("The Caldrian Football Union met.", "It was the CDU that met.", True),
        ("Support grew by 4%.", "Support grew by 4 percentage points.", True),
    ],
)
def test_a_number_a_date_and_a_name_are_the_same_in_another_spelling(quote: str, sentence: str, fault: bool) -> None:
    assert bool(checks(quote, sentence)) == fault


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("19 people were reported missing.", "Nineteen people lost their lives, the report says."),
        ("Twelve people were injured.", "Twelve people were killed and 30 injured."),
        ("30 people died.", "Twelve people were killed and 30 injured."),
        ("129 are missing.", "Ten people are still missing, and 129 have been rescued."),
    ],
)
def test_what_became_of_so_many_is_told_as_in_the_quotes(sentence: str, quote: str) -> None:
    assert misfated(sentence, [quote])


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("19 people died.", "Nineteen people lost their lives, the report says."),
        ("The death toll is 17.", "The number of dead rises to 17; two people are still missing."),
        ("Seven people are missing.", "The toll rose to 12. Seven are unaccounted for."),
        ("12 people lost power.", "Twelve people were killed."),
        ("Twelve were killed or injured.", "Twelve people were injured."),
        ("129 people were rescued.", "The crew brought 129 people to land."),
    ],
)
def test_what_became_of_so_many_may_be_told_in_other_words(sentence: str, quote: str) -> None:
    assert misfated(sentence, [quote]) is None
