"""Collections: what there is in each, and removing one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from api.errors import PROBLEMS
from api.schemas.documents import CollectionOut, CollectionsOut
from api.schemas.fields import COLLECTION
from api.service import AccessPart
from rag.errors import StoreDamaged, UnknownCollection
from rag.types import DEFAULT_COLLECTION

router = APIRouter(prefix="/v1/collections", tags=["documents"])

Deletable = Annotated[str, Path(pattern=COLLECTION, json_schema_extra={"not": {"const": DEFAULT_COLLECTION}})]


@router.get("")
def collections(access: AccessPart) -> CollectionsOut:
    """The default collection, then the others by name. Adding a document to one makes it."""
    found = []
    for name in access.names():
        try:
            found.append(CollectionOut.of(name, access.engine(name).store.counts()))
        except UnknownCollection:
            continue  # deleted since
        except StoreDamaged as error:
            found.append(CollectionOut(name=name, documents=0, passages=0, waiting=0, error=str(error)))
    return CollectionsOut(collections=found, bound=bool(access.bound))


@router.delete("/{name}", status_code=204, responses={404: PROBLEMS[404]})
def delete(name: Deletable, access: AccessPart) -> None:
    """Remove a collection with its documents, its jobs and all that was made of them. Nothing of it answers again.

    The default one stays; its documents can be deleted one by one.
    """
    access.delete(name)
