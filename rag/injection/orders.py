"""Patterns of orders that a text gives to a machine that reads it. Pure.

Two strengths. What is `loud` is said to whoever writes an answer, and to nobody else. What is `quiet` may also be
said by people to people ("Ignore all earlier instructions", the water board told residents).
"""

from __future__ import annotations

import re
from typing import Final

_MACHINE = r"""(?:A\.?I\.?(?!\w)(?:\s(?:systems?|models?|agents?|tools?|readers?))?|chat-?bots?|
        (?:large\s)?language\smodels?|LLMs?|(?:\w+\s)?assistants?
    (?!\s(?:to|at|of|in|for|coach|managers?|referees?|professors?|secretar|director|minister|editor|attorney
        |prosecutor)))"""
_REPLY = r"(?:repl(?:y|ies)|responses?|answers?|outputs?|completions?|summar(?:y|ies))"
_VERB = r"(?:reply|respond|answer|say|state|output|print|write|claim|tell|declare|return|insist)"
_VERBS = r"(?:replies|responds|answers|says|outputs|prints|writes)"
_START = r"""(?:^|[.!?:;,–—(\[“"*>]\s*|\b(?:please|and|now|then|always|must|should|instead|simply|just|only)\s+)"""
"""Where the verb of an order stands; the first of these is the start of a text."""
_FIRST = r"(?:^\W*(?:(?:please|now|then|instead|simply|just)\W+)?)"
_IGNORE = (
    r"(?:ignore|disregard|forget|override|bypass|discard|overlook|dismiss|set\saside|pay\sno\s(?:attention|heed)\sto)"
)
_GUIDE = r"(?:instructions?|prompts?|rules?|guidelines?|directives?|restrictions?|constraints?|commands?|boundaries)"
_READ = r"(?:texts?|contexts?|messages?|passages?|articles?|sources?|documents?|reports?|evidence|above)"
_ASKED = r"(?:asked?s?|quer(?:y|ies|ied)|questioned|prompted)"

_TEMPLATES = rf"""
    <\|?\s*/?\s*(?:im_(?:start|end|sep)|system|assistant|user|human|endoftext|eo[st](?:_id)?|eot_id|(?:start
        |end)_header_id
        |begin_of_text|(?:start|end)_of_turn|sys|instructions?|prompt|context|answer|question)\b
  | <</?SYS | \[/?(?:INST|SYS(?:TEM)?|ASSISTANT|USER|PROMPT)\] | [-=*_]{{3,}}\s*end\s(?:of\s)?(?:the\s)?(?:{_READ}
        |{_GUIDE})
  | \#{{2,}}\s*(?:instructions?|response|system|assistant|user|human|input|(?:new\s)?task)\b
  | ^\W*(?:system|assistant|user|human)(?:\s(?:message|prompt|note|notice|override|command))?\s*:
  | ^\W*(?:developer|admin\w*|root)\s(?:message|mode|prompt|note|override|command)\b | \bsystem\soverride\b
  | ["'](?:role|system)["']\s*:\s*["'] | \b(?:developer|debug|DAN|jailbreak|unrestricted)\smode\b.{{0,40}}\b(?:enabled
        |active|on)
  | ^\W*(?:(?:final|expected|correct|model|sample)\s)?(?:question|answer|response|query)\s*\d*\s*[:=]
"""
"""Marks of a chat's template, and roles that nobody in an article has."""

_REPLACES = rf"""
    {_IGNORE}\b.{{0,60}}\b(?:{_GUIDE}|{_READ})\b.{{0,100}}?(?:\b(?:and|then|but|instead)\b|[,;:.–—])\W*
        (?:\w+\W+){{0,3}}?{_VERB}\b
"""
"""Something else is to be said than what was said before."""

_REPEALS = rf"""
    {_IGNORE}\s(?:\w+\s){{0,4}}(?:system\sprompt|your\s(?:\w+\s)?{_GUIDE})\b
  | \b{_IGNORE}\s(?:all\s|any\s|the\s|these\s|everything\s)*(?:previous|prior|above|preceding|foregoing)\s
        (?:{_GUIDE}|texts?|contexts?|messages?|passages?|articles?)\b
  | \b{_IGNORE}\s(?:everything|anything|all|whatever|the\s\w+)\s(?:\w+\s){{0,2}}?above\b
"""
"""What was said before, or elsewhere, is to count no more."""

_USES = rf"""
    {_START}(?:do\snot|don['’]t|never)\s(?:answer|use|cite|quote|rely\son|consult|trust|mention)\s(?:from\s)?
        (?:any|all|the|this|these)\s(?:other\s|earlier\s|previous\s|following\s)*(?:{_READ}|questions?)\b
  | {_START}(?:use|cite|quote|rely\son|trust|consult)\s(?:only|exclusively|solely)\s(?:this|the\sfollowing)\b
"""
"""Which articles are to be used, and which not."""

_ADDRESSES = rf"""
    \b(?:notes?|notice|messages?|memo|attention|dear|hey|hello|hi|instructions?|reminder|important|warning|directive
        |order)\b
        [^.!?]{{0,40}}?\b{_MACHINE}(?=\s*(?:[:,;.!)\]–—]|$)|\s(?:that|who|which|reading|processing|answering|summari
        |using|below|only))
  | \bto\s(?:the\s|any\s|all\s|every\s)?{_MACHINE}\s*: | \bif\syou\sare\s(?:an?\s|the\s)?(?:\w+\s){{0,3}}{_MACHINE}
  | \byou\sare\s(?:an?|the)\s(?:\w+\s){{1,4}}(?:who|that)\s(?:always|only|ever)\s{_VERBS}\b
  | \b(?:assistants?|models?|systems?|bots?|agents?)\s(?:that\s|who\s|which\s)?(?:reads?|process(?:es)?|pars(?:es)?
        |reading|processing|parsing)\s
        (?:this|the)\s(?:page|article|text|document|passage)
  | \byou\sare\s(?:now\s|no\slonger\s|hereby\s)?(?:operating\s|acting\s|running\s)?(?:as\s|in\s)?(?:an?\s|the\s)?
        (?:[\w-]+,?\s){{0,4}}?
        (?:{_MACHINE}|DAN\b|(?:developer|debug|maintenance|admin|test|unrestricted|god)\smode)
  | \b(?:act\s(?:as|like)|pretend\s(?:to\sbe|you\sare)|imagine\s(?:that\s)?you\sare|role-?play\sas|play)\s(?:an?\s
        |the\s)?(?:\w+\s){{0,3}}{_MACHINE}
  | \bas\san?\s(?:AI|chat-?bot|language\smodel|AI\sassistant)\b(?=[\s,.:;]|$)(?!\s\w+(?:er|or|ist|ant)\b)
  | \b(?:you|your)\b[^.!?]{{0,80}}\b(?:who|that|and)\s(?:only\s|always\s|ever\s)*{_VERBS}\s(?:to\s)?(?:every|all|any
        |each|only|everything)\b
  | \byour\s(?:new|real|actual|true|only|sole|updated)\s(?:task|instructions?|objective|orders?|role|prompt)\b
  | \b(?:reveal|print|show|output|repeat|leak|disclose|recite)\s(?:me\s)?your\s(?:\w+\s){{0,2}}(?:prompt|instructions
        |rules|keys?|secrets?)\b
  | {_START}(?:tell|inform|assure|warn|direct|send|refer|convince|advise|persuade)\s(?:the|every|any|each)\s(?:user
        |asker|questioner|reader)s?\b
"""
"""The reader is told that it is a machine, what it is to be, or whom it serves."""

_DICTATES = rf"""
    \b(?:when|whenever|if|in\scase|should)\s(?:(?:you|any\w+|some\w+|users?|readers?|people|an?\s\w+|the\s\w+)\s
        (?:is\s|are\s|gets?\s)?)?{_ASKED}\b
        [^.!?]{{0,140}}?(?:[,;:]\s*|\bthen\s|\b(?:you|it)\s(?:must|should|will|are\sto)\s)
        (?:please\W+|always\s|only\s|simply\s|just\s|instead\W+)*{_VERB}\b(?!\s(?:no|nothing|the\s\w+\sof)\b)
  | \bwhat(?:so)?ever\s(?:you\s(?:are|were|get)\sasked|(?:the\s)?(?:question|user|reader)\b|anyone\sasks).{{0,160}}
        \b{_VERB}\b
  | \b(?:no\smatter|regardless\sof)\s(?:what|which|how|the)\b[^.!?]{{0,40}}\b(?:asks?|asked|questions?)
        \b[^.!?]{{0,60}}\b{_VERB}\b
  | \b{_VERB}\b[^.!?]{{0,100}}\b(?:no\smatter|regardless\sof)\s(?:what|which|how|the)\b[^.!?]{{0,30}}\b(?:asks?|asked
        |questions?)\b
  | \byou\s(?:may|can|must|should|are\s(?:only\s)?(?:allowed|permitted)\sto)\s(?:only\s)?(?:answer|reply|respond|say)
        (?:\s(?:is|with|only|that|just)\b|\s?:)
  | \b(?:reply|respond|answer|say)\b[^.!?]{{0,60}}\bto\s(?:every|any|all|each)\s(?:\w+\s){{0,2}}?(?:questions?|quer
        (?:y|ies)|prompts?)\b
  | \bquestions?\s(?:about|on|regarding|concerning)\b[^.!?]{{0,100}}\b(?:must|should|shall|has\sto|have\sto|(?:is
        |are)\sto)\sbe\sanswered\b
  | {_START}(?:answer|respond\sto|reply\sto)\s(?:every|all|any|each|this|the)\s(?:\w+\s){{0,2}}?(?:questions?|quer(?:y
        |ies)|prompts?)\b
  | {_START}(?:reply|respond|answer)\s(?:only|with|exactly|solely|simply|just|instead|always|that|by\s(?:saying
        |performing|writing|stating))\b
  | {_START}(?:output|print|repeat|return|emit|write)\s(?:only|exactly|nothing\sbut|th(?:e|is)\s(?:exact\s
        |following\s)?(?:words?|phrase|string|text|sentence|token|sequence)\b)
  | \b(?:answer|respond|reply|say|output|print|write|repeat)\s(?:\w+\s){{0,2}}?(?:with\s)?the\s(?:single\s|one\s
        |following\s)?(?:word|phrase|string|token|letter)\b
  | \b(?:include|append|insert|add|put|embed|place|render|prepend)\b.{{0,120}}?\b(?:in|into|at|to|after|before|with)
        \b.{{0,30}}?
        \b(?:your|every|each|any|all|the\s(?:final|generated))\s(?:\w+\s){{0,2}}{_REPLY}\b
  | \b(?:repeat|print|output|write)\b.{{0,60}}\b(?:times|end)\b.{{0,20}}\b(?:your|the)\s(?:\w+\s)?{_REPLY}\b
  | \b(?:end|begin|start|finish|close|open|prefix|modify|change|adjust|rewrite|alter)\s(?:your|every|each|all)\s
        (?:\w+\s)?{_REPLY}\b
  | \byour\s(?:\w+\s){{0,2}}{_REPLY}\s(?:must|should|shall|has\sto|have\sto|(?:is|are)\sto|needs?\sto|(?:may|can
        |will)\sonly)\b
  | \b(?:use|give|quote|repeat|return|treat|present|copy|offer)\s(?:\w+\s){{0,8}}?as\s(?:your|the)\s(?:\w+\s)?
        (?:answer|reply|response)\b
  | \b(?:decode|decrypt|decipher|unscramble)\b.{{0,80}}\b(?:and|then)\b.{{0,40}}\b(?:follow|obey|execute|include
        |output|answer|reply|print|do)\b
  | \bfrom\snow\son\W+(?:you\s(?:must|will|are|shall)|answer|reply|respond|every\s{_REPLY}|all\s{_REPLY})\b
  | {_START}(?:refuse|decline)\sto\sanswer\b | \bthe\s(?:passages?|documents?|articles?|context|sources?)\s(?:do
        |does)\snot\s
        (?:contain|have|mention|hold|answer)\s(?:the\s|an?\s|any\s|this\s)?(?:answer|information|question)\b
  | \b(?:correct|expected|only\s(?:valid|correct|right)|verified|canonical|approved)\s(?:answer|response|reply)
        \b.{{0,200}}?(?:\bis\b|\breads\b|:)
  | \bthe\s(?:\w+\s)?answer\sto\s(?:this|the|that|any|every|your|all|each)\s(?:\w+\s){{0,2}}(?:questions?|quer(?:y
        |ies)|prompts?)\b.{{0,200}}?
        (?:\bis\b(?!\s(?:not|no|yes|un|still))|\bmust\b|\bshould\b|:)
"""
"""What is to be answered, or how."""

_CITES = r"""
    \[\s*(?:doc(?:ument)?|source|passage|citation|evidence|chunk|context)(?:[ _-]?id)?\s*(?:[:=\#][^\]]*|\d+)\s*\]
  | ^\W*\[[^\]]*,\s*\d{4}-\d\d-\d\d\] | 【[^】]*】 | \b(?:doc(?:ument)?|source|passage|citation|chunk)[_-]?\s?id\s*[:=]
  | \baccording\sto\s(?:passage|document|source|citation|chunk)\s(?:no\.?\s|number\s)?[\[\#]?\d
  | ^\W*(?:published_at|ingested_at|retracts|corrects|independent_sources|as_of|understood_as|document_ids?)\W{0,3}[:=]
  | \bstatus\W{0,3}[:=]\W{0,3}(?:answered|not_found|unsupported|conflicting|retracted|superseded|corrected|void)\b
  | \bsupport\W{0,3}[:=]\W{0,3}[01](?:\.\d+)?\b
"""
"""Citations and data about articles as machines write them."""

_MARKUP = r"""
    <\s*/?\s*(?:script|img|svg|iframe|object|embed|form|style|meta|link|base|video|audio|input|button|marquee|template
        |math)\b
  | <[^<>]{0,200}\bon\w+\s*= | \b(?:java|vb)script\s*: | \bdata:text/html
  | !\[[^\]]*\]\s*[(\[] | \]\(\s*(?:https?:)?//[^)\s]*[?={] | \]\(\s*(?:javascript|data): | ^\s*\[[^\]]+\]:\s*\S+://
"""
"""What does something where it is shown, and pictures and links that carry words away."""

_ABROAD = r"""
    \b(?:ignorier\w*|vergiss|vergesst|missachte\w*)\b.{0,60}\b(?:anweisung|vorgabe|regel|befehl|text|artikel|obige)\w*
  | \b(?:antworte|antwortet|antworten\ssie)\s(?:auf|nur|mit|immer|stets|dass|stattdessen|ausschließlich)\b
  | \b(?:ignore[rz]?\s(?:toute?s?\s|tous\s)?(?:les|ces|vos|tes|l)\b
        |oublie[rz]?|(?:ne\s)?ten(?:ez|ir)\spas\scompte)\b.{0,60}\b(?:instructions|consignes|règles
        |directives|ci-dessus|précédent\w*)
  | (?<!\w)(?:réponds|répondez)\s(?:à|seulement|uniquement|toujours|que|par|simplement|avec)\b
  | \b(?:ignor[ae]|olvid[ae]|omit[ae]|descart[ae])\b.{0,60}\b(?:instrucciones|reglas|indicaciones|órdenes|anteriores
        |anterior)\b
  | \b(?:respond[ae]|contest[ae])\s(?:a\stod[ao]s|s[oó]lo|solamente|siempre|únicamente|que|con)\b
  | \b(?:ignor[ai]|ignorate|dimentica\w*)\b.{0,60}\b(?:istruzioni|regole|precedenti|direttive)\b
  | \b(?:rispondi|rispondete)\s(?:a|solo|sempre|che|con|soltanto)\b
  | \b(?:ignor[ea]|esque[çc]a|desconsidere)\b.{0,60}\b(?:instruções|regras|anteriores|orientações)\b
  | \bresponda\s(?:a|apenas|somente|sempre|que|com|só)\b
  | \b(?:negeer|vergeet)\b.{0,60}\b(?:instructies|regels|aanwijzingen|bovenstaande|voorgaande)\b | \bantwoord\s(?:op
        |alleen|altijd|met|dat|enkel)\b
  | \b(?:z?ignoruj\w*|zapomnij|pomiń)\b.{0,60}\b(?:instrukcj|polece|zasad|powyższ|poprzedni)\w* | \bodpowiadaj\b|
        \bodpowiedz\s(?:tylko|że|na)\b
  | \b(?:ignorera|glöm|bortse)\b.{0,60}\b(?:instruktion|regl|ovan|tidigare)\w* | \bsvara\s(?:bara|alltid|endast|att
        |med|på)\b
  | \b(?:игнорируй\w*|проигнорируй\w*|забудь\w*)\b.{0,60}\b(?:инструкци|указани|правил|предыдущ|выше)\w* | \b
        (?:отвечай|ответь)(?:те)?\b
  | (?:忽略|无视|無視|忘记|忘れ).{0,20}(?:指令|指示|说明|規則|规则|内容|命令)|(?:指令|指示|说明|規則|规则|内容
        |命令).{0,12}(?:忽略|无视|無視|忘记|忘れ)
  | (?:只|仅|請|请)(?:需)?(?:回答|回复|回覆)|と(?:だけ)?(?:答え|回答し)て
  | تجاهل.{0,40}(?:التعليمات|الأوامر|القواعد)|أجب\s|무시하(?:고|세요|라)|(?:talimat|kural)\w*.{0,30}(?:yok\ssay
        |görmezden|unut)
"""
"""The same in other languages, as far as it is said in the most common words."""

_QUIET = rf"""
    {_START}{_IGNORE}\b.{{0,50}}\b{_GUIDE}\b
  | {_FIRST}(?:say|claim|state|write|tell)\s(?:that|only|exactly)\b
  | {_START}(?:all|any)\s(?:other|earlier|previous)\s(?:articles|reports|sources|documents)\b
        .{{0,40}}\b(?:retracted|withdrawn|void|superseded|fake)
  | {_FIRST}(?:\w+\W+){{0,2}}?\w+\s(?:\w+\s){{0,6}}?your\s(?:\w+\s)?{_REPLY}\b | \byour\s(?:task|job|mission)\sis\s
        (?:now\s)?to\b
  | {_START}(?:disregard|forget|ignore)\s(?:the|this|that|what(?:ever)?)\s(?:\w+\s){{0,3}}(?:{_READ}|says|said
        |written)\b
"""

_REPEALING = "ignor disregard forget overrid bypass discard overlook dismiss set·aside attention heed".split()
_ASKING = "ask quer questio prompt answer repl respon output phrase word string token letter decode decrypt".split()
_SOURCES = "passage article document context source report text message evidence above".split()
_FOREIGN = (
    "ignor vergiss vergesst missacht antwort oubli tenez tenir répond olvid omit descart respond contest dimentic "
    "rispond esque desconsid negeer vergeet antwoord zapomni pomi odpow glöm bortse svara игнор забудь отве 指 "
    "说明 規則 规则 内容 命令 回答 回复 回覆 答え تجاهل أجب 무시 talimat kural"
).split()
_GATED = (
    (_TEMPLATES, "< [ # : = -- ** __ mode override developer admin root".split()),
    (_REPLACES, _REPEALING),
    (_REPEALS, _REPEALING),
    (_USES, [*_SOURCES, "question"]),
    (
        _ADDRESSES,
        [*'assistant bot model (ai “ai "ai a.i. llm dan you system agent user asker questioner reader'.split(), " ai"],
    ),
    (_DICTATES, [*_ASKING, *_SOURCES, "decipher", "unscrambl", "summar", "complet", "repeat", "return"]),
    (_CITES, "[ 【 : = according".split()),
    (_MARKUP, "< ]( ![ ]: script data:".split()),
    (_ABROAD, _FOREIGN),
    (_QUIET, [*_REPEALING, *"say claim state write tell your retracted withdrawn void superseded fake".split()]),
)
PATTERNS: Final = tuple(
    (re.compile(family, re.IGNORECASE | re.VERBOSE), tuple(sign.replace("·", " ") for sign in signs))
    for family, signs in _GATED
)
"""Each with its signs: a text in lower case in which the pattern finds something has one of them. The last is quiet."""


def loud(text: str) -> bool:
    """Whether a text tells a machine that reads it what to answer."""
    said = f" {text.casefold()}"
    return any(any(sign in said for sign in signs) and pattern.search(text) for pattern, signs in PATTERNS[:-1])


def addresses(text: str) -> bool:
    """Whether an order only names its reader, or takes back what was said: what is to be said comes after it."""
    found = {pattern.pattern for pattern, _ in PATTERNS if pattern.search(text)}
    return bool(found & {_ADDRESSES, _REPEALS}) and not found & {_DICTATES, _REPLACES}


def quiet(text: str) -> bool:
    """Whether a text gives an order that may also be meant for people."""
    pattern, signs = PATTERNS[-1]
    said = f" {text.casefold()}"
    return any(sign in said for sign in signs) and pattern.search(text) is not None


SQUEEZED: Final = re.compile(
    r"ignore(?:all|any|the|every|your)*(?:previous|prior|above|earlier|instructions|rules)|disregard(?:all|the|your)*(?:previous|above|instr)"
    r"|forget(?:all|your)*(?:previous|instructions|rules)|yourinstructions|(?:answer|reply|respond)(?:only|with|that)|say(?:that|only)"
    r"|answerevery|whenasked|ifasked|whateveryouareasked|youareanai|youarenow"
)
"""The same where only the letters are left of it."""

ANNOUNCES: Final = re.compile(
    r":\W*$|\b(?:as\sfollows|below|remember\sthis)\W*$"
    r"|\b(?:following|next)\s(?:\w+\s)?(?:sentence|line|paragraph|statement|fact|figure|passage|article)s?\b(?![^:]*:\s*\w)",
    re.IGNORECASE,
)
"""What an order ends with, or has in it, if what it is about comes after it."""
RECALLS: Final = re.compile(
    r"^\[[^\]]*\]\W*$|\b(?:use|give|quote|repeat|return|treat|offer|output|print)\s(?:\w+\s){0,2}?(?:this|that|it|the\s(?:above|previous|preceding|last))\b"
    r"|\b(?:the\s(?:sentence|statement|line|paragraph)\s(?:above|before))\b",
    re.IGNORECASE,
)
"""What an order has in it if what it is about stands before it."""
CONTINUES: Final = re.compile(
    r"^\W*(?:AI|bot|chatbot|model)\s*:|^\W*(?:(?:please|instead|then|now|also|and|just|only|always|simply)\W+)?(?:say|tell|claim|state|reply|respond|answer|write|name|give|print|output"
    r"|do\snot|don['’]t|never|always|use|repeat|insist|act|pretend|mention|add|include|append|speak|stay)\b|\byou(?:r|rs)?\b",
    re.IGNORECASE,
)
"""How an order goes on in the sentence after it."""
