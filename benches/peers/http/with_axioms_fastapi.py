"""axioms-fastapi: `python with_axioms_fastapi.py ISSUER JWKS_URL AUDIENCE`."""

from axioms_fastapi import init_axioms, register_axioms_exception_handler, require_auth, require_scopes
from fastapi import Depends, FastAPI
from fastapi.responses import PlainTextResponse
from serve import AUDIENCE, ISSUER, JWKS_URL, serve

app = FastAPI()
init_axioms(app, AXIOMS_AUDIENCE=AUDIENCE, AXIOMS_ISS_URL=ISSUER, AXIOMS_JWKS_URL=JWKS_URL)
register_axioms_exception_handler(app)


@app.get("/", response_class=PlainTextResponse)
async def orders(_claims=Depends(require_auth), _scopes=Depends(require_scopes(["orders:read"]))):
    return "none"


serve(app)
