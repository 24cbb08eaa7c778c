"""A name server that knows a few names, as the network of containers has one."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANSWER = 0x8400
NO_SUCH_NAME = 0x8403
IPV4 = 1


class Names(dict[str, str]):
    """IPv4 addresses by name; may be changed at any time."""

    address = ""


@contextmanager
def name_server(host: str = "127.0.0.1", port: int = 0) -> Iterator[Names]:
    """Port 53 is root's."""
    known = Names()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((host, port))
        known.address = f"{host}:{server.getsockname()[1]}"
        thread = threading.Thread(target=_serve, args=(server, known))
        thread.start()
        try:
            yield known
        finally:
            server.sendto(b"", server.getsockname())  # an empty question ends it
            thread.join()


def _serve(server: socket.socket, names: Names) -> None:
    while True:
        question, sender = server.recvfrom(512)
        if not question:
            return
        server.sendto(_answer(question, names), sender)


def _answer(question: bytes, names: Names) -> bytes:
    """Names are asked for as lengths and labels, and the kind comes behind the last one."""
    labels, at = [], 12
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += 1 + length
    [kind] = struct.unpack_from("!H", question, at + 1)
    asked = question[12 : at + 5]
    found = names.get(".".join(labels)) if kind == IPV4 else None
    head = struct.pack(
        "!2sHHHHH", question[:2], ANSWER if found else NO_SUCH_NAME, 1, bool(found), 0, 0
    )
    if not found:
        return head + asked
    # the name is the one at byte 12; kind, class, seconds that it holds, length
    return head + asked + struct.pack("!HHHIH", 0xC00C, IPV4, 1, 600, 4) + socket.inet_aton(found)
