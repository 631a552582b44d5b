import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { Vouchers, voucherOf } from './registration-sources.ts';

const [fe1, fe2, other] = ['fe1', 'fe2', 'fe3'].map((name) => `${name}.contoso.example`) as [
  string,
  string,
  string,
];
const pools = ['pool1.contoso.example', 'pool2.contoso.example'] as const;
const topologyOf = (...members: string[]) =>
  sampleTopology({
    pools: pools.map((fqdn) => ({ fqdn, role: 'front-end' as const })),
    servers: [
      ...members.map((fqdn) => ({ ...sampleFrontEnd, fqdn, pool: pools[0] })),
      { ...sampleFrontEnd, fqdn: other, pool: pools[1] },
    ],
  });

function start() {
  const inForce = { topology: topologyOf(fe1, fe2), revoked: new Map<string, string | undefined>() };
  const list = {
    lookup(serialNumber: Uint8Array) {
      const serialHex = Buffer.from(serialNumber).toString('hex');
      return inForce.revoked.has(serialHex) ? { reason: inForce.revoked.get(serialHex) } : undefined;
    },
  };
  const vouchers = new Vouchers({
    fqdn: fe1,
    topology: () => inForce.topology,
    revocationLists: () => [{ lookup: () => undefined }, list],
    serialHex: () => '01',
  });
  return { inForce, vouchers };
}

describe('a server that vouches for registrations', () => {
  it('is believed where it is of our pool, and this server itself', () => {
    const { vouchers } = start();
    for (const server of [vouchers.own, voucherOf(fe2, '02'), voucherOf(fe2, undefined)])
      expect(vouchers.isBelieved(server)).toBe(true);
    for (const server of [voucherOf(other, '03'), voucherOf('fe9.contoso.example', '04'), '', 'x'])
      expect(vouchers.isBelieved(server)).toBe(false);
  });

  it('is the member of our pool that has sent a REGISTER; for everybody else it is this server', () => {
    const { vouchers } = start();
    expect(vouchers.of(fe2, '02')).toBe(voucherOf(fe2, '02'));
    for (const server of [undefined, other, 'edge1.contoso.example'])
      expect(vouchers.of(server, '03')).toBe(vouchers.own);
  });

  it('is believed no longer once it has left the pool', () => {
    const { inForce, vouchers } = start();
    expect(vouchers.isBelieved(voucherOf(fe2, '02'))).toBe(true);
    inForce.topology = topologyOf(fe1);
    vouchers.changed();
    expect(vouchers.isBelieved(voucherOf(fe2, '02'))).toBe(false);
    expect(vouchers.isBelieved(vouchers.own)).toBe(true);
  });

  it('is believed no longer by a certificate whose key may be compromised, and again by its next one', () => {
    for (const reason of [
      undefined,
      'unspecified',
      'keyCompromise',
      'cACompromise',
      'privilegeWithdrawn',
      'cessationOfOperation',
    ]) {
      const { inForce, vouchers } = start();
      expect(vouchers.isBelieved(voucherOf(fe2, '02'))).toBe(true);
      inForce.revoked.set('02', reason);
      vouchers.changed();
      expect(vouchers.isBelieved(voucherOf(fe2, '02')), reason).toBe(false);
      expect(vouchers.isBelieved(voucherOf(fe2, '0a')), reason).toBe(true);
    }
  });

  it('is believed by a certificate that another one has replaced', () => {
    for (const reason of ['superseded', 'affiliationChanged']) {
      const { inForce, vouchers } = start();
      inForce.revoked.set('02', reason);
      expect(vouchers.isBelieved(voucherOf(fe2, '02')), reason).toBe(true);
    }
  });

  it('is remembered, and so many made-up ones are not', () => {
    const { inForce, vouchers } = start();
    expect(vouchers.isBelieved(voucherOf(fe2, '02'))).toBe(true);
    inForce.revoked.set('02', 'keyCompromise');
    expect(vouchers.isBelieved(voucherOf(fe2, '02')), 'until something has changed').toBe(true);
    for (let i = 0; i < 2_000; i++) vouchers.isBelieved(voucherOf(fe2, i.toString(16).padStart(8, '0')));
    expect(vouchers.isBelieved(voucherOf(fe2, '02'))).toBe(false);
  });
});
