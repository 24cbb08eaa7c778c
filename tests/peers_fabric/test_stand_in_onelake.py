"""OneLake's protocol where the official client does not reach: conditions, names, folders."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from peers.fabric.running import Running

from support.fabric_rest import FabricRest


@pytest.fixture
def lake(rest: FabricRest, stand_in: Running, lakehouse: str) -> Iterator[httpx.Client]:
    url = f"{stand_in.onelake}/{rest.workspace}/{lakehouse}"
    headers = {"authorization": f"Bearer {rest.storage_token}"}
    with httpx.Client(base_url=url, headers=headers, verify=stand_in.tls, trust_env=False) as http:
        yield http


def _put(lake: httpx.Client, path: str, **headers: str) -> httpx.Response:
    return lake.put(f"/{path}?resource=file", headers=headers)


def _append(lake: httpx.Client, path: str, position: int, content: bytes) -> httpx.Response:
    return lake.patch(f"/{path}?action=append&position={position}", content=content)


def _flush(lake: httpx.Client, path: str, position: int, **headers: str) -> httpx.Response:
    return lake.patch(f"/{path}?action=flush&position={position}", headers=headers)


def test_bytes_are_seen_when_flushed(lake: httpx.Client) -> None:
    created = _put(lake, "Files/a.bin")
    assert created.status_code == 201
    assert _append(lake, "Files/a.bin", 3, b"def").status_code == 202
    assert _append(lake, "Files/a.bin", 0, b"abc").status_code == 202
    assert lake.get("/Files/a.bin").content == b""
    assert _flush(lake, "Files/a.bin", 5).headers["x-ms-error-code"] == "InvalidFlushPosition"
    flushed = _flush(lake, "Files/a.bin", 6)
    assert flushed.headers["etag"] != created.headers["etag"]
    assert lake.get("/Files/a.bin").content == b"abcdef"
    part = lake.get("/Files/a.bin", headers={"range": "bytes=1-2"})
    assert (part.status_code, part.content) == (206, b"bc")


def test_a_gap_cannot_be_flushed(lake: httpx.Client) -> None:
    _put(lake, "Files/a.bin")
    _append(lake, "Files/a.bin", 4, b"def")
    assert _flush(lake, "Files/a.bin", 7).status_code == 400


def test_another_writer_is_noticed(lake: httpx.Client) -> None:
    mine = _put(lake, "Files/a.bin").headers["etag"]
    theirs = _put(lake, "Files/a.bin").headers["etag"]
    assert mine != theirs
    _append(lake, "Files/a.bin", 0, b"x")
    refused = _flush(lake, "Files/a.bin", 1, **{"if-match": mine})
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (412, "ConditionNotMet")
    assert _flush(lake, "Files/a.bin", 1, **{"if-match": theirs}).status_code == 200
    again = _put(lake, "Files/a.bin", **{"if-none-match": "*"})
    assert (again.status_code, again.headers["x-ms-error-code"]) == (409, "PathAlreadyExists")


@pytest.mark.parametrize("name", ["Dim+Site (1)%20ü.csv", "a b/c.csv", "a#?.csv", "x" * 200])
def test_files_keep_their_names(lake: httpx.Client, name: str, rest: FabricRest) -> None:
    path = f"Files/{quote(name)}"
    assert _put(lake, path).status_code == 201
    assert lake.head(f"/{path}").status_code == 200
    item = str(lake.base_url).rstrip("/").rpartition("/")[2]
    url = str(lake.base_url).rstrip("/").rpartition("/")[0]
    query = {"resource": "filesystem", "recursive": "true", "directory": f"{item}/Files"}
    listed = lake.get(url, params=query).json()["paths"]
    assert f"{item}/Files/{name}" in [each["name"] for each in listed]


def test_long_lists_come_in_pages(lake: httpx.Client) -> None:
    for number in range(5):
        _put(lake, f"Files/f{number}")
    item = str(lake.base_url).rstrip("/").rpartition("/")[2]
    url = str(lake.base_url).rstrip("/").rpartition("/")[0]
    query: dict[str, Any] = {
        "resource": "filesystem",
        "directory": f"{item}/Files",
        "maxResults": 2,
    }
    found = 0
    while True:
        answer = lake.get(url, params=query)
        found += len(answer.json()["paths"])
        if "x-ms-continuation" not in answer.headers:
            break
        query["continuation"] = answer.headers["x-ms-continuation"]
    assert found == 5


@pytest.mark.parametrize("path", ["", "/Files", "/Tables", "/Other"])
def test_managed_folders_stay(lake: httpx.Client, path: str) -> None:
    url = str(lake.base_url).rstrip("/") + path
    assert lake.put(f"{url}?resource=directory").status_code == 400
    assert lake.delete(f"{url}?recursive=true").status_code == 400


def test_deleting_a_folder(lake: httpx.Client) -> None:
    _put(lake, "Files/d/a")
    refused = lake.delete("/Files/d")
    assert refused.headers["x-ms-error-code"] == "DirectoryNotEmpty"
    assert lake.delete("/Files/d?recursive=true").status_code == 200
    assert lake.head("/Files/d/a").status_code == 404


def test_by_name_or_by_id_but_not_both(
    rest: FabricRest, stand_in: Running, lakehouse: str, lake: httpx.Client
) -> None:
    _put(lake, "Files/a")
    by_name = f"{stand_in.onelake}/Practice/lake.LAKEHOUSE/Files/a"
    assert lake.head(by_name).status_code == 200
    mixed = f"{stand_in.onelake}/{rest.workspace}/lake.Lakehouse/Files/a"
    assert lake.head(mixed).status_code == 400
    stand_in.set(friendly_names=False)
    refused = lake.get(by_name)
    assert (refused.status_code, refused.headers["x-ms-error-code"]) == (
        403,
        "FriendlyNameSupportDisabled",
    )
    assert lake.head("/Files/a").status_code == 200


def test_what_is_refused_and_what_is_passed_over(lake: httpx.Client) -> None:
    answer = _put(lake, "Files/a", **{"x-ms-permissions": "0777", "x-ms-owner": "me"})
    assert answer.headers["x-ms-rejected-headers"] == "x-ms-owner,x-ms-permissions"
    assert lake.patch("/Files/a?action=setAccessControl").status_code == 400
    rights = lake.head("/Files/a?action=getAccessControl").headers
    assert (rights["x-ms-owner"], rights["x-ms-permissions"]) == ("$superuser", "---------")


def test_no_way_out_of_the_item(lake: httpx.Client) -> None:
    assert lake.get("/Files/..%2F..%2F..%2Fca.pem").status_code == 400
