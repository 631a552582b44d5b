import type { TopologyDocument } from '../document/document.ts';
import { publicKeyIdentity } from '../document/public-key.ts';
import type { Report } from './report.ts';

/** Who signs, and the chain of versions. */
export function checkAdministrators(document: TopologyDocument, report: Report): void {
  const { administrators } = document;
  const { keys, required } = administrators;
  if (required > keys.length) {
    report(
      'too-few-administrators',
      ['administrators', 'required'],
      `Expected at most ${keys.length}, the number of administrators, found ${required}.`,
      'Add administrators, or require fewer signatures.',
    );
  } else if (required === 1 && keys.length > 1) {
    report(
      'one-signature-widens',
      ['administrators', 'required'],
      `Any one of ${keys.length} administrators can change whom everybody trusts.`,
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
        `Expected each id once, found ${key.id} again.`,
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
        `Expected the SubjectPublicKeyInfo of a key for ${key.algorithm} in base64, found something else.`,
        'Take the base64 between the PEM lines of "openssl pkey -pubout", joined to one line.',
      );
    } else if (other !== undefined) {
      report(
        'duplicate-id',
        [...path, 'publicKey'],
        `${key.id} has the same key as ${other}, so that one person would count twice.`,
        'Let each administrator make a key of their own.',
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
      'Sign with entente topology sign, which fills it in.',
    );
  }
  if (document.version === 1 && document.previous !== undefined) {
    report('previous-unexpected', ['previous'], 'Version 1 has no version before it.', 'Remove "previous".');
  }
  // Both are RFC 3339 in UTC with the same number of digits, so their order as texts is their order in time.
  if (document.expires !== undefined && document.expires <= document.issued) {
    report(
      'expires-before-issued',
      ['expires'],
      `Expected a time after ${document.issued}, found ${document.expires}.`,
      'Correct one of the two times.',
    );
  }
}
