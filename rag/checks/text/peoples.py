"""Countries and their peoples, where no ending tells the one from the other: "Dane", "Danish", "Denmark". Pure."""

from __future__ import annotations

import re
from typing import Final

_FORMS: Final = (
    "afghanistan: afghan afghans; argentina: argentine argentines; belgium: belgian belgians;"
    " britain: uk british briton britons brit brits; croatia: croat croats; cyprus: cypriot cypriots;"
    " czechia: czech czechs; denmark: danish dane danes; emirates: uae emirati emiratis;"
    " england: english englishman englishwoman englishmen; finland: finnish finn finns;"
    " france: french frenchman frenchwoman frenchmen; germany: german germans; greece: greek greeks;"
    " iceland: icelandic icelander icelanders; ireland: irish irishman irishwoman irishmen; japan: japanese;"
    " lebanon: lebanese;"
    " monaco: monegasque; myanmar: burma burmese; netherlands: dutch dutchman dutchwoman dutchmen holland;"
    " norway: norwegian norwegians; peru: peruvian peruvians; philippines: filipino filipina filipinos philippine;"
    " poland: polish pole poles; portugal: portuguese; saudi: saudis;"
    " scotland: scottish scot scots scotsman scotswoman;"
    " serbia: serb serbs; slovakia: slovak slovaks; slovenia: slovene slovenes; spain: spanish spaniard spaniards;"
    " sweden: swedish swede swedes; switzerland: swiss; thailand: thai thais; turkey: turkish turk turks;"
    " us: american americans america; wales: welsh welshman welshwoman welshmen; zealand: zealander zealanders"
)
_COUNTRY: Final = {
    form: country
    for line in _FORMS.split(";")
    for country, forms in [line.strip().split(": ")]
    for form in forms.split()
}
OF_PLACE: Final = re.compile(r"(?:ese|ish|ian|can|ean|ch|tch)$")
"""The ends of words for what is of a place or people: "Belgian"."""
_ENDING = re.compile(r"(?<=\w{4})(?:ese|ish|ern|ians?|eans?|ans?|ns?|ia|ea|is|i|y|a|e|o)$")


def country(name: str) -> str:
    """The country of a people, by a word in lower case; else the word itself.

    >>> country("danes"), country("denmark"), country("dutch")
    ('denmark', 'denmark', 'netherlands')
    """
    return _COUNTRY.get(name, name)


def root(name: str) -> str:
    """What the name of a country, in lower case, shares with that of its people.

    >>> root("china") == root("chinese"), root("dane") == root("denmark"), root("austrian") == root("australia")
    (True, True, False)
    """
    return _ENDING.sub("", country(name))
