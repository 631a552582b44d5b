import { authorityFolder, IssuerStore } from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RollingRoot, read } from './rolling-root.ts';

interface Row {
  readonly serial: string;
  readonly issuerRevoked?: true;
}

describe('an authority whose issuing authority is on the list of the root', () => {
  let run: RollingRoot;
  beforeAll(async () => {
    run = await RollingRoot.start();
    const store = await IssuerStore.open(authorityFolder(run.directory));
    const compromised = store.active.issuer.certificate.der;
    await run.askForIssuing(store, [{ certificate: compromised, reason: 'cACompromise' }]);
    await run.visit(1);
    await run.restart();
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('presents another certificate from its start on', () => {
    const [leaf] = run.own;
    expect(read(leaf as Uint8Array).issuer.toString()).toContain('Issuing CA 2');
  });

  it('says of each certificate that the revoked one has issued that its issuer is revoked, and of no other', async () => {
    const serialOf = ([leaf]: readonly Uint8Array[]) => read(leaf as Uint8Array).serialHex;
    const before = serialOf(run.holder('fe01.contoso.example').chain);
    const { certificates } = (await run.order('/certificates?limit=1000')) as unknown as {
      certificates: Row[];
    };
    const said = (serial: string) => certificates.find((row) => row.serial === serial)?.issuerRevoked;
    expect(said(before)).toBe(true);
    expect(said(serialOf(run.own))).toBeUndefined();
    expect(await run.order(`/certificates/${before}`)).toMatchObject({ issuerRevoked: true });
  });

  it('counts none of them as valid, and no server as one that depends on the root by them', async () => {
    const { issuers, roots } = (await run.order('/issuers')) as unknown as {
      issuers: object[];
      roots: { readonly dependents: readonly string[] }[];
    };
    expect(issuers).toMatchObject([
      { number: 1, revoked: true, valid: 0 },
      { number: 2, revoked: false, valid: 2 },
    ]);
    expect(roots[0]?.dependents).toEqual(['ca.contoso.example']);
  });
});
