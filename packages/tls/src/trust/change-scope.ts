import { listOf, rule, type Shape } from '@entente/options';
import type { ChangeScope } from './trust.ts';

/** Also an empty one: a certificate may name its issuer by nothing but alternative names. */
const name = rule('a text', (value) => typeof value === 'string');
const names = listOf(name, 'a list of texts');
/** It may have more than these, as an entry of a record of revoked certificates. */
const certificate = rule('an object with the texts issuer and serialHex', (value) => {
  const { issuer, serialHex } = value as Readonly<Record<string, unknown>>;
  return typeof issuer === 'string' && typeof serialHex === 'string';
});

/** Rules of {@link ChangeScope}: a misspelt list would name no connection that has to be judged again. */
export const changeScope: Shape<ChangeScope> = {
  anchors: names,
  issuers: names,
  certificates: listOf(certificate, 'a list of certificates'),
  servers: names,
  domains: names,
};
