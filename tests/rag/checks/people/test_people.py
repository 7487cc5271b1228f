"""Who people are, whose, of what and where: other words pass, another person, firm or place does not."""

from __future__ import annotations

import pytest

from rag.checks.people.relatives import other_person
from rag.checks.people.speakers import speakers
from rag.checks.text.spelling import is_short_for, spelled
from rag.checks.verify import faults
from rag.terms import names
from rag.types import Document

AIR = '"We will not cut the line," said Hanna Rolf, managing director of Tarnair. Tarnair is buying Oskair.'
VIOLIN = (
    "Inspector Paula Reich said the violin was found in a flat in Basel. The man, a former guard at the museum, was"
    " arrested at Zurich airport on Sunday. His sister, who lives in the flat, is not suspected. Museum director Felix"
    " Amman said it was intact. Prosecutors say he wanted to sell it to a collector in Japan."
)
BOOK = (
    "The jury's chair, the poet Samir Nasser, praised its style. Keane, who was born in Cork and lives in Glasgow,"
    " wrote it after the death of her brother, a lighthouse keeper. Her editor at Pallas Books, Ruth Adeyinka, said it"
    " had sold 12 copies."
)
CUP = (
    'Coach Nina Stoyan said her players had "hearts of oak". Tarsk manager Goran Ilic, a former Levik player, said the'
    " referee, Pavel Horak of the Czech Republic, had been too lenient. Levik's president, Anna Kral, promised a scarf."
)
DAIRY = (
    "Kilmore chief executive Aoife Brannigan said all 900 jobs were safe. Valdor's owner, Luc Perrin, whose grandfather"
    " founded the firm in 1921, left. The farmers' union Terre Vive warned that milk prices could fall."
)
FINE = "Judge Nora Fehn fined the bank 40,000 euros, a tenth of what the charity Hilf had asked for."
TROOPS = (
    "Troops of Colonel Sam Orr took the airport on Monday. The new commander, Colonel Luis Vega, closed the base to"
    " visitors."
)
PIER = 'The town of Osk had closed the pier in May. The fishing union Seahold said it was "a blow to all of us here".'
HEAT = "It was 40.1C in Osk on Friday. Nearby Lund recorded 35.2C."
PHONE = "The firm raised the price of a phone in May, then offered it at 300 euros in June."
FLAT = "The letters were found in a flat in Osk where her mother once lived."
FARM = "She shared the farm with her brother, Ivo Lenz."

TRUE = [
    (AIR, "The line will not be cut, according to Tarnair's boss, Hanna Rolf."),
    (AIR, "Tarnair's chief said the line would not be cut."),
    (AIR, "The line will not be cut, said Hanna Rolf of Tarnair."),
    ("Tarnair will buy Oskair. Its head, Hanna Rolf, said so.", "Hanna Rolf, head of Tarnair, said so."),
    ("Prof Ida Brenn of the Institute of Ice at Lund University led it.", "Ida Brenn of Lund University led it."),
    (VIOLIN, "The violin was found in a flat in Basel, according to the police."),
    (VIOLIN, "The prosecution says he wanted to sell it to a Japanese collector."),
    (VIOLIN, "The museum's head, Felix Amman, said it was intact."),
    (BOOK, "Keane's editor, Ruth Adeyinka, said it had sold 12 copies."),
    (BOOK, "Samir Nasser, who chairs the jury, praised its style."),
    (CUP, "Goran Ilic, the coach of Tarsk, said the referee had been too lenient."),
    (CUP, "The Czech referee was too lenient, Ilic said."),
    (DAIRY, "Kilmore said all 900 jobs were safe."),
    (DAIRY, "Aoife Brannigan, Kilmore's CEO, said all 900 jobs were safe."),
    (FINE, "Judge Nora Fehn fined the bank 40,000 euros."),
    (TROOPS, "Colonel Vega, the new commander, closed the base to visitors."),
    (PIER, 'The fishing union said it was "a blow to all of us here".'),
    (HEAT, "In Osk it was 40.1 degrees Celsius on Friday."),
    (PHONE, "The phone offered at 300 euros in June had been raised in price in May."),
    (FLAT, "The letters were in a flat in which her mum once lived."),
    (FARM, "Her sibling Ivo Lenz shared the farm with her."),
    ("A state fund pays for most of the school.", "The school is paid for mostly out of a state fund."),
    ("Its member states agreed on Friday.", "On Friday member states agreed."),
    ("New DNA tests cleared him.", "Fresh DNA tests cleared him."),
    ("Ada Osk won although Eva Lund led early.", "Despite Eva Lund's early lead, Ada Osk won."),
    ("The wind farm produces 190 megawatts.", "The wind farm produces 190 MW."),
    ("The Dutch beat Lund 2-0.", "Lund lost 2-0 to the Netherlands."),
    ("The film cost $5m.", "The film cost 5 million US dollars."),
]
FALSE = [
    (AIR, "Hanna Rolf, managing director of Oskair, said the line would stay."),
    (AIR, "Oskair boss Hanna Rolf said the line would not be cut."),
    (AIR, "Hanna Rolf of Oskair said the line would not be cut."),
    (VIOLIN, "The violin was found at Zurich airport."),
    (VIOLIN, "His mother, who lives in the flat, is not suspected."),
    (VIOLIN, "The man, a former director at the museum, was arrested on Sunday."),
    (VIOLIN, "The defence says he wanted to sell it to a collector in Japan."),
    (BOOK, "Keane was born in Glasgow."),
    (BOOK, "She wrote it after the death of her husband, a lighthouse keeper."),
    (BOOK, "Her agent at Pallas Books, Ruth Adeyinka, said it had sold 12 copies."),
    (CUP, "Levik manager Goran Ilic said the referee had been too lenient."),
    (CUP, "Anna Kral, the referee, promised a scarf."),
    (CUP, "The Slovak referee had been too lenient, Goran Ilic said."),
    (DAIRY, "Aoife Brannigan, head of the farmers' union, said all 900 jobs were safe."),
    (DAIRY, "Luc Perrin, whose father founded the firm in 1921, left."),
    (FINE, "Nora Fehn of the charity Hilf had asked for ten times as much."),
    (TROOPS, "Colonel Sam Orr closed the base to visitors."),
    (PIER, 'The town of Osk said it was "a blow to all of us here".'),
    (HEAT, "It was 40.1C in Lund on Friday."),
    (HEAT, "It was 40.1F in Osk on Friday."),
    (FLAT, "The letters were found in a flat where her editor once lived."),
    (FARM, "Ivo Lenz, her husband, shared the farm with her."),
    ("Surgeon Paul Nagy said it had taken nine hours.", "Paul Nagy, a lawyer, said it had taken nine hours."),
    ("A retired teacher from Osk won.", "A retired nurse from Osk won."),
    ("Ida lived in Osk, visiting her niece.", "Ida lived in Osk, visiting her aunt."),
    ("The Dane Ulla Krag won in Osk.", "Norway's Ulla Krag won in Osk."),
]


def checks(told: str, sentence: str) -> list[str]:
    quotes = [f"{part.rstrip('.')}." for part in told.split(". ")]
    found = faults(sentence, quotes, [Document("d")] * len(quotes), "", told)
    return [f"{fault.check}: {fault.detail}" for fault in found]


@pytest.mark.parametrize(("told", "sentence"), TRUE)
def test_the_same_people_in_other_words_pass(told: str, sentence: str) -> None:
    assert checks(told, sentence) == []


@pytest.mark.parametrize(("told", "sentence"), FALSE)
def test_another_person_firm_or_place_is_found(told: str, sentence: str) -> None:
    assert checks(told, sentence)


def test_who_is_kin_to_whom_may_be_told_from_either_side() -> None:
    assert other_person("Ada lives with her aunt Eva.", ["Eva lives with her niece Ada."], "") is None
    assert other_person("Eva lives with her aunt.", ["Eva lives with her niece Ada."], "") == ("aunt", "niec")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Denmark", "The Dane won."),
        ("Spaniard", "She is from Spain."),
        ("UK", "Two Britons won."),
        ("US", "An American won."),
    ],
)
def test_a_country_goes_by_its_people(name: str, text: str) -> None:
    assert is_short_for(name, text)
    assert not is_short_for(name, "A Norwegian won.")


@pytest.mark.parametrize(
    "noun", ["by a state grant", "after new reports of smoke", "two thirds of the claims", "its demands for"]
)
def test_a_noun_tells_of_no_speaker(noun: str) -> None:
    assert list(speakers(f"The bill was paid {noun} help.")) == []


def test_initials_make_no_name_of_the_word_before_them() -> None:
    assert names("Fresh DNA tests cleared him.") == ["dna"]
    assert names("Osk CEO Ada Lund left.") == ["osk", "ceo", "ada", "lund"]
    assert names("Seven Osk players left.") == ["osk"]


def test_symbols_of_heat_and_power_are_spelled() -> None:
    assert spelled("43.6°C and 5 MW") == "43.6 degrees Celsius and 5 megawatts"
    assert spelled("US$5m or 5m US dollars") == "$5m or 5m dollars"
