"""``python -m graph_query_api``: the service, configured by the environment."""

import gc
import sys


def main() -> None:
    # what is imported stays: to look through it again and again is a seventh of the start
    gc.disable()
    from fastapi import FastAPI

    from graph_query_api.data_directory import owned
    from graph_query_api.errors import DataDirectoryBusy
    from graph_query_api.main import create_app
    from graph_query_api.settings import Settings
    from service_kit.serving import serve

    def create_owning_app(settings: Settings) -> FastAPI:
        """Says in one plain line what keeps the app from starting; its lifespan would say it too,
        but with a traceback around it."""
        try:
            with owned(settings.data_dir):
                return create_app(settings)
        except (DataDirectoryBusy, OSError) as error:
            sys.exit(str(error))

    gc.freeze()
    gc.enable()
    serve(Settings, create_owning_app)


if __name__ == "__main__":
    main()
