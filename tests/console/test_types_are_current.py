"""The console's types say what the services say."""

import shutil
import subprocess
from pathlib import Path

import pytest

from local import openapi

FRONTEND = Path(__file__).parents[2] / "frontend"
COMMITTED = FRONTEND / "src" / "api"


@pytest.mark.parametrize("service", ["api", "query"])
def test_openapi_documents(tmp_path: Path, service: str) -> None:
    openapi.main(tmp_path)
    name = f"{service}.openapi.json"
    again = "python -m local.openapi frontend/src/api, then npm run types in frontend"
    assert (tmp_path / name).read_text() == (COMMITTED / name).read_text(), f"stale: {again}"


def test_generated_types(tmp_path: Path) -> None:
    if not (FRONTEND / "node_modules").exists() or not shutil.which("node"):
        pytest.skip("Node.js or frontend/node_modules is missing")
    for document in COMMITTED.glob("*.openapi.json"):
        shutil.copy(document, tmp_path)
    made = subprocess.run(
        ["node", FRONTEND / "scripts" / "types.mjs", tmp_path],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    for name in ("api.gen.ts", "query.gen.ts"):
        assert (tmp_path / name).read_text() == (COMMITTED / name).read_text(), f"stale: {name}"
