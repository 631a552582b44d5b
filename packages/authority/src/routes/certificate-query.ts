import { type Problem, type ProfileName, profiles, refuse } from '@entente/pki';
import type { CertificateQuery } from '@entente/pki/ledger';

/** Most certificates in an answer. */
export const maxListed = 1_000;
const usuallyListed = 100;
const maxTextLength = 256;

/**
 * Reads which certificates an administrator asks for: `subject`, `profile`, `expired=true` (they are left out otherwise), `limit`,
 * `after`.
 * @param parameters - of the URL
 * @param now - milliseconds since 1970
 * @returns the query, or why there is none
 */
export function readCertificateQuery(parameters: URLSearchParams, now: number): CertificateQuery | Problem {
  const known = ['subject', 'profile', 'expired', 'limit', 'after'];
  const names = [...parameters.keys()];
  const unknown = names.find((name, index) => !known.includes(name) || names.indexOf(name) !== index);
  if (unknown !== undefined) return bad(`the parameters ${known.join(', ')}, each once`, unknown);
  const [subject, profile, after] = [
    parameters.get('subject'),
    parameters.get('profile'),
    parameters.get('after'),
  ];
  const long = [subject, after].find((text) => (text?.length ?? 0) > maxTextLength);
  if (long !== undefined && long !== null) return bad(`at most ${maxTextLength} characters`, long);
  if (profile !== null && !isProfile(profile)) {
    return bad(`a profile: ${Object.keys(profiles).join(', ')}`, profile);
  }
  const expired = parameters.get('expired') ?? 'false';
  if (expired !== 'true' && expired !== 'false') return bad('true or false for "expired"', expired);
  const limit = parameters.get('limit') ?? String(usuallyListed);
  if (!/^[1-9][0-9]{0,3}$/.test(limit) || Number(limit) > maxListed) {
    return bad(`a limit from 1 to ${maxListed}`, limit);
  }
  return {
    limit: Number(limit),
    ...(subject === null ? {} : { subject: subject.toLowerCase() }),
    ...(profile === null ? {} : { profile }),
    ...(expired === 'true' ? {} : { validAt: now }),
    ...(after === null ? {} : { after }),
  };
}

function isProfile(text: string): text is ProfileName {
  return Object.hasOwn(profiles, text);
}

function bad(expected: string, found: string): Problem {
  return refuse(
    'malformed-request',
    `expected ${expected}; found ${JSON.stringify(found.slice(0, 64))}`,
    'correct the request',
  );
}
