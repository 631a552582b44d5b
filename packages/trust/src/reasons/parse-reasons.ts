import { clip, moment, type ReasonEntries } from './entry.ts';

/** Reasons of stage 1, and the clock, which is checked before anything is read. */
export const parseReasons: ReasonEntries<
  'clock-untrusted' | 'no-certificate' | 'malformed-certificate' | 'chain-too-long' | 'certificate-too-large'
> = {
  'clock-untrusted': {
    stage: 'parse',
    rank: 105,
    producedBy: ['@entente/trust'],
    means:
      'The clock of this machine is behind a time that an authority has signed, so expired certificates would be accepted.',
    sentence: ({ now, latestSigned }) =>
      `expected a clock at or after ${latestSigned === undefined ? 'the latest signed time' : moment(latestSigned)}, found ${now === undefined ? 'an earlier time' : moment(now)}`,
    remedy: () => 'set the clock of this machine and keep it synchronised, for example with NTP',
  },

  'no-certificate': {
    stage: 'parse',
    rank: 120,
    producedBy: ['@entente/trust', '@entente/tls'],
    means: 'The peer presented no certificate where one is required.',
    sentence: ({ expected }) => `expected a ${expected} certificate, found none`,
    remedy: ({ expected }) =>
      expected === 'client'
        ? 'configure the client with a certificate and key of its own'
        : 'configure the server with a certificate and key',
  },
  'malformed-certificate': {
    stage: 'parse',
    rank: 92,
    producedBy: ['@entente/trust'],
    means: 'A certificate is not strict DER, exceeds a limit, or breaks a rule of the profile.',
    sentence: ({ depth, where, problem }) =>
      `expected a well-formed certificate at depth ${depth}, found a problem in ${where}: ${clip(problem)}`,
    remedy: () => 'have the CA issue the certificate again in the form that RFC 5280 §4 requires',
  },
  'chain-too-long': {
    stage: 'parse',
    rank: 45,
    producedBy: ['@entente/trust'],
    means: 'The peer presented more bytes than the limit, or the path has more intermediates than the limit.',
    sentence: ({ found, max, unit }) => `expected at most ${max} ${unit} in the chain, found ${found}`,
    remedy: () => 'present only the leaf and the intermediates between it and the anchor',
  },
  'certificate-too-large': {
    stage: 'parse',
    rank: 46,
    producedBy: ['@entente/trust'],
    means: 'The certificate of the peer has more bytes or more names than the limit.',
    sentence: ({ found, max, unit }) =>
      `expected at most ${max} ${unit} in the certificate of the peer, found ${found}`,
    remedy: () =>
      'have the peer present a certificate with fewer names; one that speaks for many domains has several pools, each with some of them',
  },
};
