import { type Binding, LocationsUnavailableError, MemoryLocations } from '@entente/sip-proxy/locations';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { alice, bob, client, newSealing, start } from '../test/front-end-on-paper.ts';

const gone = new LocationsUnavailableError({
  sentence: 'the store is gone',
  place: 'here',
  remedy: 'start it',
});

/** What becomes of a MESSAGE to alice, whose home this server is, where a store in another process fails. */
async function answerWith(error: Error, isAtOnce = false) {
  const store = new (class extends MemoryLocations {
    override lookup(): never {
      if (isAtOnce) throw error;
      return Promise.reject<readonly Binding[]>(error) as never;
    }
  })();
  const network = start('fe1.contoso.example', newSealing(), store);
  const outcome = network.send(requestBetween(bob, alice, { method: 'MESSAGE' }), client(bob));
  return 'awaits' in outcome ? outcome.awaits : outcome;
}

describe('a request to a user whom this server does not know, while the store is away', () => {
  it('is refused with 503, and with what the store says for the log', async () => {
    expect(await answerWith(gone)).toMatchObject({
      kind: 'refuse',
      refusal: {
        status: 503,
        reason: 'locations-unavailable',
        message: 'expected a store that says where alice@contoso.example is, found: the store is gone',
        remedy: 'start it',
      },
    });
  });

  it('is refused the same by a store that says so at once', async () => {
    expect(await answerWith(gone, true)).toMatchObject({ status: 503, reason: 'locations-unavailable' });
  });

  it('is no refusal where something else is wrong: that is a fault', async () => {
    await expect(answerWith(new RangeError('broken'))).rejects.toThrow('broken');
  });
});
