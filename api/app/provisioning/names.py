"""Names as Fabric takes them, the same in each run whatever the order of the pack.

Legal names stay as they are. Others get the nearest legal one; where two meet (Fabric ignores
case), each of them but at most one that is legal as it is gets the beginning of its hash.
Sources of the rules: Fabric REST, load table; item definitions of graph model and ontology.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePosixPath

from scenario_pack.value_types import ValueType

SOURCE_KEY = "source_key"
TARGET_KEY = "target_key"

FOLDER = "Files/scenarios"

LONGEST = 100
LONGEST_SEGMENT = 60
"""Of a path; with another hash and in UTF-8 still shorter than a file system's 255 bytes."""
LONGEST_ENDING = 10

Legal = Callable[[str], str]
_ILLEGAL = re.compile(r"[^A-Za-z0-9_]+")
_HASH = 6


def legal_names(originals: Iterable[str], taken: Collection[str] = ()) -> dict[str, str]:
    """Original → a name of letters, digits and ``_`` that begins with a letter.

    No two are the same but for case, nor the same as one of ``taken``.
    """
    return _unique(originals, _legal, taken)


def table_names(scenario: str, parts: Mapping[str, str]) -> dict[str, str]:
    """Key → table of the scenario, for the keys of ``parts`` with their words in the name.

    Scenarios share a lakehouse: ``__`` ends the scenario's name, which has no ``--``.
    """
    names = _unique(parts, lambda key: _legal(parts[key]))
    return {key: f"{item_name(scenario)}__{name}" for key, name in names.items()}


def item_name(scenario: str, ending: str = "") -> str:
    """What items of a scenario are called; begins with a letter, unique to the scenario."""
    name = scenario.replace("-", "_")
    name = name if name[0].isalpha() else f"scenario__{name}"
    return f"{name}_{ending}" if ending else name


def property_names(
    properties: Mapping[str, Mapping[str, ValueType]],
) -> dict[str, dict[str, str]]:
    """Label → property → its name in Fabric, where a name has one type over all labels.

    A name with several types has its type at its end.
    """
    endings = _endings(properties)
    legal = {
        (name, kind): _legal(name) + endings[_legal(name).casefold(), kind]
        for of_label in properties.values()
        for name, kind in of_label.items()
    }
    return {
        label: _unique(
            of_label,
            lambda name, kinds=of_label: legal[name, kinds[name]],  # type: ignore[misc]
            (SOURCE_KEY, TARGET_KEY),
            avoided=legal.values(),
        )
        for label, of_label in properties.items()
    }


def _endings(
    properties: Mapping[str, Mapping[str, ValueType]],
) -> dict[tuple[str, ValueType], str]:
    """What follows a legal name, in lower case, of a type: nothing where it has no other."""
    kinds: defaultdict[str, set[ValueType]] = defaultdict(set)
    for of_label in properties.values():
        for name, kind in of_label.items():
            kinds[_legal(name).casefold()].add(kind)
    several = {(name, kind) for name, found in kinds.items() if len(found) > 1 for kind in found}
    single = {(name, kind) for name, found in kinds.items() if len(found) == 1 for kind in found}
    wanted = {f"{name}_{kind}": (name, kind) for name, kind in sorted(several)}
    given = _unique(wanted, str, {name for name, _ in single})
    return dict.fromkeys(single, "") | {
        (name, kind): given[text].removeprefix(name) for text, (name, kind) in wanted.items()
    }


def file_paths(scenario: str, files: Iterable[str]) -> dict[str, str]:
    """File of the pack → its path in the lakehouse, below ``Files``, with legal segments."""
    names = _unique(files, _legal_file)
    return {file: f"{FOLDER}/{scenario}/{name}" for file, name in names.items()}


def parquet_folder(scenario: str) -> str:
    """Where the files lie that tables are loaded from; no scenario is called like that."""
    return f"{FOLDER}/{scenario}/_parquet"


def _unique(
    originals: Iterable[str],
    legal: Legal,
    taken: Collection[str] = (),
    *,
    avoided: Collection[str] = (),
) -> dict[str, str]:
    """``avoided`` are names that no hash may lead to."""
    wanted = {name: legal(name) for name in originals}
    wishes = Counter(name.casefold() for name in wanted.values())
    given = {name.casefold() for name in taken}
    not_hashed = {name.casefold() for name in avoided}
    found: dict[str, str] = {}
    # those that are legal as they are come first, and the others go round them
    for name in sorted(wanted, key=lambda name: (wanted[name] != name, name)):
        found[name] = wanted[name]
        is_shared = wanted[name] != name and wishes[wanted[name].casefold()] > 1
        if is_shared or found[name].casefold() in given:
            hashed = (_with_hash(wanted[name], name, length) for length in range(_HASH, 65))
            found[name] = next(
                each
                for each in hashed
                if each.casefold() not in given and each.casefold() not in not_hashed
            )
        given.add(found[name].casefold())
    return {name: found[name] for name in wanted}


def _with_hash(legal: str, original: str, length: int = _HASH) -> str:
    digest = hashlib.sha256(original.encode()).hexdigest()[:length]
    path = PurePosixPath(legal)
    return str(path.with_name(f"{path.stem}_{digest}{path.suffix}"))


def _legal(name: str) -> str:
    legal = _ILLEGAL.sub("_", name).strip("_") or "x"
    legal = legal if legal[0].isalpha() else f"x_{legal}"
    return legal if len(legal) <= LONGEST else _with_hash(legal[: LONGEST - _HASH - 1], name)


def _legal_file(name: str) -> str:
    return "/".join(_legal_segment(each) for each in name.split("/"))


def _legal_segment(segment: str) -> str:
    """Letters of any script, digits and ``_``, with dots, hyphens and blanks between them."""
    marked = "".join(c if c.isalpha() or c.isdecimal() or c in "_ .-" else "\0" for c in segment)
    legal = re.sub("\0+", "_", marked).strip(" .-") or "_"
    if len(legal) <= LONGEST_SEGMENT:
        return legal
    ending = PurePosixPath(legal).suffix
    ending = ending if len(ending) <= LONGEST_ENDING else ""
    begin = legal[: LONGEST_SEGMENT - _HASH - 1 - len(ending)]
    return _with_hash(f"{begin.rstrip(' .-')}{ending}", segment)
