"""The words for what stands in a pack but is not taken."""

from __future__ import annotations

from scenario_pack.names import shown


def refusal(what: str, cure: str = "only regular files are taken") -> str:
    return f"this is {what}; {cure}"


def symbolic_link(target: str) -> str:
    what = f'a symbolic link to "{shown(target)}"'
    return refusal(what, "links are not taken: pack the files themselves (tar -h does)")


def hard_link(target: str) -> str:
    what = f'a hard link to "{shown(target)}"'
    return refusal(what, "links are not taken: pack the file itself (tar --hard-dereference)")
