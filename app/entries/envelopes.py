"""What an agency seals when it enters, and its opening: the clock's act after closing, and nobody's before."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from app.entries.eligibility import Attachment, Offer, quote_of
from app.entries.models import Entry, EntryVersion, standing_versions
from app.infra import files, keys
from app.jobs.models import Job
from app.jobs.rules import selecting
from app.kernel import seal
from app.kernel.act import Act
from app.kernel.draw import Entrant
from app.kernel.errors import NotAllowed
from app.kernel.law import the_clock
from app.kernel.transcript import BROWSER, CHANCE, OFFER, PLATFORM, seal_chance, seal_offer, tagged_hash
from app.kernel.words import N_

RANDOM_BYTES = 32
Part = Callable[[Job, Entry, str, bytes], dict[str, Any]]


@dataclass(frozen=True)
class Sealing:
    """The random part of an entry, 32 bytes each: the contribution to the draw, who made it, and the nonce that keeps
    an offer from being guessed from its commitment; the salt does the same for a proposal."""

    contribution: bytes
    made_by: str
    nonce: bytes
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(RANDOM_BYTES))

    @classmethod
    def new(cls, contribution: str = "") -> "Sealing":
        """With the contribution in hexadecimal of the entrant's browser; one of the platform where that sent none."""
        made = bytes.fromhex(contribution) if contribution else secrets.token_bytes(RANDOM_BYTES)
        return cls(made, BROWSER if contribution else PLATFORM, secrets.token_bytes(RANDOM_BYTES))


class Tampered(Exception):
    """An envelope does not open as what its entrant committed to; the text is the entrant's public code."""


def close_envelopes(job: Job, entry: Entry, code: str, offered: Offer, sealing: Sealing) -> None:
    """Put the offer of the agency with this code into the entry: two commitments that anybody may see, two envelopes
    that only the opening opens."""
    chance = (sealing.contribution, sealing.nonce, sealing.made_by)
    own = {"quote": quote_of(job, offered), "days": offered.days, "discount": offered.discount}
    made = Entrant(code, "", *chance, **own).sealed_for(job.number or "")  # type: ignore[arg-type]
    whose: dict[str, object] = {"code": code, "job": job.number}
    random, offer = (whose | {name: made.opened[name] for name in part} for part in (CHANCE, OFFER))
    entry.sealed, entry.offer = made.sealed, made.offer
    entry.chance_envelope = seal.close_envelope(job.seal_public or b"", random)
    entry.offer_envelope = seal.close_envelope(job.seal_public or b"", offer)
    entry.proposal_hash = entry.proposal_envelope = None
    if offered.proposal:
        proposed = whose | {"proposal": offered.proposal, "salt": sealing.salt.hex()}
        proposed |= {"files": [one.known for one in offered.files]} if offered.files else {}
        entry.proposal_hash = tagged_hash("proposal", proposed)
        lie = {"envelopes": [files.keep(seal.close_file(job.seal_public or b"", one.content)) for one in offered.files]}
        entry.proposal_envelope = seal.close_envelope(job.seal_public or b"", proposed | lie)


def attachment(entry: Entry, place: int) -> Attachment | None:
    """A file of an opened proposal, from its envelope: it never lies open on the disk. None when there is none."""
    known = entry.attachments or []
    if not 0 <= place < len(known):
        return None
    return _open_file(keys.unwrap(entry.job.wrapped_seal or b""), known[place])


def _open_file(private: bytes, known: dict[str, Any]) -> Attachment:
    found = Attachment(str(known["media"]), seal.open_file(private, files.kept(str(known["envelope"]))))
    if known != found.known | {"envelope": known["envelope"]}:
        raise ValueError("the envelope does not hold the file that was committed to")
    return found


def open_quality(act: Act, job: Job, entries: list[Entry]) -> None:
    """Open what a panel needs: the contributions, which draw the order it meets the bidders in, and the proposals; the
    offers too, save where the job has two envelopes. Tampered as below."""
    private = _opening_key(act, job)
    _write_down(job, entries, private, (_chance, _proposal) if job.two_envelopes else (_chance, _proposal, _offer))


def open_envelopes(act: Act, job: Job, entries: list[Entry]) -> None:
    """Open every entry of a closed job. Tampered when one does not hold what its entrant committed to, or is not the
    version that stands."""
    private = _opening_key(act, job)
    if job.two_envelopes and job.quality_closed_at is None:
        raise NotAllowed(N_("The prices are opened after the panel has agreed, and not before."))
    _write_down(job, entries, private, (_chance, _offer))


def entrant_of(entry: Entry) -> Entrant:
    """An entry as it stands on the list, with what was opened of it."""
    unit = entry.agency.unit
    chance, nonce = bytes.fromhex(entry.contribution or ""), bytes.fromhex(entry.nonce or "")
    own = {"quote": entry.quote_cents, "days": entry.days, "discount": entry.discount}
    lists = {"sealed": entry.sealed, "offer": entry.offer, "proposal": entry.proposal_hash or ""}
    return Entrant(unit.code, unit.name, chance, nonce, entry.made_by or "", **own, **lists)  # type: ignore[arg-type]


def _opening_key(act: Act, job: Job) -> bytes:
    if not (the_clock(act.actor) and selecting(act.actor, job)):
        raise NotAllowed(N_("Envelopes are opened by the clock after the entry has closed, and by nobody before."))
    return keys.unwrap(job.wrapped_seal or b"")


def _write_down(job: Job, entries: list[Entry], private: bytes, parts: tuple[Part, ...]) -> None:
    """Take these parts out of the envelopes. Nothing is written down when one entry is not as it was sealed."""
    standing = standing_versions(job.id)
    found = [_contents(job, entry, standing.get(entry.id), private, parts) for entry in entries]
    for entry, values in zip(entries, found, strict=True):
        for name, value in values.items():
            setattr(entry, name, value)


def _contents(
    job: Job, entry: Entry, version: EntryVersion | None, private: bytes, parts: tuple[Part, ...]
) -> dict[str, Any]:
    code = entry.agency.unit.code
    if not _stands(entry, version):
        raise Tampered(code)
    values: dict[str, Any] = {}
    try:
        for part in parts:
            values |= part(job, entry, code, private)
    except (KeyError, ValueError) as error:
        raise Tampered(code) from error
    return values


def _stands(entry: Entry, version: EntryVersion | None) -> bool:
    """Whether the list carries the version that stands, and no older one put back into its place."""
    if version is None:
        return False
    committed = (version.number, version.sealed, version.offer, version.proposal_hash)
    return (entry.version, entry.sealed, entry.offer, entry.proposal_hash) == committed


def _chance(job: Job, entry: Entry, code: str, private: bytes) -> dict[str, Any]:
    content = _content(job, code, seal.open_envelope(private, entry.chance_envelope))
    _require_same(seal_chance(job.number or "", content), entry.sealed)
    return {"contribution": _hex(content["contribution"]), "made_by": str(content["made_by"])}


def _offer(job: Job, entry: Entry, code: str, private: bytes) -> dict[str, Any]:
    content = _content(job, code, seal.open_envelope(private, entry.offer_envelope))
    _require_same(seal_offer(job.number or "", content), entry.offer)
    own = {name: content[name] for name in ("days", "discount")}
    return {"nonce": _hex(content["nonce"]), "quote_cents": content["quote"], **own}


def _proposal(job: Job, entry: Entry, code: str, private: bytes) -> dict[str, Any]:
    content = _content(job, code, seal.open_envelope(private, entry.proposal_envelope or b""))
    lie = content.pop("envelopes", [])
    _require_same(tagged_hash("proposal", content), entry.proposal_hash)
    attached = [one | {"envelope": place} for one, place in zip(content.get("files", []), lie, strict=True)]
    for one in attached:
        _open_file(private, one)
    return {"proposal": str(content["proposal"]), "attachments": attached}


def _content(job: Job, code: str, content: dict[str, Any]) -> dict[str, Any]:
    """What was in an envelope, if it was closed by this entrant for this job."""
    if not {"code": code, "job": job.number}.items() <= content.items():
        raise ValueError("the envelope is of another job or entrant")
    return content


def _hex(value: Any) -> str:
    return bytes.fromhex(value).hex() if isinstance(value, str) else ""


def _require_same(made: str, committed: str | None) -> None:
    if made != committed:
        raise ValueError("the envelope does not hold what was committed to")
