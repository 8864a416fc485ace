"""Serves an application until the standard input ends, and says on the standard output where."""

import json
import logging
import os
import socket
import sys
import threading
import urllib.request

import uvicorn

ISSUER, JWKS_URL, AUDIENCE = sys.argv[1:]

# Some tell each refusal, with where in their source it comes from.
logging.disable(logging.CRITICAL)


def keys():
    with urllib.request.urlopen(JWKS_URL) as answer:
        return json.load(answer)


def serve(app):
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"127.0.0.1:{listener.getsockname()[1]}", flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets=[listener])
