"""The whole verdict, by function and by command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scenario_pack.build import build
from scenario_pack.cli import main
from scenario_pack.folder import ScenarioFolder
from scenario_pack.names import Slot
from scenario_pack.problems import PackError
from scenario_pack.report_text import report_lines
from scenario_pack.validation import Report, manifest_for, validate
from support.packs import base_pack, of_slot
from support.tarballs import write_folder, write_tarball

BASE_PACK = base_pack()
COUNTS = {
    "graph": {"vertices": {"Site": 2, "Link": 1}, "edges": {"ends_at": 2}, "dangling": 0},
    "telemetry": {"tables": {"LinkTelemetry": 3}},
    "runbooks": {"documents": 1},
    "tickets": {"documents": 1},
    "prompts": {"prompts": 1},
}


def judge(tmp_path: Path, changes: dict[str, bytes | None]) -> Report:
    files = {name: text for name, text in (BASE_PACK | changes).items() if text is not None}
    return validate(write_folder(tmp_path / "pack", files), tmp_path / "work")


def test_a_fine_folder_is_counted(tmp_path: Path) -> None:
    report = judge(tmp_path, {})
    assert report.is_fine
    assert report.scenario_name == "hello"
    assert {part.slot: part.counts for part in report.parts} == COUNTS


def test_each_tarball_is_judged_for_the_slot_of_its_name(tmp_path: Path) -> None:
    for tarball in build(write_folder(tmp_path / "pack", BASE_PACK), tmp_path):
        assert tarball.path is not None
        report = validate(tarball.path, tmp_path / tarball.slot)
        assert {part.slot: part.counts for part in report.parts} == {
            tarball.slot: COUNTS[tarball.slot]
        }


def test_a_tarball_of_another_name_is_judged_by_content(tmp_path: Path) -> None:
    archive = write_tarball(tmp_path / "x.tgz", of_slot(BASE_PACK, "telemetry"))
    assert [part.slot for part in validate(archive, tmp_path / "work").parts] == ["telemetry"]


def test_a_tarball_for_the_wrong_slot_is_told(tmp_path: Path) -> None:
    archive = write_tarball(tmp_path / "x-runbooks.tgz", of_slot(BASE_PACK, "telemetry"))
    (part,) = validate(archive, tmp_path / "work").parts
    assert part.slot == "runbooks"
    assert 'nothing for the slot "runbooks"' in part.problems[0].detail


def test_problems_of_all_parts_come_at_once(tmp_path: Path) -> None:
    report = judge(
        tmp_path,
        {
            "data/entities/DimLink.csv": None,
            "data/entities/DimSite.csv": b"SiteId,Name,City\nS1,a,b\nS1,c,d\n",
            "data/telemetry/LinkTelemetry.csv": b"LinkId\nL1\n",
            "data/knowledge/runbooks/restart.md": b"\xff",
            "data/knowledge/tickets/INC-1.txt": b"\xff",
            "data/prompts/noc.md": b"\xff",
        },
    )
    files = {(part.slot, problem.file) for part in report.parts for problem in part.problems}
    assert files == {
        ("graph", "data/entities/DimLink.csv"),
        ("graph", "data/entities/DimSite.csv"),
        ("telemetry", "data/telemetry/LinkTelemetry.csv"),
        ("runbooks", "data/knowledge/runbooks/restart.md"),
        ("tickets", "data/knowledge/tickets/INC-1.txt"),
        ("prompts", "data/prompts/noc.md"),
    }
    assert not report.is_fine


def test_a_broken_manifest_does_not_hide_the_rest(tmp_path: Path) -> None:
    report = judge(
        tmp_path,
        {
            "scenario.yaml": b"name: a\nname: b\n",
            "graph_schema.yaml": b"vertices: []\n",
            "data/knowledge/runbooks/restart.md": b"\xff",
        },
    )
    assert [problem.line for problem in report.problems] == [2]
    problems = {problem.file for part in report.parts for problem in part.problems}
    assert problems == {"graph_schema.yaml", "data/knowledge/runbooks/restart.md"}


def test_warnings_are_no_problems(tmp_path: Path) -> None:
    manifest = BASE_PACK["scenario.yaml"].replace(b"name: hello", b"name: Hello_1", 1)
    report = judge(
        tmp_path,
        {
            "scenario.yaml": manifest.replace(b"prompts/noc.md", b"gone.md"),
            "data/entities/FactEnds.csv": b"LinkId,SiteId\nL1,S1\nL1,S9\n",
        },
    )
    assert report.is_fine
    assert [warning.kind for warning in report.warnings] == ["name"]
    kinds = {part.slot: [warning.kind for warning in part.warnings] for part in report.parts}
    assert kinds["graph"] == ["dangling"]
    assert kinds["prompts"] == ["missing_instructions"]


def test_nothing_at_all_is_a_problem(tmp_path: Path) -> None:
    archive = write_tarball(tmp_path / "x.tgz", {"scenario.yaml": b"name: x1"})
    assert "nothing of a scenario" in validate(archive, tmp_path / "work").problems[0].detail


class TestCommandLine:
    def test_build_and_validate(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        files = {name: text for name, text in BASE_PACK.items() if "tickets" not in name}
        write_folder(tmp_path / "pack", files)
        assert main(["build", "pack"]) == 0
        printed = capsys.readouterr().out
        assert "hello-graph.tar.gz" in printed
        assert "tickets: skipped" in printed
        built = sorted(path.name for path in tmp_path.glob("*.tar.gz"))
        assert len(built) == 4
        assert main(["validate", "pack", *built]) == 0
        printed = capsys.readouterr().out
        assert printed.count('scenario "hello": fine') == 5
        assert "vertices 3 (Site 2, Link 1), edges 2 (ends_at 2), dangling 0" in printed

    def test_problems_are_printed_with_their_place(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        bad = {"data/entities/DimSite.csv": b"SiteId,Name,City\nS1,a,b\n\nS1,c,d\n"}
        write_folder(tmp_path, BASE_PACK | bad)
        assert main(["validate", str(tmp_path)]) == 1
        assert "problem: data/entities/DimSite.csv, row 4, line 4" in capsys.readouterr().out

    def test_json_has_everything(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = BASE_PACK | {"data/entities/FactEnds.csv": b"LinkId,SiteId\nL1,S1\nL1,S9\n"}
        write_folder(tmp_path, files)
        assert main(["validate", "--json", str(tmp_path), str(tmp_path / "none")]) == 1
        fine, missing = json.loads(capsys.readouterr().out)
        assert fine["is_fine"]
        assert fine["parts"][0]["counts"]["dangling"] == 1
        assert fine["parts"][0]["warnings"][0]["count"] == 1
        assert missing["problems"][0]["detail"] == "no such file or directory"

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("none", None),
            ("empty.tgz", b""),
            ("text.tar.gz", b"hello"),
            ("bad\udcff.tgz", b"hello"),
            ("zip-graph.tgz", b"PK\x03\x04"),
        ],
    )
    def test_bad_files_are_words_and_status_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None
    ) -> None:
        if content is not None:
            (tmp_path / name).write_bytes(content)
        assert main(["validate", str(tmp_path / name)]) == 1
        assert "problem: " in capsys.readouterr().out
        assert main(["build", str(tmp_path / name)]) == 1
        assert "can't be packed" in capsys.readouterr().out

    def test_an_unwritable_target_is_words_and_status_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        write_folder(tmp_path / "pack", BASE_PACK)
        (tmp_path / "file").touch()
        arguments = ["build", str(tmp_path / "pack"), "--out", str(tmp_path / "file")]
        assert main(arguments) == 1
        assert "file exists" in capsys.readouterr().out

    @pytest.mark.parametrize("arguments", [[], ["build"], ["validate"], ["nothing"]])
    def test_wrong_usage_is_status_2(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit) as caught:
            main(arguments)
        assert caught.value.code == 2

    def test_scenarios_of_different_names_are_mentioned(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for name in ("one", "two"):
            write_folder(tmp_path / name, base_pack(name))
        assert main(["validate", str(tmp_path / "one"), str(tmp_path / "two")]) == 0
        assert "These are of different scenarios: one, two" in capsys.readouterr().out

    def test_a_reader_that_leaves_is_no_traceback(self, tmp_path: Path) -> None:
        write_folder(tmp_path, BASE_PACK)
        command = [sys.executable, "-m", "scenario_pack.cli", "validate", *[str(tmp_path)] * 3]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.stderr.close()
        assert process.wait(timeout=30) == 1


@pytest.mark.parametrize(
    ("slot", "files"),
    [
        ("graph", ["data/entities/DimSite.csv"]),
        ("telemetry", []),  # only the manifest knows where its tables are
        ("runbooks", ["data/knowledge/runbooks/restart.md"]),
        ("tickets", ["data/knowledge/tickets/INC-1.txt"]),
        ("prompts", ["data/prompts/noc.md"]),
    ],
)
def test_a_broken_manifest_comes_with_what_else_is_wrong(
    tmp_path: Path, slot: Slot, files: list[str]
) -> None:
    broken = dict.fromkeys(of_slot(BASE_PACK, slot), b"\xff")
    broken |= {"graph_schema.yaml": BASE_PACK["graph_schema.yaml"]}
    broken |= {name: b"SiteId,Name,City\nx\n" for name in broken if name.endswith("Site.csv")}
    broken |= {n: BASE_PACK[n] for n in broken if n.endswith(("Link.csv", "Ends.csv"))}
    folder = ScenarioFolder.from_directory(
        write_folder(tmp_path / "pack", broken | {"scenario.yaml": b"name: a\nname: b\n"})
    )
    with pytest.raises(PackError) as refused:
        manifest_for(folder, slot, tmp_path, required=True)
    assert [problem.file for problem in refused.value.problems] == ["scenario.yaml", *files]


@pytest.mark.parametrize("name", ["deep/er/scenario.yaml", "Scenario.yaml", "scenario.yml"])
def test_a_manifest_that_is_not_found_is_pointed_at(tmp_path: Path, name: str) -> None:
    report = judge(tmp_path, {"scenario.yaml": None, name: BASE_PACK["scenario.yaml"]})
    assert f'There is "{name}"' in report.problems[0].detail


def test_rows_are_called_rows(tmp_path: Path) -> None:
    assert "  telemetry: rows 3 (LinkTelemetry 3)" in report_lines(judge(tmp_path, {}))
