import { clip, moment, type ReasonEntries } from './entry.ts';

/** Reasons of stage 1, and the one that comes before any reading. */
export const parseReasons: ReasonEntries<
  'clock-untrusted' | 'no-certificate' | 'malformed-certificate' | 'chain-too-long'
> = {
  'clock-untrusted': {
    stage: 'parse',
    rank: 105,
    producedBy: '@entente/trust',
    means:
      'The clock of this machine is behind a time that an authority has signed: it would believe what has expired.',
    sentence: ({ now, latestSigned }) =>
      `expected a clock not behind ${latestSigned === undefined ? 'the latest signed time' : moment(latestSigned)}, found ${now === undefined ? 'an earlier time' : moment(now)}`,
    remedy: () => 'set the clock of this machine',
  },

  'no-certificate': {
    stage: 'parse',
    rank: 120,
    producedBy: '@entente/trust',
    means: 'The peer presented no certificate where one is required.',
    sentence: ({ expected }) => `expected a ${expected} certificate, found none`,
    remedy: ({ expected }) =>
      expected === 'client'
        ? 'give the client its own certificate and key, and make it present them'
        : 'configure the server with a certificate and key',
  },
  'malformed-certificate': {
    stage: 'parse',
    rank: 92,
    producedBy: '@entente/trust',
    means:
      'A certificate is not strict DER, exceeds a limit, or breaks a rule for certificates that the profile holds.',
    sentence: ({ depth, where, problem }) =>
      `expected a well-formed certificate at depth ${depth}, found a problem in ${where}: ${clip(problem)}`,
    remedy: () => 'have the CA issue the certificate again in the form that RFC 5280 §4 describes',
  },
  'chain-too-long': {
    stage: 'parse',
    rank: 45,
    producedBy: '@entente/trust',
    means:
      'The peer presented more certificates or bytes than are read, or the path has more intermediates than are allowed.',
    sentence: ({ found, max, unit }) => `expected at most ${max} ${unit} in the chain, found ${found}`,
    remedy: () => 'present only the leaf and the intermediates that lead from it to the anchor',
  },
};
