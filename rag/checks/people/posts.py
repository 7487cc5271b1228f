"""Words for posts, trades and kin: which of them may be told of the same person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from rag.terms import stem

_POSTS: Final = (
    "boss chief head executive ceo director leader president chair chairman chairwoman chairperson manager principal"
    " founder owner proprietor entrepreneur businessman businesswoman tycoon billionaire magnate employer",
    "coach manager trainer boss",
    "captain skipper master seaman sailor mariner crewman officer",
    "captain player footballer goalkeeper keeper striker forward winger midfielder defender batsman bowler",
    "athlete player sprinter runner cyclist rider swimmer golfer skater skier boxer wrestler jockey racer winner star"
    " champion medallist",
    "captain officer soldier",
    "pilot aviator captain airman",
    *(
        f"{rank} commander officer soldier chief"
        for rank in "general colonel major lieutenant brigadier marshal admiral".split()
    ),
    "police officer policeman policewoman inspector detective superintendent sergeant constable commissioner chief"
    " commander investigator sheriff",
    "minister premier secretary chancellor politician leader lawmaker chief head",
    "mayor politician leader head councillor",
    "governor politician leader head chief",
    "president politician leader head",
    "senator lawmaker politician legislator congressman congresswoman mp deputy representative delegate councillor",
    "candidate politician contender nominee challenger",
    "judge magistrate justice jurist",
    "prosecutor attorney lawyer barrister counsel",
    "lawyer attorney solicitor barrister counsel advocate representative",
    "spokesman spokeswoman spokesperson representative official",
    "scientist researcher professor academic lecturer scholar expert specialist historian archaeologist geologist"
    " biologist physicist chemist astronomer ecologist zoologist botanist economist engineer curator psychologist"
    " epidemiologist seismologist doctor author",
    "doctor surgeon physician medic consultant paediatrician psychiatrist cardiologist specialist",
    "nurse midwife carer",
    "teacher schoolteacher tutor educator lecturer headteacher head principal",
    "writer author novelist poet playwright essayist biographer journalist",
    "journalist reporter editor columnist correspondent writer broadcaster",
    "editor publisher",
    "singer musician pianist violinist composer conductor guitarist rapper drummer cellist artist star performer",
    "painter sculptor artist photographer",
    "actor actress star performer comedian",
    "farmer grower landowner owner",
    "fisherman angler skipper",
    "shopkeeper grocer merchant trader retailer owner",
    "bishop archbishop priest vicar pastor reverend imam rabbi cardinal pope cleric leader head",
    "firefighter fireman firewoman chief commander officer",
    "analyst economist strategist expert",
    "engineer designer inventor architect developer",
    "landlord owner",
    "campaigner activist protester demonstrator",
    "referee umpire official",
    "guard porter attendant",
    "banker financier",
    "accountant treasurer",
    "chef cook baker",
    "clerk receptionist secretary",
    "dancer choreographer performer",
    "filmmaker director producer",
    "patient",
)
_SAME: Final = (
    "coach manager trainer",
    "captain skipper",
    "boss chief head director executive ceo",
    "chair chairman chairwoman chairperson president head",
    "lawyer attorney barrister solicitor counsel",
    "goalkeeper keeper",
    "journalist reporter correspondent",
    "writer author novelist",
    "doctor physician medic",
    "campaigner activist",
    "spokesman spokeswoman spokesperson",
)
"""Words for one post."""
_TIES: Final = (
    "tenant lodger",
    "agent representative",
    "guest visitor",
    "student pupil",
    "passenger traveller",
    "driver motorist",
    "client customer",
    "employee worker aide assistant adviser secretary",
    "colleague partner teammate",
    "friend companion",
    "neighbour neighbor",
    "predecessor",
    "successor",
    "rival opponent",
)
"""What one is to others only, and so may be besides."""
_KIN: Final = (
    "husband spouse partner",
    "wife wives spouse partner",
    "widow wife",
    "widower husband",
    "fiance boyfriend partner",
    "fiancee girlfriend partner",
    "mother mum mom parent",
    "father dad parent",
    "son child children boy",
    "daughter child children girl",
    "brother sibling twin",
    "sister sibling twin",
    "uncle",
    "aunt",
    "nephew",
    "niece",
    "cousin",
    "grandmother grandparent",
    "grandfather grandparent",
    "grandson grandchild grandchildren",
    "granddaughter grandchild grandchildren",
)
_TURNED: Final = (
    "husband wife spouse partner widow widower couple marri",
    "mother father parent mum mom dad son daughter child children",
    "brother sister sibling twin",
    "uncle aunt nephew niece",
    "grandmother grandfather grandparent grandson granddaughter grandchild grandchildren",
    "boss employer employee worker manager",
    "teacher student pupil",
    "doctor physician surgeon patient",
    "landlord tenant",
    "predecessor successor",
    "lawyer client counsel barrister attorney",
)
"""What each of two people is to the other."""
WRITTEN: Final = frozenset(
    form for line in (*_POSTS, *_TIES, *_KIN) for word in line.split() for form in (word, f"{word}s")
)
"""All of these words, in both numbers: an "office" and an "officer" have one stem."""
OFFICES: Final = frozenset(
    map(
        stem,
        "judge magistrate prosecutor mayor minister governor president senator chancellor councillor inspector sergeant"
        " constable superintendent".split(),
    )
)
"""Public offices: who holds one speaks for no firm or club."""
RANKS: Final = OFFICES | frozenset(
    map(
        stem,
        "general colonel major captain lieutenant brigadier marshal admiral commander king queen prince princess pope"
        " bishop archbishop cardinal sheikh emir prime chief detective mp dr doctor prof professor sir dame lord lady"
        " mr mrs ms miss st saint".split(),
    )
)
"""What stands before the names of many people."""
_SPEAKING: Final = {
    "prosecution": "prosecutor",
    "defence": "lawyer barrister solicitor attorney counsel",
    "defense": "lawyer attorney counsel",
    "court": "judge magistrate justice",
    "police": "officer inspector detective superintendent sergeant constable commissioner investigator sheriff",
    "government": "minister president premier chancellor secretary",
    "council": "councillor mayor",
    "church": "bishop archbishop priest vicar pastor pope cardinal",
    "army": "general colonel major lieutenant brigadier marshal",
    "military": "general colonel major lieutenant brigadier marshal admiral",
    "navy": "admiral",
    "palace": "king queen",
}


def _groups(lines: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(map(stem, line.split())) for line in lines)


_POST_GROUPS: Final = _groups(_POSTS)
_SAME_GROUPS: Final = _groups(_SAME)
_TIE_GROUPS: Final = _groups(_TIES)
_KIN_GROUPS: Final = _groups(_KIN)
_TURNED_GROUPS: Final = _groups(_TURNED)
_BODIES: Final = {stem(body): frozenset(map(stem, people.split())) for body, people in _SPEAKING.items()}

POSTS: Final = frozenset[str]().union(*_POST_GROUPS)
KIN: Final = frozenset[str]().union(*_KIN_GROUPS)
PEOPLE: Final = POSTS | KIN | frozenset[str]().union(*_TIE_GROUPS)

ANY: Final = frozenset(
    map(
        stem,
        "officer official employee worker expert specialist leader head chief star artist player owner boss partner"
        " president winner champion representative visitor guest customer client patient child children boy girl"
        " secretary driver".split(),
    )
)
"""What many may be called besides."""


def akin(word: str) -> frozenset[str]:
    """The stems that may be told of whom this stem is told of: "director" for "boss". Itself, too.

    >>> "director" in akin("boss"), "judg" in akin("boss"), "spous" in akin("wife"), "husband" in akin("wife")
    (True, False, True, False)
    """
    groups = (group for group in (*_POST_GROUPS, *_TIE_GROUPS, *_KIN_GROUPS) if word in group)
    return frozenset({word}).union(*groups)


def same(word: str) -> frozenset[str]:
    """The stems that name the post that this stem names. Itself, too."""
    return frozenset({word}).union(*(group for group in _SAME_GROUPS if word in group))


def turned(word: str) -> frozenset[str]:
    """The stems of what somebody is called in relation to another who is called this: "wife" for "husband"."""
    return frozenset({word}).union(*(group for group in _TURNED_GROUPS if word in group))


def speaking_for(bodies: Set[str]) -> frozenset[str]:
    """The stems of those who speak for these bodies: a prosecutor for the prosecution.

    >>> sorted(speaking_for({"prosecut"}))
    ['prosecutor']
    """
    return frozenset[str]().union(*(_BODIES.get(body, frozenset()) for body in bodies))
