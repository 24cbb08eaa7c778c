"""Which members of an archive are taken, under which names, and what is wrong with others."""

from __future__ import annotations

from scenario_pack.gzip_stream import Ceiling, LimitExceeded
from scenario_pack.member_names import is_ignored, normalised
from scenario_pack.names import shown
from scenario_pack.problems import MAX_PROBLEMS_PER_FILE, PackError, Problem
from scenario_pack.tar_stream import Member


class Contents:
    """`taken` has the place of each file in the archive; `refused` the words for each link."""

    def __init__(self, max_members: int, most: Ceiling) -> None:
        self._max_members = max_members
        self._most = most
        self._bytes = 0
        self.taken: dict[str, int] = {}
        self.refused: dict[str, str] = {}
        self.problems: list[Problem] = []

    def admit(self, member: Member) -> str | None:
        """The name under which the member's content is to be kept, or None if it is not.

        Raises LimitExceeded before any of a member that is too large or one too many is read.
        """
        self._count(member)
        if is_ignored(member.name):
            return None
        try:
            name = normalised(member.name)
        except PackError as error:
            self._note(*error.problems)
            return None
        if member.is_directory:
            return None
        if name in self.taken:
            if not _is_link_to_itself(member, name):
                self._note(_doubled(name, self.taken[name], member.number))
            return None
        if not name:
            self._note(Problem(f"member {member.number} is a file without a name"))
            return None
        if member.refused:
            self.refused[name] = member.refused
            return None
        if name in self.refused:
            self._note(Problem("the archive holds a link and a file of this name", file=name))
            return None
        self.taken[name] = member.number
        return name

    def finish(self) -> None:
        """Raises PackError with what is wrong, or if there is nothing at all."""
        if self.problems:
            raise PackError(self.problems)
        if not self.taken and not self.refused:
            raise PackError(Problem("the archive holds no files"))

    def _count(self, member: Member) -> None:
        if member.number > self._max_members:
            detail = f"the archive holds more than {self._max_members:,} members, the limit"
            raise LimitExceeded(Problem(detail))
        self._bytes += member.size
        if self._bytes > self._most.bytes:
            detail = (
                f"the files in the archive have more than {self._most.bytes:,} bytes, "
                f"{self._most.why}"
            )
            raise LimitExceeded(Problem(detail))

    def _note(self, *problems: Problem) -> None:
        room = MAX_PROBLEMS_PER_FILE - len(self.problems)
        self.problems += problems[:room]


def _doubled(name: str, first: int, second: int) -> Problem:
    detail = (
        f"the archive holds this file twice, as members {first} and {second}; "
        "pack the folder anew instead of adding to the archive"
    )
    return Problem(detail, file=shown(name))


def _is_link_to_itself(member: Member, name: str) -> bool:
    """What GNU tar writes for a file that was named twice: its content is there already."""
    try:
        return bool(member.link) and normalised(member.link) == name
    except PackError:
        return False
