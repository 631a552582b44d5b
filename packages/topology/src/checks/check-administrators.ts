import type { TopologyDocument } from '../document/document.ts';
import { publicKeyIdentity } from '../document/public-key.ts';
import type { Report } from './report.ts';

/** Checks who signs, and the chain of versions. */
export function checkAdministrators(document: TopologyDocument, report: Report): void {
  const { administrators } = document;
  const { keys, required } = administrators;
  if (required > keys.length) {
    report(
      'too-few-administrators',
      ['administrators', 'required'],
      `${required} signatures are required, but there are only ${keys.length} administrators.`,
      'Add administrators, or require fewer signatures.',
    );
  } else if (required === 1 && keys.length > 1) {
    report(
      'one-signature-widens',
      ['administrators', 'required'],
      `Any one of the ${keys.length} administrators can change on their own whom the whole network trusts.`,
      'Require two signatures or more.',
    );
  }
  const byId = new Set<string>();
  const byKey = new Map<string, string>();
  for (const [index, key] of keys.entries()) {
    const path = ['administrators', 'keys', index];
    if (byId.has(key.id)) {
      report(
        'duplicate-id',
        [...path, 'id'],
        `The id ${key.id} is used more than once.`,
        'Give it another id.',
      );
    }
    byId.add(key.id);
    const identity = publicKeyIdentity(key);
    const other = identity === undefined ? undefined : byKey.get(identity);
    if (identity === undefined) {
      report(
        'unusable-key',
        [...path, 'publicKey'],
        `The public key of ${key.id} is not a SubjectPublicKeyInfo of a key for ${key.algorithm} in base64.`,
        'Take the base64 between the PEM lines of "openssl pkey -pubout", joined to one line.',
      );
    } else if (other !== undefined) {
      report(
        'duplicate-id',
        [...path, 'publicKey'],
        `${key.id} has the same key as ${other}, so one person would count twice.`,
        'Each administrator creates a key of their own: entente topology key.',
      );
    } else byKey.set(identity, key.id);
  }
  checkChain(document, report);
}

function checkChain(document: TopologyDocument, report: Report): void {
  if (document.version > 1 && document.previous === undefined) {
    report(
      'previous-missing',
      ['version'],
      `Version ${document.version} must name the hash of version ${document.version - 1} as "previous".`,
      'Copy the version in force (the newest topology.v<number>.json, or topology.json of a server’s folder) to topology.signed.json beside this file, then entente topology sign fills it in; write version: 1 where there is none.',
    );
  }
  if (document.version === 1 && document.previous !== undefined) {
    report('previous-unexpected', ['previous'], 'Version 1 has no version before it.', 'Remove "previous".');
  }
  // Both are RFC 3339 in UTC with the same number of digits, so they sort as texts in the order of time.
  if (document.expires !== undefined && document.expires <= document.issued) {
    report(
      'expires-before-issued',
      ['expires'],
      `The document expires at ${document.expires}, but it is issued at ${document.issued}.`,
      'Correct one of the two times.',
    );
  }
}
