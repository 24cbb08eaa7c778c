"""``python -m local.openapi FOLDER`` writes what both services say about themselves there, for
the console's types: ``api.openapi.json`` and ``query.openapi.json``.
"""

import json
import sys
from pathlib import Path

import app.main
import app.settings
import graph_query_api.main
import graph_query_api.settings


def main(folder: Path) -> None:
    services = {
        "api": app.main.create_app(app.settings.Settings()),
        "query": graph_query_api.main.create_app(graph_query_api.settings.Settings()),
    }
    for name, service in services.items():
        document = json.dumps(service.openapi(), indent=2, ensure_ascii=False)
        (folder / f"{name}.openapi.json").write_text(f"{document}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
