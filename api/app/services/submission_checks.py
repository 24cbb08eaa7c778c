"""What is wrong with a submission, as far as it can be told before the job exists."""

import asyncio
import string
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from app.errors import InvalidSubmission
from app.models import BACKENDS
from app.services.backends import Backends
from scenario_pack.archive import Limits, peek
from scenario_pack.names import SLOTS, check_scenario_name
from scenario_pack.problems import PackError
from service_kit.forms import Form, StoredFile

ItemProblem = dict[str, Any]

MAX_NAME = 256
NOT_A_GUID = "It is not a GUID. Take it from the address of the workspace's page in Fabric."
TRUTH = {"true": True, "1": True, "false": False, "0": False, "": False}


async def check(form: Form, limits: Limits, backends: Backends) -> None:
    """Raises InvalidSubmission with every fault that the form and its files show."""
    problems = [*_field_problems(form.fields, backends), *_file_problems(form.files)]
    sound = [file for file in form.files.values() if file.size]
    for found in await asyncio.gather(*(_archive_problems(file, limits) for file in sound)):
        problems += found
    if problems:
        raise InvalidSubmission(problems)


def is_check_only(fields: Mapping[str, str]) -> bool:
    return TRUTH[fields.get("check_only", "").lower()]


def check_key(key: str) -> None:
    if not 1 <= len(key) <= MAX_NAME or set(key) - set(string.printable[:95]):
        detail = f"Give 1 to {MAX_NAME} printable ASCII characters."
        raise InvalidSubmission([problem("Idempotency-Key", detail)])


def _field_problems(fields: Mapping[str, str], backends: Backends) -> Iterator[ItemProblem]:
    yield from name_problems(fields.get("scenario_name", ""))
    yield from _backend_problems(fields, backends)
    if len(fields.get("workspace_name", "")) > MAX_NAME:
        yield problem("workspace_name", f"It is longer than {MAX_NAME} characters.")
    if fields.get("check_only", "").lower() not in TRUTH:
        yield problem("check_only", "Give 'true' or 'false'.")


def name_problems(name: str) -> Iterator[ItemProblem]:
    if not name:
        yield problem("scenario_name", "Give the scenario a name.")
        return
    try:
        check_scenario_name(name)
    except PackError as error:
        yield problem("scenario_name", str(error))


def _backend_problems(fields: Mapping[str, str], backends: Backends) -> Iterator[ItemProblem]:
    name, workspace = fields.get("backend", ""), fields.get("workspace_id", "")
    backend = backends.called(name)
    if backend is None:
        yield problem("backend", f"'{name[:100]}' is none of {', '.join(BACKENDS)}.")
    if workspace and not is_guid(workspace):
        yield problem("workspace_id", NOT_A_GUID)
    if backend and (obstacle := backends.obstacle(backend)):
        yield problem("backend", obstacle)


def _file_problems(files: Mapping[str, StoredFile]) -> Iterator[ItemProblem]:
    if not files:
        yield problem("files", f"Add at least one file, as one of {', '.join(SLOTS)}.")
    for slot, file in files.items():
        if not file.size:
            yield problem(slot, "The file is empty.", file.filename)


async def _archive_problems(file: StoredFile, limits: Limits) -> list[ItemProblem]:
    slot = next(slot for slot in SLOTS if slot == file.part)
    try:
        await asyncio.to_thread(peek, file.path, slot, limits)
    except PackError as error:
        return [{"slot": slot, **problem.as_dict()} for problem in error.problems]
    return []


def problem(slot: str, detail: str, file: str = "") -> ItemProblem:
    return {"slot": slot, "file": file, "detail": detail}


def is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
