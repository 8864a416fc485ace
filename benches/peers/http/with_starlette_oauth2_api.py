"""starlette-oauth2-api: `python with_starlette_oauth2_api.py ISSUER JWKS_URL AUDIENCE`.

It takes keys from `https` alone, so that they are handed to it. It knows of no scopes.
"""

from serve import AUDIENCE, ISSUER, keys, serve
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette_oauth2_api import AuthenticateMiddleware


async def orders(request):
    if "orders:read" not in request.scope["oauth2-claims"].get("scope", "").split():
        return PlainTextResponse("", status_code=403)
    return PlainTextResponse("none")


app = Starlette(routes=[Route("/", orders)])
providers = {"issuer": {"issuer": ISSUER, "keys": keys(), "audience": AUDIENCE}}
serve(AuthenticateMiddleware(app, providers=providers))
