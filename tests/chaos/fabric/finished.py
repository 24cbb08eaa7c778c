"""What a first attempt had finished, and what a second one did again, by the stand-in's log.

Only what the first one could know counts: an answer that was lost, or an operation that nobody
saw the end of, may lead to a second try.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Request = Mapping[str, Any]

_ITEMS = re.compile(r"/(lakehouses|graphModels|ontologies)$")
_REDEFINED = re.compile(r"/(graphModels|ontologies)/[^/]+/updateDefinition$")


@dataclass(frozen=True, slots=True)
class Finished:
    files: frozenset[str]
    tables: frozenset[str]
    items: frozenset[str]
    """Collections; a run makes one item of each."""
    definitions: frozenset[str]
    """Collections whose item has the definition that was sent."""
    loads: frozenset[str]
    """Graph models whose data was loaded."""

    def done_again(self, requests: Iterable[Request]) -> Iterator[str]:
        for each in requests:
            path = each["path"]
            if _is_upload(each) and path in self.files:
                yield f"uploaded again: {path}"
            if _is_load(each) and path in self.tables:
                yield f"loaded again: {path}"
            if (made := _made(each)) in self.items:
                yield f"made again: {made}"
            if (redefined := _redefined(each)) in self.definitions:
                yield f"defined again: {redefined}"
            if each["method"] == "POST" and path.endswith("/refreshGraph/instances") and self.loads:
                yield f"graph loaded again: {path}"


def finished(requests: Sequence[Request]) -> Finished:
    ended = {each["operation"] for each in requests if each["state"] in {"Succeeded", "Completed"}}
    results = {each["path"].split("/")[-2] for each in requests if _is_result(each)}
    started = [each for each in requests if each["status"] in {200, 201, 202}]
    well = [each for each in started if each["status"] != 202 or each["operation"] in ended]
    known = [each for each in well if each["status"] != 202 or each["operation"] in results]
    return Finished(
        files=frozenset(each["path"] for each in started if _is_flush(each)),
        tables=frozenset(each["path"] for each in well if _is_load(each)),
        items=frozenset(filter(None, map(_made, well))),
        definitions=frozenset(
            filter(None, [*map(_made, known), *map(_redefined, well)])
        ),
        loads=frozenset(
            each["path"].split("/")[-4] for each in requests if each["state"] == "Completed"
        ),
    )  # fmt: skip


def _is_upload(each: Request) -> bool:
    return bool(each["host"] == "onelake" and each["method"] == "PUT")


def _is_flush(each: Request) -> bool:
    return each["method"] == "PATCH" and "action=flush" in each["query"]


def _is_load(each: Request) -> bool:
    return bool(each["method"] == "POST" and each["path"].endswith("/load"))


def _is_result(each: Request) -> bool:
    return bool(each["status"] == 200 and each["path"].endswith("/result"))


def _made(each: Request) -> str:
    found = _ITEMS.search(each["path"]) if each["method"] == "POST" else None
    return found[1] if found else ""


def _redefined(each: Request) -> str:
    found = _REDEFINED.search(each["path"]) if each["method"] == "POST" else None
    return found[1] if found else ""
