"""What the announcement of a job commits to: the secret of its draw, the key that closes the envelopes of the entrants,
and the public value of a later day."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from app.infra import keys
from app.infra.recount import Move
from app.jobs.models import Job, outside_awaited
from app.jobs.rules import takes_entries
from app.kernel.act import Act
from app.kernel.draw import SECRET_BYTES, commitment_of
from app.kernel.outside import SOURCES
from app.kernel.seal import new_keys
from app.kernel.shares import KEY_BYTES, OFFICER, RECOVERY, SERVICE, split


def seal(job: Job, secret: bytes | None = None) -> None:
    """Make the secret of 32 bytes and the key pair, and keep both as the database may. Where two persons open, the
    opening half itself is kept nowhere."""
    secret, pair = secret or secrets.token_bytes(SECRET_BYTES), new_keys()
    job.wrapped_secret, job.commitment = keys.wrap(secret), commitment_of(secret)
    job.seal_public = pair.public
    if job.two_person:
        shares = split(pair.private, secrets.token_bytes(KEY_BYTES))
        kept = [keys.wrap(shares[place]) for place in (SERVICE, OFFICER, RECOVERY)]
        job.service_share, job.officer_share, job.recovery_share = kept
    else:
        job.wrapped_seal = keys.wrap(pair.private)


def name_outside(job: Job, closes: datetime) -> None:
    """Name the outside value for a closing instant, if the posting asks for one: at publication, and again whenever the
    closing is moved."""
    if job.outside_source is not None:
        job.outside = SOURCES[job.outside_source].named(closes).words


def follow(act: Act, moves: Sequence[Move]) -> None:
    """After the calendar changed: where a closing was put off, what is to be known only after it is named anew."""
    closings = {move.holds for move in moves if move.model is Job and takes_entries(act.actor, move)}
    for job in outside_awaited(closings):
        if job.due and takes_entries(act.actor, job):
            name_outside(job, job.due)
