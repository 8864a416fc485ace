// express with express-oauth2-jwt-bearer: `node with_express.mjs ISSUER JWKS_URL AUDIENCE`.
import express from "express";
import { auth, requiredScopes } from "express-oauth2-jwt-bearer";

const [issuerBaseURL, , audience] = process.argv.slice(2);
const app = express();

app.get("/", auth({ issuerBaseURL, audience }), requiredScopes("orders:read"), (_request, response) => {
  response.type("text").send("none");
});
// What it has by itself tells each refusal on the standard error.
app.use((error, _request, response, _next) => {
  response.status(error.status ?? 500).set(error.headers ?? {}).end();
});

const server = app.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
process.stdin.on("end", () => process.exit()).resume();
