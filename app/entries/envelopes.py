"""What an agency seals when it enters, and its opening: the clock's act after closing, and nobody's before."""

import secrets
from dataclasses import dataclass

from app.entries.eligibility import Offer, quote_of
from app.entries.models import Entry, EntryVersion, standing_versions
from app.infra import keys
from app.jobs.models import Job
from app.jobs.rules import selecting
from app.kernel import seal
from app.kernel.act import Act
from app.kernel.draw import Entrant
from app.kernel.errors import NotAllowed
from app.kernel.law import the_clock
from app.kernel.transcript import BROWSER, CHANCE, OFFER, PLATFORM
from app.kernel.words import N_

RANDOM_BYTES = 32


@dataclass(frozen=True)
class Sealing:
    """The random part of an entry, 32 bytes each: the contribution to the draw, who made it, and the nonce that keeps
    an offer from being guessed from its commitment."""

    contribution: bytes
    made_by: str
    nonce: bytes

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


def open_envelopes(act: Act, job: Job, entries: list[Entry]) -> None:
    """Open every entry of a closed job. Tampered when one does not hold what its entrant committed to, or is not the
    version that stands."""
    if not (the_clock(act.actor) and selecting(act.actor, job)):
        raise NotAllowed(N_("Envelopes are opened by the clock after the entry has closed, and by nobody before."))
    private, standing = keys.unwrap(job.wrapped_seal or b""), standing_versions(job.id)
    opened = [_opened(job, entry, standing.get(entry.id), private) for entry in entries]
    for entry, made in zip(entries, opened, strict=True):
        entry.contribution, entry.made_by, entry.nonce = made.contribution.hex(), made.made_by, made.nonce.hex()
        entry.quote_cents, entry.days, entry.discount = made.quote, made.days, made.discount


def entrant_of(entry: Entry) -> Entrant:
    """An entry as it stands on the list, with what was opened of it."""
    unit = entry.agency.unit
    chance, nonce = bytes.fromhex(entry.contribution or ""), bytes.fromhex(entry.nonce or "")
    own = {"quote": entry.quote_cents, "days": entry.days, "discount": entry.discount}
    lists = {"sealed": entry.sealed, "offer": entry.offer}
    return Entrant(unit.code, unit.name, chance, nonce, entry.made_by or "", **own, **lists)  # type: ignore[arg-type]


def _opened(job: Job, entry: Entry, version: EntryVersion | None, private: bytes) -> Entrant:
    """What lies in the envelopes of an entry; it is written down only when nothing is wrong with any."""
    code = entry.agency.unit.code
    try:
        chance = seal.open_envelope(private, entry.chance_envelope)
        offer = seal.open_envelope(private, entry.offer_envelope)
        random = bytes.fromhex(str(chance["contribution"])), bytes.fromhex(str(offer["nonce"]))
        own = {"quote": offer["quote"], "days": offer["days"], "discount": offer["discount"]}
        made = Entrant(code, "", *random, str(chance["made_by"]), **own).sealed_for(job.number or "")  # type: ignore[arg-type]
    except (KeyError, ValueError) as error:
        raise Tampered(code) from error
    whose = {"code": code, "job": job.number}
    if not (whose.items() <= chance.items() and whose.items() <= offer.items()):
        raise Tampered(code)
    if (made.sealed, made.offer) != (entry.sealed, entry.offer) or not _stands(entry, version):
        raise Tampered(code)
    return made


def _stands(entry: Entry, version: EntryVersion | None) -> bool:
    """Whether the list carries the version that stands, and no older one put back into its place."""
    if version is None:
        return False
    return (entry.version, entry.sealed, entry.offer) == (version.number, version.sealed, version.offer)
