"""Everything that can go wrong, as one small tree.

    GroundwireError
    ├── InvalidInput             the caller's fault; nothing was changed
    │   ├── NotFound             no such document, version or job
    │   │   ├── AnswerNotFound   no such answer, or it is not kept any more
    │   │   └── UnknownCollection  no collection of this name
    │   └── KeyReused            an idempotency key was used before, for another request
    ├── Rejected                 one document cannot be taken in; permanent, carries a stable code
    ├── Overloaded               the queue is full; try again after `retry_after` seconds
    ├── Unavailable              a part (store, index, model) cannot answer now; transient
    │   ├── DiskFull             there is no room to write
    │   ├── ReadOnly             the data folder cannot be written to
    │   ├── StoreDamaged         the store's file is not what was written to it
    │   ├── IndexUnavailable     Chroma is away, or does not hold yet what the store says
    │   └── ModelUnavailable     no model answers
    │       ├── ModelKeyRefused  its endpoint does not take the key
    │       ├── ModelUnknown     its endpoint knows no model of that name
    │       └── ModelBusy        its endpoint has had enough for now
    ├── SetupError               weights, settings or disk keep the service from starting
    │   ├── PortTaken            somebody else listens there
    │   ├── DataUnusable         the data folder cannot be made or written to
    │   │   └── DataDamaged      a store in it is not what was written to it
    │   └── DataInUse            another service has the data folder
    └── BackupError              a backup could not be made or put back
        └── BackupTooNew         its tables are of a later Groundwire

Adapters translate their vendor's exceptions into this tree at the seam and keep the cause.
HTTP statuses are chosen in `api/errors.py`, exit codes in `api/cli`.
"""

from __future__ import annotations

import math


class GroundwireError(Exception):
    """Base of the tree. `str(error)` is one sentence fit to show to a person."""

    code = "internal_error"


class InvalidInput(GroundwireError):
    """The request cannot be served as it stands. `field` names the part at fault, if one is."""

    code = "invalid_input"

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class NotFound(InvalidInput):
    """There is no such document, version or job."""

    code = "not_found"


class AnswerNotFound(NotFound):
    """No such answer was given, or it is not kept any more."""

    code = "answer_not_found"


class UnknownCollection(NotFound):
    """There is no collection of this name; adding a document makes it."""

    code = "unknown_collection"

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no collection {name!r}; adding a document to it makes it", "collection")


class KeyReused(InvalidInput):
    """This idempotency key was used before, for another request."""

    code = "idempotency_key_reused"


class Rejected(GroundwireError):
    """A document that can never be taken in as it is; `code` is stable, `str()` says why."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Overloaded(GroundwireError):
    """Too many questions are waiting. Try again after `retry_after` seconds (at least 1)."""

    code = "overloaded"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = max(1, retry_after)


class Unavailable(GroundwireError):
    """A part of the service (`store`, `index`, `embedder` or `model`) cannot answer right now."""

    code = "unavailable"

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


class DiskFull(Unavailable):
    """There is no room to write. Questions are still answered, and what was accepted goes on once there is."""

    code = "disk_full"


class ReadOnly(Unavailable):
    """The store cannot be written to. Questions are still answered."""

    code = "read_only"


class StoreDamaged(Unavailable):
    """The store's file is not what was written to it. Only a backup helps."""

    code = "store_damaged"


class IndexUnavailable(Unavailable):
    """Chroma is away, or does not hold yet what the store says."""

    code = "index_unavailable"


class ModelUnavailable(Unavailable):
    """No model answers: its server is away, loading, or ends whenever it is started."""

    code = "model_unavailable"


class ModelKeyRefused(ModelUnavailable):
    """The model's endpoint does not take the key of the settings."""

    code = "model_key_refused"


class ModelUnknown(ModelUnavailable):
    """The model's endpoint knows no model of the name in the settings."""

    code = "model_unknown"


class ModelBusy(ModelUnavailable):
    """The model's endpoint limits how often it may be asked. Try again after `retry_after` seconds (at least 1)."""

    code = "model_busy"

    def __init__(self, part: str, message: str, retry_after: float | None) -> None:
        super().__init__(part, message)
        self.retry_after = max(1, math.ceil(retry_after or 0))


class SetupError(GroundwireError):
    """The service cannot start; `str()` names the file or setting at fault and the remedy."""

    code = "setup_failed"


class PortTaken(SetupError):
    """Somebody else listens on the port."""

    code = "port_taken"


class DataUnusable(SetupError):
    """The data folder, or the store in it, cannot be made, opened or written to."""

    code = "data_unusable"


class DataDamaged(DataUnusable):
    """A store in the data folder is not what was written to it. Only a backup helps."""


class DataInUse(SetupError):
    """Another service, or a command that needs the data folder for itself, has it."""

    code = "data_in_use"


class BackupError(GroundwireError):
    """A backup could not be made or put back; `str()` says what is wrong with which file."""

    code = "backup_failed"


class BackupTooNew(BackupError):
    """The backup was made by a Groundwire with later tables."""

    code = "backup_too_new"
