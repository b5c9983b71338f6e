"""Whether a completed batch is verified, and if not, whether it still can be."""

from __future__ import annotations

from enum import StrEnum

from genesys_purge.model.batch import Batch, BatchState
from genesys_purge.model.certainty import CheckMode


class Verification(StrEnum):
    """Why a completed batch is not verified."""

    PENDING = "pending"
    NOT_POSSIBLE = "not_possible"


def is_concluded(batch: Batch) -> bool:
    """Whether the verification of the batch has ended, with or without a check."""
    return batch.verified is not None or batch.is_unchecked


def awaits_verification(batch: Batch) -> bool:
    """Whether the verification of the completed batch has not ended yet."""
    return batch.state is BatchState.COMPLETED and not is_concluded(batch)


def verification_of(batch: Batch) -> Verification | None:
    """Why a completed batch is not verified, if it is not yet or can never be."""
    if batch.state is BatchState.COMPLETED and batch.unverifiable:
        return Verification.NOT_POSSIBLE
    return Verification.PENDING if awaits_verification(batch) else None


def is_conclusive(batch: Batch) -> bool:
    """Whether the batch is verified, or concluded as one that no check can verify."""
    return batch.is_verified or (batch.unverifiable is not None and is_concluded(batch))


def unverifiable_records(batch: Batch) -> int:
    """How many records of a completed batch no check can verify."""
    is_not_possible = verification_of(batch) is Verification.NOT_POSSIBLE
    return batch.targeted if is_not_possible else 0


def is_sampled(batch: Batch) -> bool:
    """Whether a sample verifies the batch, so that not each of its records was looked at."""
    check = batch.check
    return batch.is_verified and check is not None and check.mode is CheckMode.SAMPLE


def sampled_records(batch: Batch) -> int:
    """How many records the batch has, if a sample verifies it."""
    return batch.targeted if is_sampled(batch) else 0
