"""Fabric spoken by hand, with httpx alone: a client that no code of the product is part of."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
from peers.fabric.definitions import as_dict
from peers.fabric.running import Running

FABRIC = "https://api.fabric.microsoft.com/.default"
STORAGE = "https://storage.azure.com/.default"
_PATIENCE = 20.0


class OperationFailed(Exception):
    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(f"{error.get('errorCode')}: {error.get('message')}")
        self.code = error.get("errorCode")
        self.rules = [each["errorCode"] for each in error.get("moreDetails", ())]


class FabricRest:
    """In the workspace Practice. Answers are looked at by the tests: no status raises."""

    def __init__(self, stand_in: Running) -> None:
        self._stand_in = stand_in
        self.workspace = stand_in.workspace
        self.http = httpx.Client(verify=stand_in.tls, trust_env=False, timeout=30)
        self.sign_in()

    def sign_in(self) -> None:
        self.fabric_token = self.token(FABRIC)
        self.storage_token = self.token(STORAGE)

    def token(self, scope: str) -> str:
        env = self._stand_in.env
        answer = self.http.post(
            f"{env['AZURE_AUTHORITY_HOST']}/{env['AZURE_TENANT_ID']}/oauth2/v2.0/token",
            data={
                "grant_type": "client_credentials",
                "client_id": env["AZURE_CLIENT_ID"],
                "client_secret": env["AZURE_CLIENT_SECRET"],
                "scope": scope,
            },
        )
        found: str = answer.raise_for_status().json()["access_token"]
        return found

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """``path`` is below the workspace, unless it begins with a slash."""
        where = path if path.startswith("/") else f"/workspaces/{self.workspace}/{path}"
        headers = {"authorization": f"Bearer {self.fabric_token}"}
        return self.http.request(
            method, self._stand_in.api + where, json=body, headers=headers, **more
        )

    def done(self, answer: httpx.Response) -> Any:
        """The result of what was started, if it has one; raises OperationFailed."""
        if answer.status_code != 202:
            if answer.is_error:
                raise OperationFailed(answer.json())
            return answer.json() if answer.content else None
        operation = answer.headers["x-ms-operation-id"]
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            state = self.send("GET", f"/operations/{operation}")
            found = state.json()
            if found["status"] == "Failed":
                raise OperationFailed(found["error"])
            if found["status"] == "Succeeded":
                if "location" not in state.headers:
                    return None
                return self.send("GET", f"/operations/{operation}/result").json()
            time.sleep(0.01)
        raise TimeoutError(operation)

    def create(self, collection: str, name: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.done(
            self.send("POST", collection, {"displayName": name, **more})
        )
        return found

    def pages(self, path: str, member: str = "value", **query: str) -> Iterator[dict[str, Any]]:
        while True:
            found = self.send("GET", path, params=query).json()
            yield from found[member]
            if not found.get("continuationToken"):
                return
            query["continuationToken"] = found["continuationToken"]

    def define(
        self, collection: str, item: str, parts: Sequence[dict[str, str]], **more: Any
    ) -> None:
        """Parts are {path, text}."""
        body = as_dict(parts) | more
        self.done(self.send("POST", f"{collection}/{item}/updateDefinition", body))

    def put(self, lakehouse: str, path: str, content: bytes) -> None:
        url = f"{self._stand_in.onelake}/{self.workspace}/{lakehouse}/{path}"
        headers = {"authorization": f"Bearer {self.storage_token}"}
        steps = (("PUT", "resource=file", b""), ("PATCH", "action=append&position=0", content))
        for method, query, body in (
            *steps,
            ("PATCH", f"action=flush&position={len(content)}", b""),
        ):
            self.http.request(
                method, f"{url}?{query}", content=body, headers=headers
            ).raise_for_status()

    def load(self, lakehouse: str, table: str, path: str, **options: Any) -> None:
        form = "Parquet" if path.endswith(".parquet") else "Csv"
        body = {
            "relativePath": path,
            "pathType": "File",
            "mode": "Overwrite",
            "formatOptions": {"format": form, **options},
        }
        self.done(self.send("POST", f"lakehouses/{lakehouse}/tables/{table}/load", body))

    def table(self, lakehouse: str, table: str, content: str, **options: Any) -> None:
        """A Delta table from the text of a CSV file."""
        self.put(lakehouse, f"Files/{table}.csv", content.encode())
        self.load(lakehouse, table, f"Files/{table}.csv", header=True, **options)

    def loaded(self, graph: str) -> dict[str, Any]:
        """The newest load of a graph, once it ended."""
        ends = time.monotonic() + _PATIENCE
        while time.monotonic() < ends:
            jobs = list(self.pages(f"items/{graph}/jobs/instances"))
            if jobs and jobs[0]["endTimeUtc"]:
                return jobs[0]
            time.sleep(0.01)
        raise TimeoutError(graph)

    def query(self, graph: str, gql: str) -> dict[str, Any]:
        """Asked again until it is answered."""
        query: dict[str, str] = {"beta": "true"}
        path = f"graphModels/{graph}/executeQuery"
        while True:
            answer = self.send("POST", path, {"query": gql}, params=query)
            found: dict[str, Any] = answer.raise_for_status().json()
            token = found["result"].get("nextPage")
            if not token:
                return found
            query["continuationToken"] = token

    def rows(self, graph: str, gql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.query(graph, gql)["result"]["data"]
        return found
