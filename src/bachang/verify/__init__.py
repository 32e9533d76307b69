"""Proof that a pack works: its weaknesses, tasks, physics, containment and replay.

`verify` brings a pack to life several times over and checks everything that it promises, by
what the world does and through the doors that participants have. The report is a value; it
exists as JSON and as a page.
"""

from bachang.verify._html import to_html
from bachang.verify._jobs import check_names
from bachang.verify._kept import (
    KeptProof,
    NoProofError,
    content_digest,
    keep_proof,
    kept_proof,
    proof_file,
)
from bachang.verify._report import Check, VerifyReport
from bachang.verify._verify import verify

__all__ = [
    "Check",
    "KeptProof",
    "NoProofError",
    "VerifyReport",
    "check_names",
    "content_digest",
    "keep_proof",
    "kept_proof",
    "proof_file",
    "to_html",
    "verify",
]
