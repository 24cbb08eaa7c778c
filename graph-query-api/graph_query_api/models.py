"""What travels: the shapes of documents, scenarios, knowledge and prompts on the wire."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from scenario_pack.names import Slot


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


Text = Annotated[str, BeforeValidator(_text)]
JsonList = Annotated[list[JsonValue], BeforeValidator(_list)]
JsonMap = Annotated[dict[str, JsonValue], BeforeValidator(_map)]


class DocumentPage(BaseModel):
    items: list[dict[str, Any]]
    continuation: str | None = Field(description="give it back to get the next page; null: no more")


class PartRecord(BaseModel):
    """One part of a scenario as it was loaded last: the pointer that readers follow."""

    model_config = ConfigDict(frozen=True)

    generation: str = Field(description="names this load; part of file names")
    backend: str = Field(description="`embedded`, `cosmosdb-gremlin` or `fabric-gql`")
    loaded_at: datetime
    store: dict[str, JsonValue] = Field(description="where the data went, in words and ids")
    counts: dict[str, JsonValue] = Field(description="what was loaded, such as rows by table")
    warnings_count: int = 0
    generations: list[str] = Field(
        default_factory=list, description="prompts only: every load still visible, oldest first"
    )


class ScenarioMetadata(BaseModel):
    """What a manifest says about a scenario. Members that are not listed go into ``config``."""

    model_config = ConfigDict(extra="allow")

    display_name: Text = ""
    description: Text = ""
    domain: Text = ""
    version: Text = ""
    use_cases: JsonList = Field(default_factory=list)
    example_questions: JsonList = Field(default_factory=list)
    graph_styles: JsonMap = Field(default_factory=dict)
    agents: JsonList = Field(default_factory=list)
    resources: JsonMap = Field(
        default_factory=dict, description="names of graph, telemetry and search indexes"
    )
    backend: str | None = Field(None, description="where the graph goes; null keeps what was")
    config: JsonMap = Field(default_factory=dict, description="the whole manifest")


class ScenarioSummary(BaseModel):
    """A scenario without its manifest."""

    id: str
    name: str
    display_name: str
    description: str
    domain: str
    version: str
    use_cases: list[JsonValue]
    example_questions: list[JsonValue]
    graph_styles: dict[str, JsonValue]
    agents: list[JsonValue]
    resources: dict[str, JsonValue]
    backend: str | None
    parts: dict[Slot, PartRecord]
    created_at: datetime
    updated_at: datetime


class Scenario(ScenarioSummary):
    config: dict[str, JsonValue]


class ScenarioList(BaseModel):
    scenarios: list[ScenarioSummary]


class DeletedScenario(BaseModel):
    name: str
    dropped: dict[Slot, dict[str, JsonValue]] = Field(description="parts whose data is gone")
    kept: dict[Slot, dict[str, JsonValue]] = Field(
        description="parts whose data stays, and where; a scenario of this name gets them back"
    )


class SearchResult(BaseModel):
    id: str = Field(description="file name below its folder")
    kind: str
    title: str
    score: float = Field(description="higher is better; comparable within one answer only")
    highlight: str = Field(
        description="HTML: a piece of the text, escaped, with the words found in `<mark>`"
    )


class SearchResults(BaseModel):
    results: list[SearchResult]


class KnowledgeItem(BaseModel):
    id: str = Field(description="file name below its folder")
    title: str


class KnowledgeList(BaseModel):
    kind: str
    documents: list[KnowledgeItem]


class KnowledgeText(BaseModel):
    id: str
    kind: str
    title: str
    content: str


class Prompt(BaseModel):
    id: str
    agent: str
    name: str
    version: int = Field(description="counts from 1; the highest of a name is the current one")
    content: str


class PromptList(BaseModel):
    prompts: list[Prompt]


class Health(BaseModel):
    status: str


class Check(BaseModel):
    status: str = Field(description="`ok` or `failed`")
    detail: str = Field("", description="the cause, where it failed")


class Readiness(BaseModel):
    status: str = Field(description="`ready` or `unavailable`")
    checks: dict[str, Check]
