"""Who did it to whom, and who is what: in other voices and orders the same, and given to somebody else found."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from rag.checks.verify import faults
from rag.types import Document

TOLD: list[tuple[tuple[str, ...], list[str], list[str]]] = [
    (
        ("A drone built at the Osk Institute finds wrecks twice as fast as a trained diver, a paper says.",),
        [
            "The drone is twice as fast as a trained diver at finding wrecks.",
            "Wrecks are found by the drone twice as fast as by a trained diver.",
        ],
        ["A trained diver finds wrecks twice as fast as the drone."],
    ),
    (
        ("Pupils who read more than an hour a day score 12 points higher than those who read under ten minutes.",),
        ["Those reading over an hour daily score 12 points more than pupils who read less than ten minutes."],
        ["Pupils who read under ten minutes score 12 points higher than those who read more than an hour."],
    ),
    (
        (
            "Ferry firm Norline will open its terminal in Osk two years late, in 2030.",
            "The company has hired 90 of the 300 people it needs, its head of staff, Eva Lund, said.",
        ),
        [
            "The terminal will open in 2030, two years late.",
            "The opening of the terminal has been put off by two years to 2030.",
            "90 of the 300 people needed have been hired, Eva Lund said.",
        ],
        ["Eva Lund will open the terminal in Osk in 2030."],
    ),
    (
        ("Dockers in Varn have ended their two-week strike after accepting a pay rise of 4 per cent.",),
        [
            "The strike ended after two weeks when the dockers accepted a rise.",
            "A pay rise of 4 percent was accepted by the dockers.",
        ],
        [],
    ),
    (
        (
            "Twelve hostages were freed by the militia at the Osk bridge on Friday.",
            "The army has not released anybody, although it had promised to.",
        ),
        [
            "The militia freed twelve hostages at the Osk bridge.",
            "The militia let 12 hostages go, while the army has released nobody.",
        ],
        ["The army freed 12 hostages at the Osk bridge.", "The militia were freed by twelve hostages."],
    ),
    (
        (
            "Ostland expelled its guest Varnia's envoy on Monday in a dispute about fish.",
            "Foreign minister Jan Kol called the envoy a spy.",
        ),
        [
            "Varnia's envoy was expelled by Ostland on Monday.",
            "The envoy was described as a spy by foreign minister Jan Kol.",
        ],
        ["Varnia expelled Ostland's envoy on Monday.", "Jan Kol expelled the envoy."],
    ),
    (
        ("Norland withdrew its envoy from Sudia on Friday in protest at a stamp.",),
        [
            "The envoy was withdrawn from Sudia in protest at a stamp.",
            "Norland pulled its envoy out of Sudia on Friday.",
        ],
        ["Sudia withdrew its envoy from Norland on Friday."],
    ),
    (
        ("Baker Ivo Strand, 48, is charged with poisoning his brother-in-law, Karl Benn.",),
        [
            "He is charged with poisoning Karl Benn, his brother-in-law.",
            "Strand is accused of having poisoned Karl Benn.",
        ],
        ["Karl Benn is charged with poisoning Ivo Strand."],
    ),
    (
        (
            "The orchestra has named Ines Wolf as its next leader.",
            "Wolf, 41, will succeed Tom Arden, who is going to Rome.",
        ),
        [
            "Tom Arden will be succeeded by Ines Wolf.",
            "Ines Wolf succeeds Tom Arden.",
            "Ines Wolf will be the next leader of the orchestra, succeeding Tom Arden.",
        ],
        ["Tom Arden will succeed Ines Wolf.", "Tom Arden has been named as its next leader."],
    ),
    (
        ("The watchdog has fined Osk Bank 3 million crowns because it did not check its clients.",),
        [
            "Osk Bank was fined 3 million crowns for not checking its clients.",
            "A fine of 3 million crowns was imposed on Osk Bank.",
        ],
        ["Osk Bank has fined the watchdog 3 million crowns."],
    ),
    (
        ("The old mark, set by the Dane Bo Lind in 2019, was broken by Ada Osk on Sunday.",),
        ["Ada Osk broke the old mark on Sunday.", "The mark that Bo Lind had set in 2019 was broken by Ada Osk."],
        ["Bo Lind broke the mark set by Ada Osk.", "The Dane Ada Osk broke the mark."],
    ),
    (
        ("Gardener Jo Marsh found the ring and gave it to the museum in Varn, where the curator Lina Ode dated it.",),
        [
            "Lina Ode, a curator at the museum in Varn, dated it.",
            "The ring, which Jo Marsh gave to the museum, was dated by Lina Ode.",
            "It was dated by the curator Lina Ode.",
        ],
        ["Jo Marsh dated the ring.", "Lina Ode found the ring.", "Lina Ode gave the ring to the museum."],
    ),
    (
        ("Porter Ned Gill turned off the pump before engineers arrived.", "Nobody was hurt, warden Ida Moss said."),
        ["The pump was turned off by the porter Ned Gill.", "The warden, Ida Moss, said no one was hurt."],
        ["Engineers turned off the pump.", "Porter Ida Moss said nobody was hurt."],
    ),
    (
        ("The prime minister, Eva Lund, accepted his resignation and chose the banker Karl Osk as his successor.",),
        ["Eva Lund chose the banker Karl Osk to succeed him.", "Karl Osk was chosen by prime minister Eva Lund."],
        ["Karl Osk chose Eva Lund as his successor.", "Prime minister Karl Osk accepted his resignation."],
    ),
    (
        (
            "An 18-year-old outsider, Mia Rask, beat the title holder Jana Pohl 6-2, 6-1 on Tuesday.",
            "Pohl, who is hampered by a sore knee, made 30 errors.",
        ),
        ["Jana Pohl lost to Mia Rask 6-2, 6-1.", "The title holder was beaten by Mia Rask on Tuesday."],
        [
            "Jana Pohl beat Mia Rask 6-2, 6-1.",
            "Mia Rask, hampered by a sore knee, made 30 errors.",
            "Mia Rask, the title holder, beat Jana Pohl.",
        ],
    ),
    (
        (
            "Councillors approved a plan by builder Osk Homes to fell 40 oaks.",
            "The plan had been opposed by the Varn Society.",
        ),
        ["A plan to fell 40 oaks was approved.", "The Varn Society opposed the plan."],
        ["The Varn Society approved a plan to fell 40 oaks.", "Osk Homes opposed the plan."],
    ),
    (
        ("Vet Eva Lund treated the dog that Ivo Kern had found in a ditch.",),
        ["Ivo Kern found the dog in a ditch, and it was treated by Eva Lund."],
        ["Ivo Kern treated the dog.", "Eva Lund found the dog in a ditch."],
    ),
    (
        ("The museum will close for a year from 4 May, and the zoo opens again on Sunday.",),
        ["The museum will be closed for a year from 4 May.", "The museum closes on 4 May."],
        ["The museum closed on 4 May.", "The zoo opened again on Sunday."],
    ),
    (
        ("A relief train with 14 wagons reached the town on Monday.", "A second train is planned for next week."),
        ["14 wagons reached the town on Monday."],
        ["A relief train with 14 wagons is planned to reach the town on Monday."],
    ),
    (
        ("The jury cleared Ada Kern of fraud on Monday but convicted her partner, Leo Varn.",),
        ["Ada Kern was cleared of fraud.", "Leo Varn was convicted by the jury."],
        ["Leo Varn was cleared of fraud.", "The jury convicted Ada Kern."],
    ),
    (
        ("Union leader Ida Moss ruled out a strike before May.",),
        ["Ida Moss does not want a strike before May."],
        ["Union leader Ida Moss will call a strike before May.", "Ida Moss announced a strike before May."],
    ),
    (
        ("Keeper Ian Holt, 61, had been the cashier of the Osk club since 2011.", "Judge Rosa Lind called him a liar."),
        ["Ian Holt had been the cashier of the club from 2011.", "Holt was the cashier of the club."],
        ["Judge Rosa Lind had been the cashier of the club since 2011.", "Rosa Lind was the cashier of the club."],
    ),
    (
        ("A court has ordered the firm Stonix to stop all digging at its mine until a new study is done.",),
        [
            "Stonix was told to stop all digging.",
            "The court told Stonix to stop digging until a new study has been done.",
            "All digging must stop until a new study is finished.",
        ],
        ["Stonix stopped all digging at its mine."],
    ),
    (
        (
            "The assembly has put off a vote on a sugar tax of 12 per cent, which was due on Friday.",
            "Health minister Eva Lund said the vote would now be held in May.",
        ),
        [
            "The vote was delayed from Friday until May.",
            "The vote has been postponed and will be held in May, Eva Lund said.",
        ],
        ["The assembly voted on a sugar tax of 12 per cent on Friday."],
    ),
    (
        (
            "Doctors in Osk have counted 31 cases of mumps since June, up from four in the whole of last year.",
            "Most of the patients were pupils.",
        ),
        ["There have been 31 cases since June, compared with four in all of last year."],
        ["All of the patients were pupils."],
    ),
    (
        (
            "It was 41.2C in Osk on Sunday, the highest ever measured in the valley.",
            "The record before, 40.9C, had stood since 1994.",
        ),
        ["On Sunday 41.2 degrees were measured, beating the old record of 40.9C from 1994."],
        [],
    ),
    (
        ("Nurses in Osk have ended a strike after accepting a rise of 3 per cent.",),
        ["They accepted a rise and ended the strike."],
        ["Nurses ended their strike without accepting a rise."],
    ),
    (
        ("The pup, a male that weighs 2.1 kilos, has not been named yet.",),
        ["The male pup weighs 2.1 kg and has no name so far.", "The pup does not have a name yet."],
        ["The pup has been named."],
    ),
]
TRUE = [(quotes, sentence) for quotes, true, _ in TOLD for sentence in true]
FALSE = [(quotes, sentence) for quotes, _, false in TOLD for sentence in false]


def checks(quotes: tuple[str, ...], sentence: str, context: str = "") -> set[str]:
    found = faults(sentence, quotes, [Document("d")] * len(quotes), "", context or " ".join(quotes))
    return {fault.check for fault in found}


@pytest.mark.parametrize(("quotes", "sentence"), TRUE)
def test_the_same_deed_in_other_words_passes(quotes: tuple[str, ...], sentence: str) -> None:
    assert checks(quotes, sentence) == set()


@pytest.mark.parametrize(("quotes", "sentence"), FALSE)
def test_what_another_did_or_is_or_only_planned_is_found(quotes: tuple[str, ...], sentence: str) -> None:
    assert checks(quotes, sentence)


RACE = "Danish rider Luc Osk took the lead on Saturday. He crossed the line 48 seconds ahead of his friend Bo Lind."
AGE = "Mia Rask won the race on Monday. The 21-year-old was faster than the old mark."


def test_a_pronoun_means_whom_the_sentence_before_names() -> None:
    assert checks((RACE.split(". ")[1],), "Luc Osk crossed the line 48 seconds ahead of Bo Lind.", RACE) == set()
    assert "relation" in checks((RACE.split(". ")[1],), "Bo Lind crossed the line ahead of Luc Osk.", RACE)
    told = (AGE.split(". ")[0] + ".", AGE.split(". ")[1])
    assert checks(told, "Mia Rask, 21, won the race on Monday.", AGE) == set()
    context = "Jan Aas will hold talks in Varn. Eva Lund ruled out joining a pact with him."
    assert checks((context.split(". ")[1],), "Eva Lund does not want to join a pact with Aas.", context) == set()


CREW = "Striker Jan Pohl, a loan player, headed the goal from a cross by Leo Varn."
BOTH = "Police inspector Ray Colt thanked the divers. Porter Ida Moss saw the Dane Bo Lind beside the quay."


@pytest.mark.parametrize(
    ("quote", "sentence", "found"),
    [
        (CREW, "The striker Leo Varn came on and crossed the ball.", {"relation"}),
        (CREW, "The striker Jan Pohl headed the goal.", set()),
        (CREW, "Jan Pohl is a striker.", set()),
        (CREW, "Leo Varn was the striker.", {"relation"}),
        (BOTH, "Police inspector Ida Moss saw Bo Lind.", {"relation"}),
        (BOTH, "The Dane Ida Moss saw somebody beside the quay.", {"relation"}),
        (BOTH, "Porter Moss saw Lind beside the quay.", set()),
        ("The first caller hung up, Karl Osk said.", "The first caller was Osk.", {"relation"}),
        ("Karl Osk, the first caller, hung up.", "The first caller was Osk.", set()),
    ],
)
def test_what_only_somebody_else_is_called_is_found(quote: str, sentence: str, found: set[str]) -> None:
    assert checks((quote,), sentence) == found


def test_who_speaks_is_looked_for_in_the_part_that_tells_it() -> None:
    quotes = ("Salt keeps people awake, doctors in Varn reported.", "Author Eva Lund said it did not prove a cause.")
    told = "Salt keeps people awake, but it is no proof of a cause, Eva Lund said."
    assert checks(quotes, told) == set()
    court = "Nurse Ida Bell told a court that she had seen Bo Lind burn a file. A clinic let a nurse go."
    assert "speaker" in checks((court.split(". ")[0],), "The clinic told a court that Lind had burned a file.", court)


def test_a_year_that_only_the_day_of_publication_has_is_not_that_of_a_quote() -> None:
    article = Document("d", published_at=datetime(2026, 4, 14, tzinfo=UTC))
    quote = "Osk Mills plans to cut 90 jobs by the end of 2028."
    assert faults("Osk Mills plans to cut 90 jobs by the end of 2028.", [quote], [article], "") == []
    found = faults("Osk Mills plans to cut 90 jobs by the end of 2026.", [quote], [article], "")
    assert {fault.check for fault in found} == {"date"}
