// Verifies credentials with the libraries of Digital Bazaar. Reads a list of {credential, status, did, contexts}
// from standard input, fetches nothing, and prints {verified, revoked, error} for each.
import { readFileSync } from "node:fs";

import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { cryptosuite } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import { verifyCredential } from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";

/** What a verifier may look up, and nothing else. */
function loaderOf({ status, did, contexts }) {
  const documents = new Map([...Object.entries(contexts), [did.id, did], [status.id, status]]);
  for (const method of did.verificationMethod) {
    documents.set(method.id, { "@context": "https://w3id.org/security/multikey/v1", ...method });
  }
  return async (url) => {
    const document = documents.get(url);
    if (!document) throw new Error(`nothing is fetched: ${url}`);
    return { contextUrl: null, documentUrl: url, document };
  };
}

function said(error) {
  return [error?.message, ...(error?.errors ?? []).map(said)].filter(Boolean).join("; ");
}

async function verified(given) {
  const result = await verifyCredential({
    credential: given.credential,
    suite: new DataIntegrityProof({ cryptosuite }),
    documentLoader: loaderOf(given),
    checkStatus: (options) => checkStatus({ ...options, verifyBitstringStatusListCredential: true }),
  });
  const listed = result.statusResult;
  return {
    verified: result.results?.[0]?.verified ?? false,
    revoked: listed ? !listed.verified || listed.results.some((one) => one.status) : null,
    error: said(result.error) || said(listed?.error),
  };
}

const answers = [];
for (const given of JSON.parse(readFileSync(0, "utf8"))) answers.push(await verified(given));
console.log(JSON.stringify(answers));
