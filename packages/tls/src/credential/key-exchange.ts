import { createSecureContext } from 'node:tls';

/** What costs a server less than a millisecond, most preferred first (RFC 8446 §4.2.7); P-384, which costs 3 ms, because TLS 1.2 has one list for certificates too. */
const classical = 'X25519:P-256:P-384';
/** The same beside a key exchange that a quantum computer does not break; OpenSSL has it from 3.5 on. */
const hybrid = `X25519MLKEM768:${classical}`;

let known: string | undefined;

/**
 * The groups in which keys are exchanged. Left to itself the platform takes any that a client names, and finite fields of 8,192 bits among them: a
 * ClientHello of a kilobyte, for which its sender computes nothing, costs the server a tenth of a second.
 *
 * @returns in the form of OpenSSL
 */
export function keyExchangeGroups(): string {
  known ??= isKnown(hybrid) ? hybrid : classical;
  return known;
}

function isKnown(groups: string): boolean {
  try {
    createSecureContext({ ecdhCurve: groups });
    return true;
  } catch {
    return false;
  }
}
