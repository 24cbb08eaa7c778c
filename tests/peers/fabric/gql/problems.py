"""What queries end with when they fail. (Graph in Microsoft Fabric: GQL status codes.)"""


class GqlProblem(Exception):
    """``canonical`` is the GQLSTATUS; the five digits beside it say only whose error it is."""

    def __init__(self, message: str, canonical: str = "42001", at: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.canonical = canonical
        self.at = at


class QueryTimeout(Exception):
    """It ran longer than queries may."""


def unsupported(what: str) -> GqlProblem:
    return GqlProblem(f"{what} is not supported", "42000")


def no_such(what: str, name: str) -> GqlProblem:
    return GqlProblem(f"There is no {what} {name} in this graph", "G2000")
