"""Alive, and ready."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.schemas.around import AliveOut, LineOut, PartOut, ReadyOut
from api.service import AdmissionPart, BootPart

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> AliveOut:
    """200 as soon as the process answers, whatever its parts do."""
    return AliveOut()


@router.get("/readyz", responses={503: {"model": ReadyOut, "description": "Not ready"}})
async def ready(boot: BootPart, admission: AdmissionPart, response: Response) -> ReadyOut:
    """200 when questions can be answered, 503 otherwise; each part says what is wrong with it."""
    health = await boot.health()
    parts = {part: PartOut(ok=wrong is None, detail=wrong or "") for part, wrong in health.items()}
    everything = all(part.ok for part in parts.values())
    response.status_code = 200 if everything else 503
    line = LineOut(running=admission.running, waiting=admission.waiting)
    return ReadyOut(ready=everything, parts=parts, questions=line)
