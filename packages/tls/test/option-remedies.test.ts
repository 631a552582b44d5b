import * as tls from 'node:tls';
import { connect, loadCredential, serve } from '@entente/tls';
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

  it('speaks of a default where there is one', async () => {
    await expect(connect({ host: '127.0.0.1', port: 0 } as never)).rejects.toMatchObject(
      invalid('port of connect', /^give a number in this range$/),
    );
    await expect(serve(tls, { port: -1 } as never, () => {})).rejects.toMatchObject(
      invalid('port of serve', /^give a number in this range, or leave the default$/),
    );
  });
});
