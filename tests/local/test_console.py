import io

from local.console import Console


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_progress_is_one_line_rewritten() -> None:
    out = Terminal()
    console = Console(out)
    console.progress("graph", "10 %")
    console.progress("graph", "20 %")
    console.say("done")
    assert out.getvalue() == "10 %\r\x1b[K20 %\r\x1b[Kdone\n"


def test_elsewhere_each_step_is_one_line() -> None:
    out = io.StringIO()
    console = Console(out)
    console.progress("graph", "graph, 10 %")
    console.progress("graph", "graph, 20 %")
    console.progress("telemetry", "telemetry, 40 %")
    console.say("done")
    assert out.getvalue() == "graph, 10 %\ntelemetry, 40 %\ndone\n"
