// Verifies a Sigstore bundle with the public key that its hint names, and nothing else:
// node verify.cjs BUNDLE KEY.pem, with NODE_PATH at a folder with @sigstore/verify.
const { createPublicKey } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { bundleFromJSON } = require("@sigstore/bundle");
const { toSignedEntity, toTrustMaterial, Verifier } = require("@sigstore/verify");

const [, , bundlePath, keyPath] = process.argv;
const PKIX_ECDSA_P256_SHA_256 = 5;
const NO_ROOT = { certificateAuthorities: [], ctlogs: [], timestampAuthorities: [], tlogs: [] };

const bundle = bundleFromJSON(JSON.parse(readFileSync(bundlePath, "utf8")));
const key = {
  rawBytes: createPublicKey(readFileSync(keyPath)).export({ format: "der", type: "spki" }),
  keyDetails: PKIX_ECDSA_P256_SHA_256,
};
const hint = bundle.verificationMaterial.content.publicKey.hint;
const thresholds = { ctlogThreshold: 0, timestampThreshold: 0, tlogThreshold: 0 };
new Verifier(toTrustMaterial(NO_ROOT, { [hint]: key }), thresholds).verify(toSignedEntity(bundle));
console.log(`verified with ${hint}`);
