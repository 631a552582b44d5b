import { hostNotListed, onlyInside } from '../knowledge/not-fetched.ts';
import { ofTheFuture } from '../knowledge/signed-in-future.ts';
import { certificateAt, clip, moment, type ReasonEntries } from './entry.ts';
import type { NotFetched } from './rejection.ts';

const producedBy = ['@entente/trust'];

const sources = {
  crl: 'a CRL',
  ocsp: 'an OCSP response',
  'stapled-ocsp': 'a stapled OCSP response',
} as const;

const availableAgain =
  'make the CRL or OCSP response of the issuer available: check its address, its signer, and that this server can reach it';
const clocksDiffer =
  'set the clock of this machine, if it is behind; if it is right, the issuer has signed with a clock that is ahead: set that one, and have the issuer sign again';
const givenByHand =
  'the certificate does not say where the CRL of its issuer is: give this side that list as a file (in a program `openTrust({ crls })`; `openssl ca -gencrl` writes one), or have the CA name an http: location in the certificates that it issues';

function allowFetch(host: string): string {
  return `allow this side to fetch from ${host} (in a program \`fetch: { hosts }\` of \`openTrust\`), or give it the CRL as a file (\`crls\`)`;
}

/** What a failed fetch asks for, by the two causes that lie on this side. */
function remedyOfFetch({ url, why }: { readonly url: string; readonly why: string }): string {
  if (why.endsWith(hostNotListed)) return allowFetch(hostOf(url));
  if (why.endsWith(onlyInside))
    return `if ${hostOf(url)} is a host of yours with a private address, list it (in a program \`fetch: { privateHosts }\` of \`openTrust\`), or give this side the CRL as a file (\`crls\`)`;
  return `make ${clip(url)} answer with a current CRL or OCSP response, and check that this side can reach it`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? clip(new URL(url).hostname) : clip(url);
}

function inVain(notFetched: NotFetched['notFetched'] = []): string {
  return notFetched.map(({ url, why }) => `; ${clip(url)}: ${clip(why)}`).join('');
}

/** The one revocation that can be taken back (RFC 5280 §5.3.1). */
const onHold = 'certificateHold';

/** Reasons of stage 3. */
export const revocationReasons: ReasonEntries<'revoked' | 'revocation-unknown' | 'revocation-stale'> = {
  revoked: {
    stage: 'revocation',
    rank: 100,
    producedBy,
    means: 'A valid CRL or OCSP response says that a certificate in the path is revoked.',
    sentence: ({ depth, subject, since, code, source, signer }) =>
      `expected a certificate that is not revoked, found ${certificateAt(depth, subject)} revoked since ${moment(since)} (${code}), according to ${sources[source]} of "${clip(signer)}"`,
    remedy: ({ code }) =>
      code === onHold
        ? 'it is on hold: have its CA end the hold (entente cert release, where that is an authority of Entente), or revoke it for good and issue the holder a new certificate for a new key'
        : 'issue the holder a new certificate for a new key; if the revocation was a mistake, issue a new certificate',
  },
  'revocation-unknown': {
    stage: 'revocation',
    rank: 58,
    producedBy,
    means: 'No usable CRL or OCSP response covers a certificate in the path, and the anchor requires one.',
    sentence: ({ depth, subject, why, notFetched }) =>
      `expected to know whether ${certificateAt(depth, subject)} is revoked, found ${clip(why)}${inVain(notFetched)}`,
    remedy: ({ locations, notFetched = [], why }) => {
      if (why.includes(ofTheFuture)) return clocksDiffer;
      const [failed] = notFetched;
      if (failed !== undefined) return remedyOfFetch(failed);
      if (locations === undefined) return availableAgain;
      const [first] = locations;
      return first === undefined ? givenByHand : allowFetch(hostOf(first));
    },
  },
  'revocation-stale': {
    stage: 'revocation',
    rank: 60,
    producedBy,
    means: 'The newest CRL or OCSP response is older than the anchor allows.',
    sentence: ({ depth, subject, source, thisUpdate, nextUpdate, now, notFetched }) =>
      `expected a current statement about ${certificateAt(depth, subject)} at ${moment(now)}, found ${sources[source]} of ${moment(thisUpdate)}${nextUpdate === undefined ? ' without nextUpdate' : `, due for renewal at ${moment(nextUpdate)}`}${inVain(notFetched)}`,
    remedy: ({ graceMs }) =>
      `have the CA publish a new one, and check that this server can fetch it${graceMs > 0 ? ` (the grace period of ${Math.round(graceMs / 3_600_000)} h is over)` : ''}`,
  },
};
