"""
The way out for git and for dbt's packages: a proxy of this program's own, which asks the internet and the hosts that an
admin named. The rules are those of lib/egress/destination.ts, and a test holds them together.
"""

import ipaddress
import socket
import socketserver
import threading
import urllib.parse

REFUSAL = (
    "{host} lies in a private network. Stages fetch from the internet, and from hosts that an admin names in "
    "STAGE_PRIVATE_HOSTS."
)
HEAD_BYTES = 64 * 1024
CONNECT_SECONDS = 30

INSIDE = [
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4"
    ).split()
]
GIVEN_OUT = ipaddress.ip_network("2000::/3")
# Within them an IPv4 address may be carried.
CARRIERS = [ipaddress.ip_network(one) for one in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")]


def is_public(address):
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if found.version == 4:
        return not any(found in network for network in INSIDE)
    return found in GIVEN_OUT and not any(found in network for network in CARRIERS)


class NotAsked(Exception):
    """An address that is not asked, or cannot be; in words."""


def addresses_of(host, port, allowed):
    """Every address that the name stands for must be allowed. Who connects takes these and asks no name server again."""
    try:
        found = {one[4][0]: None for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        raise NotAsked(f"{host} has no address just now.") from None
    for address in found:
        if not is_public(address) and not {host, f"{host}:{port}", address, f"{address}:{port}"} & set(allowed):
            raise NotAsked(REFUSAL.format(host=host))
    return list(found)


class _Asked(socketserver.StreamRequestHandler):
    def handle(self):
        head = self._head()
        if head is None:
            return
        method, target, *_ = head[0].split(" ")
        to = urllib.parse.urlsplit(f"//{target}" if method == "CONNECT" else target)
        try:
            host, port = (to.hostname or "").lower(), to.port or 80
            if method != "CONNECT" and to.scheme != "http":
                raise NotAsked("Only addresses that begin with https:// or http:// are asked.")
            upstream = self._connect(host, port)
        except (NotAsked, ValueError) as error:
            self.server.refusals.append(str(error))
            self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with upstream:
            if method == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                upstream.sendall(self._forwarded(method, to, head))
            self._pass_on(upstream)

    def _head(self):
        lines = []
        size = 0
        while True:
            line = self.rfile.readline(HEAD_BYTES)
            size += len(line)
            if not line or size > HEAD_BYTES:
                return None
            if line in (b"\r\n", b"\n"):
                return lines or None
            lines.append(line.decode("latin-1").rstrip("\r\n"))

    def _connect(self, host, port):
        why = None
        for address in addresses_of(host, port, self.server.allowed):
            try:
                upstream = socket.create_connection((address, port), timeout=CONNECT_SECONDS)
                upstream.settimeout(None)
                return upstream
            except OSError as error:
                why = error
        raise NotAsked(f"{host}:{port} cannot be reached: {why}")

    @staticmethod
    def _forwarded(method, to, head):
        """One request a connection: the next may be for another host, which is looked at as this one was."""
        path = urllib.parse.urlunsplit(("", "", to.path or "/", to.query, ""))
        own = ("connection:", "proxy-connection:", "proxy-authorization:", "keep-alive:")
        kept = [line for line in head[1:] if not line.lower().startswith(own)]
        return "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""]).encode("latin-1")

    def _pass_on(self, upstream):
        def up():
            try:
                while data := self.rfile.read1(HEAD_BYTES):
                    upstream.sendall(data)
                upstream.shutdown(socket.SHUT_WR)
            except (OSError, ValueError):
                pass  # The answer has ended before.

        threading.Thread(target=up, daemon=True).start()
        try:
            while data := upstream.recv(HEAD_BYTES):
                self.wfile.write(data)
        except OSError:
            pass
        # Ends the thread above, which waits for the asking side.
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Proxy(socketserver.ThreadingTCPServer):
    """Listens on this machine's loopback while it is open."""

    daemon_threads = True

    def __init__(self, allowed):
        super().__init__(("127.0.0.1", 0), _Asked)
        self.allowed = [one.lower() for one in allowed]
        self.refusals = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()
