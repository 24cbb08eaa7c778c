"""What is wrong with a form that asks for a provisioning."""

import asyncio
import re
from collections.abc import Iterator, Mapping

from app.errors import InvalidSubmission
from app.services.submission_checks import NOT_A_GUID, ItemProblem, is_guid, name_problems, problem
from scenario_pack.archive import Limits, peek
from scenario_pack.problems import PackError
from service_kit.forms import Form

FIELDS = ("workspace_id", "workspace_name", "lakehouse_name", "ontology_name", "scenario_name")
NAME = "^[A-Za-z][A-Za-z0-9_]{0,89}$"
LEGAL = "Give a letter, then letters, digits and _, at most 90 in all."


async def check(form: Form, limits: Limits) -> None:
    """Raises InvalidSubmission with every fault that the form and its file show."""
    problems = [*_field_problems(form.fields)]
    file = form.files.get("file")
    if file is None or not file.size:
        problems.append(problem("file", "Add the graph tarball (.tar.gz)."))
    else:
        try:
            await asyncio.to_thread(peek, file.path, "graph", limits)
        except PackError as error:
            problems += [{"slot": "file", **each.as_dict()} for each in error.problems]
    if problems:
        raise InvalidSubmission(problems)


def _field_problems(fields: Mapping[str, str]) -> Iterator[ItemProblem]:
    if not is_guid(fields.get("workspace_id", "")):
        yield problem("workspace_id", NOT_A_GUID)
    for name in ("lakehouse_name", "ontology_name"):
        if fields.get(name) and not re.fullmatch(NAME, fields[name]):
            yield problem(name, LEGAL)
    if fields.get("scenario_name"):
        yield from name_problems(fields["scenario_name"])
