// A real OpenID Connect provider for one test: oidc-provider on a port of this machine.
// It knows whoever signs in by the name they type; the groups are what follows the first dash.
// Usage: node provider.mjs FOLDER PORT REDIRECT ALG

import { createHash, generateKeyPairSync, randomUUID } from "node:crypto";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, port, redirect, alg] = process.argv.slice(2);
const found = createRequire(`${folder}/package.json`).resolve("oidc-provider");
const { default: Provider } = await import(pathToFileURL(found).href);

const kind = alg === "ES256" ? ["ec", { namedCurve: "P-256" }] : ["rsa", { modulusLength: 2048 }];
const { privateKey } = generateKeyPairSync(...kind);
const key = { ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg };

const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "tidemill",
      client_secret: "a secret of the test",
      redirect_uris: [redirect],
      id_token_signed_response_alg: alg,
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: [createHash("sha256").update(issuer).digest("hex")] },
  pkce: { required: () => true },
  claims: { openid: ["sub", "groups"], profile: ["name", "preferred_username"], email: ["email"] },
  features: { devInteractions: { enabled: true } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => {
      const [name, ...groups] = id.split("-");
      return { sub: id, name, preferred_username: name, groups };
    },
  }),
});
provider.listen(Number(port), "127.0.0.1", () => console.log("ready"));
