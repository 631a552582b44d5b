import { links } from '@entente/topology';
import { type EndLedger, type RowLedger, refused, testsIn } from './cell.ts';

const file = 'tooling/scenarios/links-outside/partners.test.ts';
const narrowed = testsIn(file, 'a topology that makes the link to partners narrower');

const partner = (
  within: string,
  wrongName: readonly [reason: string, what: string],
  direction: string,
): EndLedger => {
  const at = testsIn(file, within);
  const refusal = (reason: string, what: string) => refused(reason, at(`refuses ${what}: ${reason}`));
  return {
    'unknown CA': refusal('unknown-issuer', 'a CA that nobody knows'),
    'wrong name': refusal(...wrongName),
    revoked: refusal('revoked', 'a certificate that was revoked'),
    // Outside nobody believes our own CA: a server of ours counts for nothing there, whatever its role.
    'wrong role': refusal('unknown-issuer', 'a front end of ours'),
    'wrong direction': refused(
      'direction-not-allowed',
      narrowed(`${direction} alone opens it: direction-not-allowed`),
    ),
  };
};

/** The row of partners: both ends are edges, each of which may be ours. */
export const partnerLedger: readonly RowLedger[] = [
  {
    row: links.federation,
    dialled: partner(
      'an edge that a partner dials',
      ['partner-not-allowed', 'a certificate without the name of a partner'],
      'has the edge refuse a partner that dials where the edge',
    ),
    dialling: partner(
      'an edge that dials a partner',
      ['name-mismatch', 'another name of the partner'],
      'has the edge send a partner nothing over a link of its own where the partner',
    ),
  },
];
