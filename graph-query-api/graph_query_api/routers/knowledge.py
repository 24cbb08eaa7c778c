"""Runbooks, tickets and prompts of a scenario."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from graph_query_api.dependencies import KnowledgeDep, PromptsDep, ScenarioName
from graph_query_api.models import KnowledgeList, KnowledgeText, PromptList, SearchResults
from graph_query_api.services.knowledge import KNOWLEDGE_SLOTS, KnowledgeSlot
from service_kit.problems import PROBLEM_RESPONSES

router = APIRouter(
    prefix="/query/scenarios/{name}",
    tags=["knowledge"],
    responses=PROBLEM_RESPONSES(404, 503, 504),
)

MAX_RESULTS = 100


@router.get("/search", summary="Search runbooks or tickets")
async def search(
    name: ScenarioName,
    knowledge: KnowledgeDep,
    kind: Annotated[KnowledgeSlot, Query(alias="in", description="where to look")],
    q: Annotated[str, Query(description="words; there are no operators")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_RESULTS, description="results at most")] = 20,
) -> SearchResults:
    """Documents with any of the words, best first; those that hold a word exactly as typed
    (`C++`, `INC-4711`) before those that hold its parts."""
    return SearchResults(results=await knowledge.search(name, kind, q, limit))


@router.get("/prompts", summary="List prompts")
async def list_prompts(name: ScenarioName, prompts: PromptsDep) -> PromptList:
    """By agent and name; every version, the current one (the highest) first."""
    return PromptList(prompts=await prompts.list(name))


def documents_of(kind: KnowledgeSlot) -> APIRouter:
    """The same two routes for runbooks and for tickets. A path parameter in the place of their
    names would catch what other routers serve below a scenario."""
    documents = APIRouter(prefix=f"/{kind}")

    @documents.get("", summary=f"List {kind}", name=f"list_{kind}")
    async def list_documents(name: ScenarioName, knowledge: KnowledgeDep) -> KnowledgeList:
        return KnowledgeList(kind=kind, documents=await knowledge.titles(name, kind))

    @documents.get("/{document_id:path}", summary=f"Read one of the {kind}", name=f"read_{kind}")
    async def read_document(
        name: ScenarioName,
        document_id: Annotated[str, Path(description="file name below its folder")],
        knowledge: KnowledgeDep,
    ) -> KnowledgeText:
        return await knowledge.read(name, kind, document_id)

    return documents


for slot in KNOWLEDGE_SLOTS:
    router.include_router(documents_of(slot))
