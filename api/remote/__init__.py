"""For Python programs: a typed client of a running service. docs/clients.md shows how it is used."""

from api.client import NotRunning, Problem
from api.remote.aio import AsyncClient
from api.remote.calls import Event
from api.remote.client import Client
from api.schemas.asking import AnswerOut as Answer
from api.schemas.asking import CitationOut as Citation
from api.schemas.asking import PassageOut as Passage
from api.schemas.asking import PassagesOut as Passages
from api.schemas.asking import SearchOut as Found
from api.schemas.asking import SentenceEvent as Sentence
from api.schemas.documents import DocumentIn as NewDocument
from api.schemas.documents import JobOut as Job
from api.schemas.documents import StoredOut as StoredDocument
from api.schemas.documents import WholeOut as Document
from rag.errors import GroundwireError, InvalidInput, Unavailable

__all__ = [
    "Answer",
    "AsyncClient",
    "Citation",
    "Client",
    "Document",
    "Event",
    "Found",
    "GroundwireError",
    "InvalidInput",
    "Job",
    "NewDocument",
    "NotRunning",
    "Passage",
    "Passages",
    "Problem",
    "Sentence",
    "StoredDocument",
    "Unavailable",
]
