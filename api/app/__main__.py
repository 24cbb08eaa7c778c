"""``python -m app``: the service, configured by the environment."""

import gc


def main() -> None:
    # what is imported stays: to look through it again and again is a seventh of the start
    gc.disable()
    from app.main import create_app
    from app.settings import Settings
    from service_kit.serving import serve

    gc.freeze()
    gc.enable()
    serve(Settings, create_app)


if __name__ == "__main__":
    main()
