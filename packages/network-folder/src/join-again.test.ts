import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority } from '@entente/testkit';
import { decodePemCertificates } from '@entente/x509';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NetworkFolderFault } from './fault.ts';
import { joinAgain } from './join-again.ts';

const now = Date.parse('2026-06-01T00:00:00Z');
const dayMs = 86_400_000;
const server = { name: 'fe1.contoso.example', ports: { sip: 20_003, web: 20_004 } };
const as = ['--as', 'admin.yaml'];

describe('a front end that has joined', () => {
  let authority: TestAuthority;
  let folder: string;
  beforeAll(async () => {
    authority = await createTestAuthority('Contoso Root');
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-join-again-'));
    mkdirSync(join(folder, server.name));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const home = (): string => join(folder, server.name);

  /** Its certificate ends in so many days. @returns the serial number as the authority lists it */
  async function certify(days: number): Promise<string> {
    const { chainPem } = await authority.issue({
      dnsNames: [server.name],
      notBefore: now + (days - 7) * dayMs,
      notAfter: now + days * dayMs,
    });
    writeFileSync(join(home(), 'tls.crt'), chainPem);
    const decoded = decodePemCertificates(chainPem);
    return decoded.ok ? (decoded.value[0]?.serialHex ?? '') : '';
  }

  /** @returns the commands that were run, and what was said */
  async function start(listed: readonly object[] | NetworkFolderFault) {
    const [ran, said]: [string[], string[]] = [[], []];
    const entente = async (...args: readonly string[]) => {
      ran.push(args.slice(0, 2).join(' '));
      if (args[0] === 'join-token') expect(existsSync(home()), 'a token comes first').toBe(true);
      if (args[0] === 'cert' && listed instanceof NetworkFolderFault) throw listed;
      return args[0] === 'cert' ? { certificates: listed } : {};
    };
    await joinAgain(folder, server, { entente, as, say: (line) => void said.push(line), now });
    return { ran, said: said.join('\n') };
  }

  const joins = ['cert list', `join-token ${server.name}`];

  it('is left alone while its certificate is valid, and where the certificate cannot be read', async () => {
    await certify(1);
    expect(await start([])).toEqual({ ran: [], said: '' });
    writeFileSync(join(home(), 'tls.crt'), 'none');
    expect(await start([])).toEqual({ ran: [], said: '' });
  });

  it('joins again where its certificate has expired, and what it kept is set aside', async () => {
    const serial = await certify(-1);
    writeFileSync(join(home(), 'member.json'), 'kept');
    mkdirSync(`${home()}.before`);
    const earlier = { serial: '01', revocation: { at: 1, reason: 'superseded' } };
    expect(await start([earlier, { serial }])).toMatchObject({ ran: joins });
    expect(existsSync(home())).toBe(false);
    expect(readFileSync(join(`${home()}.before`, 'member.json'), 'utf8')).toBe('kept');
  });

  it.each([
    ['was revoked', (serial: string) => [{ serial, revocation: { at: 1, reason: 'keyCompromise' } }]],
    ['is below an issuing authority that was', (serial: string) => [{ serial, issuerRevoked: true }]],
    ['is older than one that was', (serial: string) => [{ serial }, { serial: '02', revocation: {} }]],
    ['is of another authority', () => [{ serial: '02' }]],
    [
      'is not known to the authority, nor any other',
      () =>
        new NetworkFolderFault('ENTENTE_NETWORK_COMMAND_FAILED', {
          sentence: 'it was refused',
          place: 'entente cert list',
          remedy: 'none',
          reason: 'certificate-unknown',
        }),
    ],
  ])('does not join again by itself where its certificate %s', async (_, listed) => {
    const { ran, said } = await start(listed(await certify(-1)));
    expect(ran).toEqual(['cert list']);
    expect(said).toContain(
      `does not join again by itself. If it should: stop the network, remove the folder`,
    );
    expect(existsSync(home())).toBe(true);
  });

  it('is not started where the authority refuses', async () => {
    await certify(-1);
    const refused = new NetworkFolderFault('ENTENTE_NETWORK_COMMAND_FAILED', {
      sentence: 'the authority refused the certificate of this administrator',
      place: 'entente cert list',
      remedy: 'issue the next one',
    });
    await expect(start(refused)).rejects.toBe(refused);
    expect(existsSync(home())).toBe(true);
  });
});
