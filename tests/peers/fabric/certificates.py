"""The stand-in's own authority. It is kept, so that a restart is trusted by those who run on."""

import ssl
from pathlib import Path

import trustme


def server_context(directory: Path) -> tuple[ssl.SSLContext, Path]:
    """The TLS to serve with, and the bundle that clients need."""
    bundle, key = directory / "ca.pem", directory / "ca-key.pem"
    if bundle.exists() and key.exists():
        authority = trustme.CA.from_pem(bundle.read_bytes(), key.read_bytes())
    else:
        authority = trustme.CA(organization_name="Fabric stand-in, for tests only")
        key.touch(mode=0o600)
        authority.private_key_pem.write_to_path(key)
        authority.cert_pem.write_to_path(bundle)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "::1", "localhost").configure_cert(context)
    return context, bundle
