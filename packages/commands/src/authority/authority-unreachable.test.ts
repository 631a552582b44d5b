import { TlsFault } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { notReached } from './authority-unreachable.ts';

const origin = 'https://ca.contoso.example:8443';

describe('a request that never came to the authority', () => {
  it('has a remedy that an operator can follow, and not one of the library, where the authority hangs', () => {
    const error = new TlsFault('ENTENTE_TIMEOUT', {
      sentence: 'expected a verdict in time, found none after 10000 ms',
      place: 'ca.contoso.example:8443',
      remedy: 'check that the address is reachable, and that the server there is not overloaded',
    });
    const fault = notReached(origin, error);
    expect(fault).toMatchObject({
      code: 'ENTENTE_AUTHORITY_UNREACHABLE',
      message: expect.stringContaining('the authority does not answer: expected a verdict in time'),
      place: origin,
      cause: error,
    });
    expect(fault?.remedy).toContain('start it again');
    expect(`${fault?.message} ${fault?.remedy}`).not.toContain('check that the address');
  });

  it('keeps a remedy of another kind', () => {
    expect(notReached(origin, Object.assign(new Error('refused'), { remedy: 'renew it' }))).toBeUndefined();
    expect(notReached(origin, new Error('connect ECONNREFUSED'))?.remedy).toContain('start the authority');
  });
});
