// A real OpenID Connect provider as a process of its own. Arguments: people as JSON, claims by the name that they sign in
// with; and where the client is led back to. Says its port on its channel, and ends with whoever started it.
import { createServer } from "node:net";
import process from "node:process";
import Provider from "oidc-provider";

const people = JSON.parse(process.argv[2] ?? "{}");
const redirect = process.argv[3] ?? "";

// The issuer's address is part of every answer, so the port comes first.
const port = await new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port: free } = probe.address();
    probe.close(() => resolve(free));
  });
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "sluice", client_secret: "client-secret-of-the-test", redirect_uris: [redirect] }],
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"], groups: ["groups"] },
  scopes: ["openid", "email", "profile", "groups"],
  features: { devInteractions: { enabled: true } },
  // Claims in the token itself, as most providers have them.
  conformIdTokenClaims: false,
});
provider.listen(port, "127.0.0.1", () => process.send?.(port));
process.on("disconnect", () => process.exit(0));
