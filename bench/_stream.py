"""One TCP stream: ``serve``, or ``ADDRESS SECONDS`` to send and print Mbit/s received.

Runs inside hosts with the standard library alone; the receiver measures.
"""

import socket
import sys
import time

PORT = 5001
CHUNK = 1 << 17


def serve() -> None:
    with socket.create_server(("", PORT)) as server:
        print("ready", flush=True)
        peer, _ = server.accept()
        with peer:
            buffer = bytearray(1 << 20)
            total = peer.recv_into(buffer)
            began = time.monotonic()
            while taken := peer.recv_into(buffer):
                total += taken
            took = time.monotonic() - began
            peer.sendall(f"{total * 8 / took / 1e6:.1f}".encode())


def connect(address: str) -> socket.socket:
    for _ in range(2000):
        try:
            return socket.create_connection((address, PORT), timeout=5)
        except OSError:
            time.sleep(0.005)
    raise TimeoutError(address)


def send(address: str, seconds: float) -> None:
    data = b"x" * CHUNK
    with connect(address) as peer:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            peer.sendall(data)
        peer.shutdown(socket.SHUT_WR)
        print(peer.recv(64).decode())


if sys.argv[1] == "serve":
    serve()
else:
    send(sys.argv[1], float(sys.argv[2]))
