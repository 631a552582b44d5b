import type { HeaderFields } from '@entente/sip';
import { FlowNames } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { frontEndOfUsers } from '../test/front-end-of-users.ts';
import {
  alice,
  client,
  onPaper,
  partner,
  proven,
  register,
  relayed,
  throughEdge,
  topology,
} from '../test/front-end-on-paper.ts';

const address = alice.slice('sip:'.length);
const naming = [
  'Referred-By',
  'Diversion',
  'History-Info',
  'Reply-To',
  'CC-Diversion',
  'P-Charge-Info',
  'Additional-Identity',
];
const hersWritten = [
  '<sip:+49301001@fabrikam.example;user=phone>',
  '<sip:+49-30-1001@litware.example>',
  '<sip:0049301001@fabrikam.example>',
  '<sip:1001;phone-context=+4930@fabrikam.example;user=phone>',
  '<sip:%EF%BC%8B49301001@fabrikam.example>',
];
const others = ['<sip:+49301009@fabrikam.example;user=phone>', '<sip:carl@fabrikam.example>', '"x" <tel:1>'];

function network() {
  const flows = new FlowNames();
  const frontEnd = frontEndOfUsers({
    topology,
    flows,
    users: [address],
    numbers: { [address]: '+49301001' },
    rights: ['dial-outside'],
    clock: () => Date.now(),
  });
  const paper = onPaper(frontEnd, flows, 'fe1.contoso.example');
  proven(paper, register(alice), client(alice));
  return paper;
}

describe('a user of ours who is named by a number at the domain of a partner', () => {
  it.each(naming)('is named by no request of a partner: %s', (name) => {
    const seen = (value: string) => {
      const headers: HeaderFields = [[name, value]];
      const { sent } = relayed(
        network(),
        requestBetween(partner, alice, { method: 'INVITE', headers }),
        throughEdge(),
      );
      return sent.all(name);
    };
    for (const value of hersWritten) expect(seen(value), value).toEqual([]);
    for (const value of others) expect(seen(value), value).toEqual([value]);
  });

  it.each([180, 200, 404])('is named by no answer of a partner, in which the others stay: %s', (status) => {
    const fields = {
      'History-Info': [hersWritten[0], others[0]].join(', '),
      'Reply-To': `${hersWritten[0]}`,
    };
    const from = client(alice);
    const call = relayed(network(), requestBetween(alice, partner, { method: 'INVITE' }), from);
    const answers =
      status === 200 ? [call.answer(status, fields), call.later(fields)] : [call.answer(status, fields)];
    for (const answer of answers) {
      expect(answer?.all('History-Info')).toEqual([others[0]]);
      expect(answer?.has('Reply-To')).toBe(false);
    }
  });

  it('is named by a user of ours as that user likes', () => {
    const headers = { 'Referred-By': `${hersWritten[0]}` };
    const request = requestBetween(alice, alice, { method: 'INVITE', headers });
    expect(relayed(network(), request, client(alice)).sent.get('Referred-By')).toBe(hersWritten[0]);
  });
});
