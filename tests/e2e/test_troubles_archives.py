"""Archives as real tools make them, replayed through the whole product."""

import gzip
import io
import tarfile
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import pytest

from support.jobs import cypher, load, step, submit, topology, wait_for_end
from support.packs import Files, base_pack, of_slot, tarball, tarballs
from support.tarballs import gnu_tar, write_folder, write_tarball

APPLE_DOUBLE = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        "


def counts(client: httpx.Client, name: str) -> dict[str, Any]:
    meta = topology(client, name)["meta"]
    tables = client.get(f"/query/scenarios/{name}/telemetry").json()["tables"]
    documents = {
        kind: [
            each["id"] for each in client.get(f"/query/scenarios/{name}/{kind}").json()["documents"]
        ]
        for kind in ("runbooks", "tickets")
    }
    prompts = client.get(f"/query/scenarios/{name}/prompts").json()["prompts"]
    return {
        "vertices": meta["vertices"],
        "edges": meta["edges"],
        "rows": {table["name"]: table["rows"] for table in tables},
        **documents,
        "prompts": sorted({prompt["name"] for prompt in prompts}),
    }


BASE_COUNTS = {
    "vertices": {"Site": 2, "Link": 1},
    "edges": {"ends_at": 2},
    "rows": {"LinkTelemetry": 3},
    "runbooks": ["restart.md"],
    "tickets": ["INC-1.txt"],
}


def twins(files: Files, top: str) -> Files:
    """Each file after its macOS resource fork, and the other litter of desktops."""
    packed: Files = {f"._{top}": APPLE_DOUBLE} if top else {}
    prefix = f"{top}/" if top else ""
    packed |= {f"{prefix}.DS_Store": b"\0\0\0\1Bud1", f"__MACOSX/{prefix}._x": APPLE_DOUBLE}
    for name, content in files.items():
        folder, _, base = name.rpartition("/")
        packed[f"{prefix}{folder + '/' if folder else ''}._{base}"] = APPLE_DOUBLE
        packed[f"{prefix}{name}"] = content
    return packed


@pytest.mark.parametrize("top", ["", "hello", "./hello"])
def test_macos_litter_is_not_data(client: httpx.Client, tmp_path: Path, top: str) -> None:
    name = f"macos-{len(top)}"
    files = base_pack(name)
    packed = {
        slot: tarball(tmp_path / f"{slot}.tgz", twins(of_slot(files, slot), top))
        for slot in ("graph", "telemetry", "runbooks", "tickets", "prompts")
    }
    assert load(client, name, packed)["status"] == "done"
    assert counts(client, name) == {**BASE_COUNTS, "prompts": ["noc"]}


def error_of(client: httpx.Client, job: dict[str, Any], name: str) -> dict[str, Any]:
    assert job["status"] == "error", job
    failed = step(job, name)
    assert failed["status"] == "error"
    assert failed["problems"], failed
    return failed


def raw_tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for member, content in members:
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def member(name: str, content: bytes = b"", **attributes: Any) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for key, value in attributes.items():
        setattr(info, key, value)
    return info, content


def regular(files: Files, *leave_out: str) -> Iterator[tuple[tarfile.TarInfo, bytes]]:
    return (member(n, c) for n, c in files.items() if n not in leave_out)


def hard_link(files: Files) -> bytes:
    link = member(
        "data/entities/DimLink.csv", type=tarfile.LNKTYPE, linkname="data/entities/DimSite.csv"
    )
    return raw_tar(*regular(files, "data/entities/DimLink.csv"), link)


def symlink(files: Files) -> bytes:
    link = member("data/entities/DimLink.csv", type=tarfile.SYMTYPE, linkname="/etc/passwd")
    return raw_tar(*regular(files, "data/entities/DimLink.csv"), link)


def linked_folder(files: Files) -> bytes:
    link = member("data", type=tarfile.SYMTYPE, linkname="/etc")
    return raw_tar(link, *regular({n: c for n, c in files.items() if "data/" not in n}))


def device(files: Files) -> bytes:
    node = member("data/entities/DimLink.csv", type=tarfile.CHRTYPE)
    return raw_tar(*regular(files, "data/entities/DimLink.csv"), node)


def traversal(files: Files) -> bytes:
    return raw_tar(*regular(files), member("data/../../../../tmp/evil.csv", b"x"))


def absolute(files: Files) -> bytes:
    return raw_tar(*regular(files), member("/tmp/evil.csv", b"x"))


def drive(files: Files) -> bytes:
    return raw_tar(*regular(files), member("C:/packs/hello/extra.csv", b"x"))


def doubled(files: Files) -> bytes:
    again = member("./data/entities/DimSite.csv", b"SiteId,Name,City\nS9,Nine,Bern\n")
    return raw_tar(*regular(files), again)


def bomb(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for info, content in regular(files):
            archive.addfile(info, io.BytesIO(content))
        info, _ = member("data/entities/zeros.bin")
        info.size = 400 << 20
        with Path("/dev/zero").open("rb") as zeros:
            archive.addfile(info, zeros)
    return out.getvalue()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (hard_link, ["data/entities/DimLink.csv", "link"]),
        (symlink, ["data/entities/DimLink.csv", "link"]),
        (linked_folder, ["data", "link"]),
        (device, ["data/entities/DimLink.csv", "device"]),
        (traversal, ["evil.csv"]),
        (absolute, ["/tmp/evil.csv"]),
        (drive, ["C:/packs/hello/extra.csv", "drive"]),
        (doubled, ["data/entities/DimSite.csv", "twice"]),
        (bomb, ["ratio"]),
    ],
)
def test_hostile_archives_end_their_step_and_leave_the_old_data(
    client: httpx.Client, tmp_path: Path, make: Callable[[Files], bytes], words: list[str]
) -> None:
    name = f"hostile-{make.__name__.replace('_', '-')}"
    files = base_pack(name)
    assert load(client, name, tarballs(tmp_path, files))["status"] == "done"
    before = counts(client, name)
    path = tmp_path / "hostile-graph.tar.gz"
    path.write_bytes(make(of_slot(files, "graph")))
    answer = submit(client, name, {"graph": path})
    assert answer.status_code in {201, 422}, answer.text
    if answer.status_code == 201:
        said = str(error_of(client, wait_for_end(client, answer.json()["job_id"]), "graph"))
    else:
        said = answer.text
    for word in words:
        assert word in said
    assert not Path("/tmp/evil.csv").exists()
    assert counts(client, name) == before


def test_an_unneeded_link_does_no_harm(client: httpx.Client, tmp_path: Path) -> None:
    files = of_slot(base_pack("latest"), "graph")
    path = tmp_path / "g.tgz"
    link = member("latest", type=tarfile.SYMTYPE, linkname="data")
    path.write_bytes(raw_tar(link, *regular(files)))
    assert load(client, "latest", {"graph": path})["status"] == "done"
    assert cypher(client, "latest", "MATCH (s:Site) RETURN count(s) AS n") == [{"n": 2}]


def test_several_gzip_members_are_one_archive(client: httpx.Client, tmp_path: Path) -> None:
    path = tarball(tmp_path / "g.tgz", of_slot(base_pack("pigz"), "graph"))
    tar = gzip.decompress(path.read_bytes())
    half = len(tar) // 2
    path.write_bytes(gzip.compress(tar[:half]) + gzip.compress(tar[half:]))
    assert load(client, "pigz", {"graph": path})["status"] == "done"


def test_a_real_name_with_a_backslash_is_not_lost(client: httpx.Client, tmp_path: Path) -> None:
    files = of_slot(base_pack("backslash"), "runbooks")
    files["data/knowledge/runbooks/a\\b.md"] = b"# AB\n"
    answer = submit(client, "backslash", {"runbooks": tarball(tmp_path / "r.tgz", files)})
    said = answer.text
    if answer.status_code == 201:
        said = str(error_of(client, wait_for_end(client, answer.json()["job_id"]), "runbooks"))
    assert "backslash" in said


SPELLINGS = {
    "dot": "tar czf $OUT .",
    "top folder": "mkdir ../top; cp -r . ../top/hello; tar czf $OUT -C ../top ./hello",
    "v7": "tar --format=v7 -czf $OUT .",
    "ustar": "tar --format=ustar -czf $OUT *",
    "pax": "tar --format=pax --owner='Jürgen' --pax-option=comment=y,globexthdr.name=x -cz * >$OUT",
    "times": "tar --format=pax --mtime=1960-01-01 -czf $OUT .",
    "volume label": "tar czf $OUT -V label .",
    "incremental": "tar czf $OUT -g ../snapshot .",
    "dense with -S": "tar czSf $OUT .",
    "unneeded sparse file": "truncate -s 2M other.bin; tar --format=pax -czSf $OUT .",
    "unneeded pipe": "mkfifo pipe; tar czf $OUT .",
    "unneeded link to itself": "ln -s . loop; tar czf $OUT .",
    "a file named twice": "tar czf $OUT . data/entities/DimSite.csv",
    "a file named twice, -h": "tar czhf $OUT * data/entities/DimSite.csv",
    "empty folders and files": "mkdir -p data/prompts empty/a; touch zero; tar czf $OUT .",
    "long names": "d=$(printf x%.0s {1..120})/$(printf y%.0s {1..200}); mkdir -p $d;"
    " echo hi > $d/$(printf z%.0s {1..220}); tar czf $OUT .; tar --format=pax -czf $OUT .",
    "trailing zeros": "tar cb 200 . | gzip > $OUT; head -c 5000 /dev/zero >> $OUT",
    "gzip with a name": "tar cf ../a.tar .; gzip -9 ../a.tar; mv ../a.tar.gz $OUT",
    "gzip in pieces": "tar c . | split -b 512 --filter 'gzip -c' - > $OUT",
}


@pytest.mark.parametrize("command", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_what_tar_writes_counts_as_before(
    client: httpx.Client, tmp_path: Path, command: str
) -> None:
    folder = write_folder(tmp_path / "pack", of_slot(base_pack("spelt"), "graph"))
    job = load(client, "spelt", {"graph": gnu_tar(folder, tmp_path / "g.tgz", command)})
    assert job["status"] == "done", job
    result = step(job, "graph")["result"]
    assert (result["vertices"], result["edges"]) == (BASE_COUNTS["vertices"], BASE_COUNTS["edges"])


REFUSED = {
    "sparse": ("truncate -s 2M $LINK; tar czSf $OUT .", ["sparse", "--sparse"]),
    "sparse pax": ("truncate -s 2M $LINK; tar --format=pax -czSf $OUT .", ["sparse"]),
    "hard link": ("ln -f $SITE $LINK; tar czf $OUT $YAML $SITE $LINK", ["hard link", "DimLink"]),
    "pipe": ("rm $LINK; mkfifo $LINK; tar czf $OUT .", ["device or pipe", "DimLink.csv"]),
    "linked manifest": ("mv scenario.yaml s; ln -s s scenario.yaml; tar czf $OUT .", ["tar -h"]),
    "-r": ("tar cf ../a .; tar rf ../a ./$SITE; gzip -c ../a > $OUT", ["twice", "DimSite.csv"]),
    "-r manifest": ("tar cf ../a .; >$M; tar rf ../a ./$M; gzip -c ../a > $OUT", ["twice", "yaml"]),
    "-A": ("tar cf ../a .; tar cf ../b data; tar Af ../a ../b; gzip -c ../a > $OUT", ["twice"]),
    "joined": ("tar cz $YAML > $OUT; tar cz data >> $OUT", ["follows the end"]),
    "garbage": ("tar czf $OUT .; echo garbage >> $OUT", ["other data follows"]),
    "cut": ("tar cz . | head -c -4 > $OUT", ["cut off"]),
    "absolute": ("tar czPf $OUT $PWD", ["absolute"]),
    "leads out": ("tar czPf $OUT --transform='s,^,../,' *", [".."]),
    "two levels": ("mkdir -p ../t/a/b; cp -r * ../t/a/b; tar czf $OUT -C ../t .",
                   ["b/scenario.yaml", "too deep"]),
    "other case": ("mv $SITE data/entities/dimsite.csv; tar czf $OUT .", ["upper and lower case"]),
    "xz": ("tar cf ../a .; printf '\\xfd7zXZ\\0' > $OUT; cat ../a >> $OUT", ["xz", "tar czf"]),
    "zip": ("printf 'PK\\3\\4' > $OUT; tar c . >> $OUT", ["ZIP", "tar czf"]),
    "plain": ("tar cf $OUT .", ["not compressed"]),
    "packed twice": ("tar cz . | gzip > $OUT", ["not a tar archive inside"]),
    "nested": ("tar czf ../i.tgz .; tar czf $OUT -C .. i.tgz", ["scenario.yaml is missing"]),
    "drive": ("tar czf $OUT --transform='s,^,C:/packs/,' *", ["drive letter"]),
    "latin-1": ("touch $(printf 'caf\\xe9.csv'); tar czf $OUT .", ["\\\\xe9", "not UTF-8"]),
    "two scenarios": ("mkdir ../t; cp -r . ../t/a; cp -r . ../t/b; tar czf $OUT -C ../t a b",
                      ["more than one scenario", "a/scenario.yaml", "b/scenario.yaml"]),
}  # fmt: skip


@pytest.mark.parametrize(("command", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_refused_says_why(
    client: httpx.Client, tmp_path: Path, command: str, words: list[str]
) -> None:
    folder = write_folder(tmp_path / "pack", of_slot(base_pack("refused"), "graph"))
    names = "SITE=data/entities/DimSite.csv LINK=data/entities/DimLink.csv"
    setting = f"{names} M=scenario.yaml YAML='scenario.yaml graph_schema.yaml'; "
    path = gnu_tar(folder, tmp_path / "g.tgz", setting + command)
    answer = submit(client, "refused", {"graph": path})
    said = answer.text
    if answer.status_code == 201:
        job = wait_for_end(client, answer.json()["job_id"])
        said = str(error_of(client, job, "graph")["problems"])
    else:
        assert answer.status_code == 422
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    "tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_of_other_scripts(
    client: httpx.Client, tmp_path: Path, tar_format: int, form: Literal["NFC", "NFD"]
) -> None:
    """As macOS packs them, and as the schema writes them: both are one name."""
    files = of_slot(base_pack("scripts"), "graph")
    schema = files["graph_schema.yaml"].decode().replace("DimSite", "DimÖrt日")
    files["graph_schema.yaml"] = schema.encode()
    files["data/entities/DimÖrt日.csv"] = files.pop("data/entities/DimSite.csv")
    members = {unicodedata.normalize(form, name): content for name, content in files.items()}
    path = write_tarball(tmp_path / "g.tgz", members, tar_format)
    assert load(client, "scripts", {"graph": path})["status"] == "done"


TOPS = {
    "": "a.md", "hello/runbooks/": "a.md", "runbooks/": "a.md", "runbooks/deep/": "deep/a.md",
    "data/knowledge/runbooks/": "a.md", "data/runbooks/": "a.md", "hello/": "a.md",
}  # fmt: skip


@pytest.mark.parametrize(("top", "name"), TOPS.items())
def test_documents_without_a_manifest(
    client: httpx.Client, tmp_path: Path, top: str, name: str
) -> None:
    path = tarball(tmp_path / "r.tgz", {f"{top}a.md": b"# A\n"})
    job = load(client, "no-manifest", {"runbooks": path})
    assert job["status"] == "done", job
    listed = client.get("/query/scenarios/no-manifest/runbooks").json()["documents"]
    assert listed == [{"id": name, "title": "A"}]


def test_tables_alone_need_another_backend(client: httpx.Client, tmp_path: Path) -> None:
    answer = submit(client, "tables", {"graph": tarball(tmp_path / "g.tgz", {"A.csv": b"a\n1\n"})})
    assert answer.status_code == 422
    assert "only tables" in answer.text
    assert "scenario.yaml and graph_schema.yaml" in answer.text
