"""A proxy that leads one host of the internet to a simulator of this machine, with a certificate for that host.

For SDKs whose address is fixed: they are told of the proxy and of the authority, and speak TLS with what they take for
their provider.
"""

import contextlib
import http.server
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Tunnel:
    """Listens at ``port`` until ``stop``; ``authority`` is the file of the certificate to believe."""

    def __init__(self, folder, host, target):
        self.authority = folder / "authority.pem"
        pair = _pair(folder, host, self.authority)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pair)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_CONNECT(self):
                assert self.path == f"{host}:443"
                self.send_response(200)
                self.end_headers()
                with (
                    contextlib.suppress(OSError),
                    context.wrap_socket(self.connection, server_side=True) as inside,
                    socket.create_connection(("127.0.0.1", target), timeout=20) as outside,
                ):
                    back = threading.Thread(target=_copy, args=(outside, inside))
                    back.start()
                    _copy(inside, outside)
                    back.join()
                self.close_connection = True

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _copy(source, sink):
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _pair(folder, host, authority):
    """Write a certificate of its own authority for a host, with its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    authority.write_bytes(pem)
    pair = folder / "pair.pem"
    pair.write_bytes(
        pem
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pair
