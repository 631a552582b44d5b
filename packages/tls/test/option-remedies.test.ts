import * as tls from 'node:tls';
import { loadCredential, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';

const invalid = (place: string, remedy: RegExp) => ({
  code: 'ENTENTE_OPTION_INVALID',
  place,
  remedy: expect.stringMatching(remedy),
});

describe('the remedy for an option', () => {
  it('names the one that is meant, before what the platform calls so', async () => {
    await expect(loadCredential({ cert: 'a.pem', key: 'a.key' } as never)).rejects.toMatchObject(
      invalid('cert of loadCredential', /^write certificate if that is meant/),
    );
    await expect(serve(tls, { cert: 'a.pem' } as never, () => {})).rejects.toMatchObject(
      invalid('cert of serve', /^leave it out: what this side presents is the option identity/),
    );
  });
});
