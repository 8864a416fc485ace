"""authx-extra: `python with_authx_extra.py ISSUER JWKS_URL AUDIENCE`.

It takes keys from `https` alone, so that they are handed to it. It knows of no scopes.
"""

from authx_extra.oauth2 import MiddlewareOauth2
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse
from serve import AUDIENCE, ISSUER, keys, serve

app = FastAPI()


@app.get("/", response_class=PlainTextResponse)
async def orders(request: Request):
    if "orders:read" not in request.scope["oauth2-claims"].get("scope", "").split():
        raise HTTPException(403)
    return "none"


providers = {"issuer": {"issuer": ISSUER, "keys": keys(), "audience": AUDIENCE}}
serve(MiddlewareOauth2(app, providers=providers))
