import { randomBytes } from 'node:crypto';
import {
  createCrlPublisher,
  createIssuance,
  createRevocationDesk,
  issueJoinToken,
  objectsHandler,
  publishedObjects,
} from '@entente/pki';
import { createMemoryLedger } from '@entente/pki/ledger';
import {
  checkAuthorityFolder,
  createFolder,
  openAuthorityFolder,
  openLedgerFile,
  openRootFolder,
  readSecret,
} from '@entente/pki/node';
import { faultOf } from '@entente/testkit/fault';
import { describe, expect, it } from 'vitest';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;

/** Each call is refused, and the fault names the argument. */
async function refused(calls: readonly (readonly [() => unknown, string])[]): Promise<void> {
  for (const [call, place] of calls)
    expect(await faultOf(call), place).toMatchObject({ code: 'ENTENTE_PKI_BAD_ARGUMENT', place });
}

const ledger = createMemoryLedger();
const issuer = { id: 'a', certificate: {}, signer: {} };
const lists = { issuer, ledger, clock: Date.now, objectsUrl: 'http://pki.contoso.example' };
const leaves = { ...lists, anchors: [], throwAway: {}, mayIssue() {}, random: randomBytes };

describe('the lists of an authority', () => {
  it('are not spread over a number that is a text, or none', async () => {
    for (const shards of ['2', 0, 1.5, Number.NaN, 70_000])
      await refused([
        [() => createCrlPublisher(given({ ...lists, shards })), 'shards of createCrlPublisher'],
        [() => createIssuance(given({ ...leaves, shards })), 'shards of createIssuance'],
      ]);
  });

  it('have no lifetime that is a text, and no clock that is a time', async () => {
    await refused([
      [
        () => createCrlPublisher(given({ ...lists, lifetimeMs: '86400000' })),
        'lifetimeMs of createCrlPublisher',
      ],
      [() => createCrlPublisher(given({ ...lists, lifetimeMs: 0 })), 'lifetimeMs of createCrlPublisher'],
      [() => createCrlPublisher(given({ ...lists, clock: Date.now() })), 'clock of createCrlPublisher'],
      [() => createCrlPublisher(given({ ...lists, issuer: 'CN=Contoso' })), 'issuer of createCrlPublisher'],
      [() => createRevocationDesk(given(undefined), given({}), Date.now), 'ledger of createRevocationDesk'],
      [() => createRevocationDesk(ledger, given({}), Date.now), 'publisher of createRevocationDesk'],
      [() => objectsHandler(given(undefined), Date.now), 'issuers of objectsHandler'],
      [() => objectsHandler([], given(undefined)), 'clock of objectsHandler'],
      [() => publishedObjects(given({}), Date.now), 'issuers of publishedObjects'],
    ]);
  });
});

describe('an issuance', () => {
  it('is not created with a profile whose name is misspelt: the default one would be in force', async () => {
    await refused([
      [
        () => createIssuance(given({ ...leaves, profiles: { severs: {} } })),
        'options of profiles of createIssuance',
      ],
      [() => createIssuance(given({ ...leaves, revocation: { crls: [] } })), 'revocation of createIssuance'],
      [() => createIssuance(given({ ...leaves, mayIssue: true })), 'mayIssue of createIssuance'],
    ]);
  });
});

describe('a join token', () => {
  const parts = {
    authority: 'https://authority.contoso.example',
    server: 'pool1.contoso.example',
    rootSpkiHash: '0'.repeat(64),
    administratorsHash: '0'.repeat(64),
  };
  const options = { ledger, clock: Date.now, random: randomBytes };
  const order = { ...parts, createdBy: 'administrator' };

  it('has no end that is not a number, and replaces nothing by a text', async () => {
    await refused([
      [
        () => issueJoinToken(options, given({ ...order, lifetimeMs: Number.NaN })),
        'lifetimeMs of issueJoinToken',
      ],
      [() => issueJoinToken(options, given({ ...order, replace: 'true' })), 'replace of issueJoinToken'],
      [() => issueJoinToken(given({ ...options, clock: 1 }), order), 'clock of issueJoinToken'],
    ]);
  });
});

describe('files', () => {
  it('are not looked for at what is no path, and a bound on their size is a number', async () => {
    for (const other of [undefined, null, 7, {}, ''])
      await refused([
        [
          () =>
            openAuthorityFolder(
              given(other),
              given(() => ledger),
            ),
          'directory of openAuthorityFolder',
        ],
        [() => openLedgerFile(given(other)), 'directory of openLedgerFile'],
        [() => openRootFolder(given(other), ''), 'directory of openRootFolder'],
        [() => createFolder(given(other)), 'path of createFolder'],
        [() => checkAuthorityFolder(given(other)), 'directory of checkAuthorityFolder'],
        [() => readSecret(given(other), 1), 'path of readSecret'],
      ]);
    await refused([
      [() => readSecret('key.pem', given(undefined)), 'maxBytes of readSecret'],
      [() => openAuthorityFolder('authority', given(undefined)), 'openLedger of openAuthorityFolder'],
    ]);
  });
});
