import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import {
  compareNamedLists,
  maxListBytes,
  type NamedList,
  type Topology,
  type TrustStateSigner,
} from '@entente/topology';
import {
  type Certificate,
  decodePem,
  deltaCrlIndicatorExtension,
  type Extension,
  issuingDistributionPointExtension,
} from '@entente/x509';
import { beforeEach, describe, expect, it } from 'vitest';
import { RevocationLists, restoreLists } from '../src/follow/revocation-lists.ts';
import { DomainState } from '../src/state/domain-state.ts';
import { certificateOf, firstDocument, hour, referenceTo, TestClock, topologyOf } from './sample-domain.ts';
import { nameList, signedState, stateOf, stateSigner } from './sample-states.ts';

const name = 'Contoso Root';
const minute = 60_000;

async function derOf(
  authority: TestAuthority,
  number: number,
  options: { thisUpdate?: number; extensions?: readonly Extension[] } = {},
): Promise<Uint8Array> {
  const blocks = decodePem(await authority.crl([], { number, ...options }));
  if (!blocks.ok || blocks.value[0] === undefined) throw new Error('no list');
  return blocks.value[0].der;
}

describe('the lists of our own authorities', () => {
  let ours: TestAuthority;
  let forger: TestAuthority;
  let signer: TrustStateSigner;
  let root: Certificate;
  let chainPem: string;
  let written: Map<string, string>;
  let isFull: boolean;

  beforeEach(async () => {
    [ours, forger] = [await createTestAuthority(name), await createTestAuthority(name)];
    signer = await stateSigner(ours);
    root = certificateOf(ours);
    chainPem = (await ours.issue({ dnsNames: ['fe1.contoso.example'] })).chainPem;
    written = new Map();
    isFull = false;
  });

  /** How a state names these bytes. */
  const named = (number: number, der: Uint8Array, authority = ours, shard = 0): NamedList => ({
    ...nameList(authority, { crlNumber: BigInt(number), der } as never, shard),
  });

  const open = async ({
    roots = [root],
    topology = topologyOf(),
  }: {
    roots?: Certificate[];
    topology?: Topology;
  } = {}) => {
    const reasons: unknown[] = [];
    const remedies: unknown[] = [];
    const log = createTestLog(({ fields }) => {
      if ('reason' in fields) reasons.push(fields.reason);
      if ('remedy' in fields) remedies.push(fields.remedy);
    });
    const clock = new TestClock(Date.now());
    const restored = await restoreLists({
      chainPem,
      roots,
      files: { path: (file) => file, read: async (file) => written.get(file) },
      log,
      now: clock.now(),
    });
    const state = new DomainState({
      topology,
      roots,
      lists: restored,
      lastKnown: {},
      clock,
      onFault: () => {},
    });
    const asked: { path: string; known: string | undefined }[] = [];
    let answer: Uint8Array | undefined;
    const lists = new RevocationLists({
      chainPem: () => chainPem,
      authority: {
        url: 'https://ca.contoso.example',
        async list({ issuer, shard }, known) {
          asked.push({ path: `${issuer}/${shard}`, known });
          return answer;
        },
      },
      files: {
        write: async (file, text) => {
          if (isFull) throw new Error('ENOSPC: no space left on device, write');
          written.set(file, String(text));
        },
      },
      state,
      now: () => clock.now(),
      log,
    });
    const numbers = () => state.lists.map(({ crlNumber }) => Number(crlNumber));
    /** The authority answers with these bytes to a member whose state names that. */
    const offered = async (bytes: Uint8Array | undefined, ...names: NamedList[]) => {
      answer = bytes;
      const gathered = await lists.gather(
        signedState(stateOf(firstDocument(), names), signer),
        state.topology,
      );
      lists.putInForce(gathered.lists);
      await lists.keep();
      return gathered.refusal?.reason;
    };
    /** The list that the state names. */
    const fetched = async (number: number, options: Parameters<typeof derOf>[2] = {}, authority = ours) => {
      const der = await derOf(authority, number, options);
      await offered(der, named(number, der, authority));
      return numbers();
    };
    return { asked, clock, fetched, numbers, offered, reasons, remedies, state };
  };

  it('let nothing in that our authority has not signed, whatever number it carries', async () => {
    const { fetched, offered, numbers, reasons } = await open();
    const forged = await derOf(forger, 9_999);
    expect(await offered(forged, named(9_999, forged))).toBe('list-refused');
    expect(numbers()).toEqual([]);
    expect(await fetched(7)).toEqual([7]);
    expect(await offered(forged, named(9_999, forged))).toBe('list-refused');
    expect(await offered(forged, named(9_999, forged, forger))).toBe('list-refused');
    expect(numbers()).toEqual([7]);
    expect(new Set(reasons)).toEqual(new Set(['signature-invalid']));
  });

  it('never go back to an older number, also where a state names it', async () => {
    const { fetched, numbers, offered, reasons } = await open();
    expect(await fetched(7)).toEqual([7]);
    const [six, eight] = [await derOf(ours, 6), await derOf(ours, 8)];
    expect(await offered(six, named(8, eight)), 'in the place of the one that is named').toBe('list-refused');
    expect(numbers()).toEqual([7]);
    expect(reasons).toEqual(['replayed']);
    expect(await offered(six, named(6, six)), 'one that we have is newer').toBeUndefined();
    expect(numbers()).toEqual([7]);
    expect(await offered(eight, named(8, eight))).toBeUndefined();
    expect(numbers()).toEqual([8]);
  });

  it('never go back among those that an earlier run has written', async () => {
    const [six, seven] = [await ours.crl([], { number: 6 }), await ours.crl([], { number: 7 })];
    written.set('lists', seven + six);
    expect((await open()).numbers()).toEqual([7]);
  });

  it('are never another one of the number that the state names, or that is in force', async () => {
    const { fetched, numbers, offered, reasons } = await open();
    const [one, other] = [await derOf(ours, 8), await derOf(ours, 8, { thisUpdate: Date.now() - hour })];
    expect(await offered(other, named(8, one))).toBe('list-refused');
    expect(numbers()).toEqual([]);
    expect(await offered(one, named(8, one))).toBeUndefined();
    expect(await offered(other, named(8, other))).toBe('list-refused');
    expect(reasons).toEqual(['forked', 'forked']);
    expect(await fetched(9)).toEqual([9]);
  });

  it('are written with the next state where the disk was full as they came in force', async () => {
    const { numbers, offered } = await open();
    const seven = await derOf(ours, 7);
    isFull = true;
    await offered(seven, named(7, seven));
    expect([numbers(), written.size]).toEqual([[7], 0]);
    isFull = false;
    await offered(undefined, named(7, seven));
    expect((await open()).numbers()).toEqual([7]);
  });

  it('are a newer one where the authority has published it since it signed the state', async () => {
    const { numbers, offered } = await open();
    const [seven, eight] = [await derOf(ours, 7), await derOf(ours, 8)];
    expect(await offered(eight, named(7, seven))).toBeUndefined();
    expect(numbers()).toEqual([8]);
  });

  it('are never dated ahead of our clock by more than clocks may differ, and do not set the latest signed time then', async () => {
    const { clock, fetched, reasons, state } = await open();
    const now = Math.floor(clock.now() / 1_000) * 1_000;
    expect(await fetched(7, { thisUpdate: now + 6 * minute })).toEqual([]);
    expect(reasons).toEqual(['not-yet-signed']);
    expect(state.latestSigned).toBeUndefined();
    expect(await fetched(8, { thisUpdate: now + 4 * minute })).toEqual([8]);
    expect(state.latestSigned).toBe(now + 4 * minute);
  });

  it('never give way to a delta, which says less', async () => {
    const { fetched, reasons } = await open();
    expect(await fetched(7)).toEqual([7]);
    expect(await fetched(8, { extensions: [deltaCrlIndicatorExtension(7)] })).toEqual([7]);
    expect(reasons).toEqual(['delta']);
  });

  it('never give way to one that covers other certificates: it must name the place that the state names', async () => {
    const { fetched, numbers, offered, reasons } = await open();
    const { issuer } = named(1, await derOf(ours, 1));
    const covers = (shard: number) =>
      issuingDistributionPointExtension({
        name: {
          type: 'full',
          names: [{ type: 'uri', value: `http://ca.contoso.example/crl/${issuer}/${shard}.crl` }],
        },
      });
    expect(await fetched(7)).toEqual([7]);
    expect(await fetched(8, { extensions: [covers(1)] })).toEqual([7]);
    expect(reasons).toEqual(['other-scope']);
    const [zero, one] = [
      await derOf(ours, 6, { extensions: [covers(0)] }),
      await derOf(ours, 8, { extensions: [covers(1)] }),
    ];
    expect(await offered(one, named(8, one, ours, 1))).toBeUndefined();
    expect(numbers()).toEqual([7, 8]);
    expect(await offered(zero, named(6, zero)), 'an older one of this place').toBeUndefined();
    expect(numbers()).toEqual([7, 8]);
  });

  it('stand beside each other where one name has two keys, as while a root is replaced', async () => {
    const { fetched } = await open({ roots: [root, certificateOf(forger)] });
    expect(await fetched(700)).toEqual([700]);
    expect(await fetched(1, {}, forger)).toEqual([700, 1]);
  });

  it('are those of an authority of another name too, that certified the key of the state', async () => {
    const { numbers, offered } = await open();
    const issuing = await ours.subordinate('Contoso Issuing 2');
    signer = await stateSigner(issuing);
    const der = await derOf(issuing, 3);
    expect(await offered(der, named(3, der, issuing))).toBeUndefined();
    expect(numbers()).toEqual([3]);
  });

  it('are not those of an authority that none of our roots has certified', async () => {
    const { numbers, offered } = await open();
    const issuing = await forger.subordinate('Contoso Issuing 2');
    signer = await stateSigner(issuing);
    const der = await derOf(issuing, 3);
    expect(await offered(der, named(3, der, issuing))).toBe('list-refused');
    expect(numbers()).toEqual([]);
  });

  it('are passed over where the topology lists our roots and their authority leads to none of them: its root was retired', async () => {
    const anchors = { enterprise: [referenceTo(ours)] };
    const { asked, numbers, offered } = await open({ topology: topologyOf({ anchors }) });
    const retired = await forger.subordinate('Contoso Issuing 1');
    const der = await derOf(ours, 3);
    const [old, root] = [await derOf(retired, 8), await derOf(forger, 9)];
    const names = [named(3, der), named(8, old, retired), named(9, root, forger)];
    expect(await offered(der, ...names.sort(compareNamedLists))).toBeUndefined();
    expect(numbers()).toEqual([3]);
    expect(asked).toHaveLength(1);
  });

  it('stay as they are where what comes is cut off, or is none', async () => {
    const { fetched, numbers, offered } = await open();
    await fetched(7);
    const next = await derOf(ours, 8);
    const longer = Buffer.concat([next, Buffer.from([0])]);
    const cut = [next.subarray(0, next.length - 1), next.subarray(0, 1), longer];
    for (const bytes of [...cut, Buffer.from('<html>'), Buffer.alloc(0)]) {
      expect(await offered(bytes, named(8, next))).toBe('list-refused');
      expect(numbers()).toEqual([7]);
    }
    expect(await fetched(8)).toEqual([8]);
  });

  it('are not fetched again where we have them, and the authority hears which one we have', async () => {
    const { asked, fetched, offered } = await open();
    await fetched(7);
    await fetched(7);
    const seven = await derOf(ours, 7);
    const before = asked.length;
    const own = { ...named(7, seven) };
    // Another list of the same authority: it is asked for, with the hash of the one that we have.
    const eight = await derOf(ours, 8);
    await offered(eight, named(8, eight));
    await offered(eight, named(8, eight));
    expect(asked).toHaveLength(before + 1);
    expect(asked.at(-1)).toEqual({ path: `${own.issuer}/0`, known: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  it('are refused where the authority says that it has the one that we have, and its state names another', async () => {
    const { fetched, numbers, offered } = await open();
    await fetched(7);
    expect(await offered(undefined, named(8, await derOf(ours, 8)))).toBe('list-refused');
    expect(numbers()).toEqual([7]);
  });

  it('are not fetched where they are larger than what is read', async () => {
    const { asked, offered } = await open();
    const der = await derOf(ours, 8);
    const large = { ...named(8, der), bytes: maxListBytes + 1 };
    expect(await offered(der, large)).toBe('list-refused');
    expect(asked).toEqual([]);
    expect(await offered(der, { ...large, bytes: maxListBytes })).toBeUndefined();
  });

  it('are taken in even where another of them is refused', async () => {
    const { numbers, offered } = await open();
    const seven = await derOf(ours, 7);
    const other = { ...named(1, seven), issuer: 'f'.repeat(16) };
    expect(await offered(seven, named(7, seven), other)).toBe('list-refused');
    expect(numbers()).toEqual([7]);
  });

  describe('of an authority that went back', () => {
    let issuing: TestAuthority;
    beforeEach(async () => {
      issuing = await ours.subordinate('Contoso Issuing 1');
      signer = await stateSigner(issuing);
    });
    const listWith = async (
      authority: TestAuthority,
      number: number,
      serials: readonly string[],
      times: { thisUpdate?: number; nextUpdate?: number } = {},
    ): Promise<Uint8Array> => {
      const blocks = decodePem(await authority.crl(serials, { number, ...times }));
      if (!blocks.ok || blocks.value[0] === undefined) throw new Error('no list');
      return blocks.value[0].der;
    };

    it('do not give way to one with a higher number that has lost a revocation, until it is there again', async () => {
      const { numbers, offered, reasons, remedies } = await open();
      const known = await listWith(issuing, 4, ['0a', '0b']);
      expect(await offered(known, named(4, known, issuing))).toBeUndefined();
      const forked = await listWith(issuing, 5, ['0a', '0c', '0d']);
      expect(await offered(forked, named(5, forked, issuing))).toBe('list-refused');
      expect([numbers(), reasons]).toEqual([[4], ['revocation-withdrawn']]);
      expect(remedies).toEqual([expect.stringMatching(/entente ca restore --replace --lists/)]);
      const mended = await listWith(issuing, 6, ['0a', '0b', '0c', '0d']);
      expect(await offered(mended, named(6, mended, issuing))).toBeUndefined();
      expect(numbers()).toEqual([6]);
    });

    it('give way once what it lacks may have expired, which a list of a root never does', async () => {
      const { numbers, offered, reasons } = await open();
      const [known, ofRoot] = [await listWith(issuing, 4, ['0a']), await listWith(ours, 4, ['0b'])];
      await offered(known, named(4, known, issuing));
      await offered(ofRoot, named(4, ofRoot, ours));
      // The entries are a minute old, and two lifetimes are less than that here.
      const now = Date.now();
      const brief = { thisUpdate: now - 20_000, nextUpdate: now - 10_000 };
      const [next, nextOfRoot] = [await listWith(issuing, 5, [], brief), await listWith(ours, 5, [], brief)];
      expect(await offered(next, named(5, next, issuing))).toBeUndefined();
      expect(await offered(nextOfRoot, named(5, nextOfRoot, ours))).toBe('list-refused');
      expect([numbers().sort(), reasons]).toEqual([[4, 5], ['revocation-withdrawn']]);
    });
  });

  it('start without the file of an earlier run where it is damaged', async () => {
    const first = await open();
    await first.fetched(7);
    const whole = written.get('lists') as string;
    written.set('lists', whole.slice(0, whole.length / 2));
    const cut = await open();
    expect(cut.numbers()).toEqual([]);
    expect(await cut.fetched(8)).toEqual([8]);
  });

  it('are there after a restart without the authority, and are checked again', async () => {
    const first = await open();
    await first.fetched(7);
    const again = await open();
    expect(again.numbers()).toEqual([7]);
    written.set('lists', await forger.crl([], { number: 9_999 }));
    expect((await open()).numbers()).toEqual([]);
    written.set('lists', await ours.crl([], { number: 9_999, thisUpdate: Date.now() + hour }));
    const poisoned = await open();
    expect(poisoned.numbers(), 'one from the future does not count').toEqual([]);
    expect(poisoned.state.latestSigned).toBeUndefined();
  });
});
