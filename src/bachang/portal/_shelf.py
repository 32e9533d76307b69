"""A pack's folder, read: its plan or what is wrong with it, its picture, its proof."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bachang.catalogue import both
from bachang.engine import load_plan
from bachang.plan import Plan
from bachang.portal.models import Pack, Verified
from bachang.scenario import ScenarioError, pack_stamp
from bachang.verify import content_digest

_PICTURES = {
    "picture.png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    "picture.jpg": ("image/jpeg", b"\xff\xd8\xff"),
    "picture.webp": ("image/webp", b"RIFF"),
}
"""A pack's picture by file name: its type, and what its first bytes must be."""
_TASK_MIN = 8
"""Minutes that a newcomer takes for a task, roughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a pack comes from that did not come with Bachang."""

    uploaded_by: str
    copy_of: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A pack as it was when its files had this stamp."""

    stamp: int
    plan: Plan | None
    problems: tuple[str, ...]
    content: str = ""
    """Digest of all its files."""


class Shelf:
    """Packs as they were read last; one is read again when a file of it has changed."""

    def __init__(self) -> None:
        self._loaded: dict[Path, Loaded] = {}

    def load(self, folder: Path) -> Loaded:
        """A pack; one that cannot be read says why."""
        if not (folder / "scenario.yaml").exists():
            return Loaded(stamp=0, plan=None, problems=("its files are gone",))
        stamp = pack_stamp(folder)
        known = self._loaded.get(folder)
        if known is None or known.stamp != stamp:
            known = self._loaded[folder] = _read(folder, stamp)
        return known

    def remembered(self, folder: Path) -> Loaded:
        """A pack as it was read last, whatever has become of its files since: costs nothing."""
        return self._loaded.get(folder) or self.load(folder)

    def forget(self, folder: Path) -> None:
        """Something in it has changed."""
        self._loaded.pop(folder, None)


def _read(folder: Path, stamp: int) -> Loaded:
    content = content_digest(folder)
    try:
        plan = load_plan(folder)
    except ScenarioError as error:
        problems = tuple(str(problem).removeprefix(f"{folder}/") for problem in error.problems[:20])
        return Loaded(stamp=stamp, plan=None, problems=problems, content=content)
    except (RecursionError, MemoryError, ValueError) as error:
        problem = f"it cannot be read: {type(error).__name__}"
        return Loaded(stamp=stamp, plan=None, problems=(problem,), content=content)
    return Loaded(stamp=stamp, plan=plan, problems=(), content=content)


def picture(folder: Path) -> tuple[bytes, str] | None:
    """A pack's picture with its media type."""
    for name, (media_type, start) in _PICTURES.items():
        file = folder / name
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            if content.startswith(start):
                return content, media_type
    return None


def document(
    name: str, folder: Path, loaded: Loaded, *, origin: Origin | None, verified: Verified | None
) -> Pack:
    """A pack as a document; one that does not load says why."""
    plan = loaded.plan
    tasks = plan.exercise.tasks if plan else ()
    return Pack(
        name=name,
        title=plan.title if plan else {"en": name},
        description=plan.description if plan else {"en": ""},
        difficulty=max(1, min(5, max((task.level for task in tasks), default=1))),
        skills=_skills(plan),
        duration_min=_TASK_MIN * len(tasks) or _TASK_MIN,
        hosts=len(plan.world.hosts) if plan else 0,
        tasks=len(tasks),
        points=sum(task.points for task in tasks),
        picture=f"/api/packs/{name}/picture" if picture(folder) else None,
        verified=verified,
        shipped=origin is None,
        uploaded_by=origin.uploaded_by if origin else None,
        copy_of=origin.copy_of if origin else None,
        problems=[both(problem) for problem in loaded.problems],
    )


def _skills(plan: Plan | None) -> list[str]:
    weaknesses = plan.exercise.weaknesses if plan else ()
    return sorted({key for weakness in weaknesses for key in weakness.techniques})
