"""What travels: the shapes of documents, scenarios, knowledge and prompts on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, WithJsonSchema

from scenario_pack.names import Slot

DISPLAY_NAME = "what people call it"
DESCRIPTION = "what it is about"
DOMAIN = "the trade it belongs to"
VERSION = "of the pack"
USE_CASES = "what it can be used for"
QUESTIONS = "what to ask its agents"
STYLES = "colours and signs of the labels"
AGENTS = "the agents that work with it"
RESOURCES = "names of graph, telemetry and search indexes"
KIND = "`runbooks` or `tickets`"
TITLE = "a runbook's first heading, a ticket's first line, else the file's name"


def _text(value: Any) -> Any:
    """A manifest's ``version: 2.0`` is meant as text."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _list(value: Any) -> Any:
    """A manifest may give one item, or nothing, in the place of a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _map(value: Any) -> Any:
    return {} if value is None else value


Text = Annotated[
    str, BeforeValidator(_text), WithJsonSchema({"type": ["string", "number", "null"]})
]
JsonList = Annotated[list[JsonValue], BeforeValidator(_list), WithJsonSchema({})]
JsonMap = Annotated[
    dict[str, JsonValue], BeforeValidator(_map), WithJsonSchema({"type": ["object", "null"]})
]


class DocumentPage(BaseModel):
    items: list[dict[str, Any]] = Field(description="the documents, without system fields")
    continuation: str | None = Field(description="give it back to get the next page; null: no more")


class PartRecord(BaseModel):
    """One part of a scenario as it was loaded last: the pointer that readers follow."""

    model_config = ConfigDict(frozen=True)

    generation: str = Field(description="names this load; part of file names")
    backend: str = Field(description="`embedded`, `cosmosdb-gremlin` or `fabric-gql`")
    loaded_at: datetime = Field(description="when the switch to it was made")
    store: dict[str, JsonValue] = Field(description="where the data went, in words and ids")
    counts: dict[str, JsonValue] = Field(description="what was loaded, such as rows by table")
    warnings_count: int = Field(0, description="how many warnings the load gave")
    generations: list[str] = Field(
        default_factory=list, description="prompts only: every load still visible, oldest first"
    )


class ScenarioMetadata(BaseModel):
    """What a manifest says about a scenario. Members that are not listed go into ``config``."""

    model_config = ConfigDict(extra="allow")

    display_name: Text = Field("", description=DISPLAY_NAME)
    description: Text = Field("", description=DESCRIPTION)
    domain: Text = Field("", description=DOMAIN)
    version: Text = Field("", description=VERSION)
    use_cases: JsonList = Field(default_factory=list, description=USE_CASES)
    example_questions: JsonList = Field(default_factory=list, description=QUESTIONS)
    graph_styles: JsonMap = Field(default_factory=dict, description=STYLES)
    agents: JsonList = Field(default_factory=list, description=AGENTS)
    resources: JsonMap = Field(default_factory=dict, description=RESOURCES)
    backend: str | None = Field(None, description="where the graph goes; null keeps what was")
    config: JsonMap = Field(default_factory=dict, description="the whole manifest")


class ScenarioSummary(BaseModel):
    """A scenario without its manifest."""

    id: str = Field(description="the name again")
    name: str = Field(description="names the scenario in every address")
    display_name: str = Field(description=DISPLAY_NAME)
    description: str = Field(description=DESCRIPTION)
    domain: str = Field(description=DOMAIN)
    version: str = Field(description=VERSION)
    use_cases: list[JsonValue] = Field(description=USE_CASES)
    example_questions: list[JsonValue] = Field(description=QUESTIONS)
    graph_styles: dict[str, JsonValue] = Field(description=STYLES)
    agents: list[JsonValue] = Field(description=AGENTS)
    resources: dict[str, JsonValue] = Field(description=RESOURCES)
    backend: str | None = Field(description="where the graph is; null where none was loaded")
    parts: dict[Slot, PartRecord] = Field(description="what was loaded, by slot")
    created_at: datetime = Field(description="when it was saved or loaded first")
    updated_at: datetime = Field(description="when it was saved or loaded last")


class Scenario(ScenarioSummary):
    config: dict[str, JsonValue] = Field(description="the whole manifest")


class ScenarioList(BaseModel):
    scenarios: list[ScenarioSummary] = Field(description="by name")


class DeletedScenario(BaseModel):
    name: str = Field(description="of the scenario that was deleted")
    dropped: dict[Slot, dict[str, JsonValue]] = Field(description="parts whose data is gone")
    kept: dict[Slot, dict[str, JsonValue]] = Field(
        description="parts whose data stays, and where; a scenario of this name gets them back"
    )


class SearchResult(BaseModel):
    id: str = Field(description="file name below its folder")
    kind: str = Field(description=KIND)
    title: str = Field(description=TITLE)
    score: float = Field(description="higher is better; comparable within one answer only")
    highlight: str = Field(
        description="HTML: a piece of the text, escaped, with the words found in `<mark>`"
    )


class SearchResults(BaseModel):
    results: list[SearchResult] = Field(description="best first")


class KnowledgeItem(BaseModel):
    id: str = Field(description="file name below its folder")
    title: str = Field(description=TITLE)


class KnowledgeList(BaseModel):
    kind: str = Field(description=KIND)
    documents: list[KnowledgeItem] = Field(description="all of them, by id")


class KnowledgeText(BaseModel):
    id: str = Field(description="file name below its folder")
    kind: str = Field(description=KIND)
    title: str = Field(description=TITLE)
    content: str = Field(description="the whole text")


class Prompt(BaseModel):
    id: str = Field(description="of this version")
    agent: str = Field(description="which agent it is for")
    name: str = Field(description="of its file, without the suffix")
    version: int = Field(description="counts from 1; the highest of a name is the current one")
    content: str = Field(description="the whole text")


class PromptList(BaseModel):
    prompts: list[Prompt] = Field(description="by agent and name, newest version first")


class Health(BaseModel):
    status: str = Field(description="`ok`")


class Readiness(BaseModel):
    status: Literal["ready"] = Field("ready", description="all stores answer")
    checks: dict[str, Literal["ok"]] = Field(description="each store by name")
