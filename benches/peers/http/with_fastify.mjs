// fastify with jose: `node with_fastify.mjs ISSUER JWKS_URL AUDIENCE`.
import Fastify from "fastify";
import { createRemoteJWKSet, jwtVerify } from "jose";

const [issuer, jwksUrl, audience] = process.argv.slice(2);
const keys = createRemoteJWKSet(new URL(jwksUrl));
const app = Fastify();

app.addHook("onRequest", async (request, reply) => {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  if (scheme !== "Bearer" || !token) {
    return reply.code(401).header("WWW-Authenticate", "Bearer").send();
  }
  try {
    const { payload } = await jwtVerify(token, keys, { issuer, audience, requiredClaims: ["exp"] });
    request.claims = payload;
  } catch {
    return reply.code(401).header("WWW-Authenticate", 'Bearer error="invalid_token"').send();
  }
  if (!(request.claims.scope ?? "").split(" ").includes("orders:read")) {
    return reply.code(403).header("WWW-Authenticate", 'Bearer error="insufficient_scope"').send();
  }
});
app.get("/", async () => "none");

await app.listen({ host: "127.0.0.1", port: 0 });
console.log(`127.0.0.1:${app.server.address().port}`);
process.stdin.on("end", () => process.exit()).resume();
