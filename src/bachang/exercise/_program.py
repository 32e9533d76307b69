"""Running a plan's program through the door that a participant has."""

from __future__ import annotations

from bachang.fabric import ExecResult, Sandbox
from bachang.plan import Program

OUTPUT_LIMIT = 2_000
"""Characters of a program's output that the journal keeps."""


def run(sandbox: Sandbox, program: Program) -> ExecResult:
    """Run a program as its granted user on its granted host.

    Raises:
        SandboxError: no such host or user, or it cannot be started.
    """
    return sandbox.exec(
        program.host,
        list(program.argv),
        user=program.user,
        stdin=program.script or b"",
        timeout_s=program.timeout_s,
    )


def words(result: ExecResult) -> str:
    """What a program said, for people: the end of its output, then of its errors."""
    parts = (result.stdout, result.stderr)
    text = "\n".join(p.decode("utf-8", "replace").strip() for p in parts if p.strip())
    return text if len(text) <= OUTPUT_LIMIT else "…" + text[-OUTPUT_LIMIT:]
