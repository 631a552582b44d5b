import { readFile } from 'node:fs/promises';
import type { AppProcess, LogRecord } from '@entente/testkit';
import { type GatewayFiles, outsideNumber, sendOverGateway, startGateway, userNumber } from './gateway.ts';
import { runCommands, writeBelow } from './guide.ts';
import { believedByTls, type OpensslAuthority } from './openssl-authority.ts';
import { evidence, isDialled, nextRefusal } from './refusals.ts';
import type { KamailioSetting } from './telephones.ts';

/** A gateway that must not be believed. */
interface UnwelcomeGateway {
  readonly what: string;
  /** In its certificate. */
  readonly name: string;
  readonly files: GatewayFiles;
  /** PEM file with the root of its certificate. */
  readonly root: string;
  /** For which the mediation server refuses its connection. */
  readonly reason: string;
  /** For which the mediation server closes its own connection to it. */
  readonly whenDialled?: string;
}

const caller = `${outsideNumber}@gw1.contoso.example`;

/** What a telephone may not send, though the gateway passes it on: method, From, number, and what it is answered. */
const requests = [
  {
    what: 'a caller who claims a number of ours',
    from: `${userNumber}@gw1.contoso.example`,
    reason: 'identity-not-authorised',
    status: 403,
  },
  {
    what: 'a caller who claims to be a user of ours',
    from: 'alice@contoso.example',
    reason: 'identity-not-authorised',
    status: 403,
  },
  {
    what: 'a call to a number that nobody has',
    number: '+4930999',
    reason: 'unknown-user',
    status: 404,
  },
  { what: 'a text', method: 'MESSAGE', reason: 'method-not-allowed', status: 405 },
] as const;

/** The gateway is the right one, and what it passes on is refused. */
export async function refusesRequests(setting: KamailioSetting, mediation: AppProcess): Promise<void> {
  const { log, network } = setting;
  const roots = await readFile(network.anchorsFile, 'utf8');
  const name = network.organisation.gateway.fqdn;
  for (const { reason, status: expected, what, ...sent } of requests) {
    await log.step(`from the telephone network: ${what} is refused`, async () => {
      const text = { method: 'INVITE', from: caller, number: userNumber, roots, name, ...sent } as const;
      const refused = nextRefusal(mediation, (record) => record.method === text.method);
      await using sending = await sendOverGateway(setting, text);
      const { status } = await sending.answer;
      if (status !== expected) throw new Error(`expected ${expected}, found ${status}`);
      return `answered ${status}; ${evidence(await refused, reason)}`;
    });
  }
}

/** The gateway's certificate is revoked as the guide says, while it runs. */
export async function isRevoked(
  setting: KamailioSetting,
  mediation: AppProcess,
  files: GatewayFiles,
): Promise<void> {
  const { guide, log, network, signal } = setting;
  const { fqdn, port } = network.organisation.gateway;
  const what = 'the gateway’s certificate is revoked';
  await log.step(`${what}: its connections are closed`, async () => {
    const tls = await believedByTls(files.certificate, [network.anchorsFile], signal);
    const closed = nextRefusal(mediation, ({ when }) => when === 'live');
    await runCommands(guide.commands('entente cert revoke'), signal);
    return `${tls}; ${evidence(await closed, 'revoked')}`;
  });
  await log.step(`${what}: refused when it is dialled`, async () =>
    evidence(await nextRefusal(mediation, (record) => isDialled(record, port)), 'revoked'),
  );
  await log.step(`${what}: refused when it dials`, () =>
    dials(setting, mediation, { name: fqdn, root: network.anchorsFile, reason: 'revoked' }),
  );
}

/**
 * Gateways with certificates that TLS would believe where the roots of both CAs are trusted.
 *
 * @param foreign - a CA that our organisation has no use for inside
 */
export async function refusesCertificates(
  setting: KamailioSetting,
  mediation: AppProcess,
  foreign: OpensslAuthority,
): Promise<void> {
  const { log, network, signal } = setting;
  const { domain, frontEnds, gateway } = network.organisation;
  const frontEnd = frontEnds[0]?.fqdn ?? '';
  const tries: readonly UnwelcomeGateway[] = [
    {
      what: 'the certificate of a front end',
      name: frontEnd,
      files: await certified(setting, frontEnd),
      root: network.anchorsFile,
      reason: 'role-not-allowed-on-link',
      whenDialled: 'name-mismatch',
    },
    {
      what: 'a certificate of our CA for a name that the topology does not list',
      name: `gw9.${domain}`,
      files: await certified(setting, `gw9.${domain}`),
      root: network.anchorsFile,
      reason: 'not-in-topology',
    },
    {
      what: 'a certificate of another CA for the name of the gateway',
      name: gateway.fqdn,
      files: await foreign.issue(`DNS:${gateway.fqdn}`),
      root: foreign.root,
      reason: 'unknown-issuer',
    },
  ];
  for (const { files, whenDialled, ...gatewayOf } of tries) {
    const dialled =
      whenDialled === undefined
        ? undefined
        : nextRefusal(mediation, (record) => isDialled(record, gateway.port));
    await using _gateway = await startGateway(setting, files);
    await log.step(`${gatewayOf.what}: refused when it dials`, async () => {
      const tls = await believedByTls(files.certificate, [gatewayOf.root], signal);
      return `${tls}; ${await dials(setting, mediation, gatewayOf)}`;
    });
    if (dialled === undefined || whenDialled === undefined) continue;
    await log.step(`${gatewayOf.what}: refused when it is dialled`, async () =>
      evidence(await dialled, whenDialled),
    );
  }
}

/** A telephone calls us over the gateway, which dials the mediation server for it. */
async function dials(
  setting: KamailioSetting,
  mediation: AppProcess,
  { name, reason, root }: Pick<UnwelcomeGateway, 'name' | 'reason' | 'root'>,
): Promise<string> {
  const { port } = setting.network.organisation.gateway;
  const isInbound = (record: LogRecord) => record.when === 'handshake' && !isDialled(record, port);
  const refused = nextRefusal(mediation, isInbound);
  const roots = await readFile(root, 'utf8');
  const text = { method: 'INVITE', from: caller, number: userNumber, roots, name } as const;
  await using _text = await sendOverGateway(setting, text);
  return evidence(await refused, reason);
}

/** What an insider with the key of our issuing CA can certify. */
async function certified({ guide, network }: KamailioSetting, fqdn: string): Promise<GatewayFiles> {
  const { chainPem, keyPem } = await network.insider.issue({
    dnsNames: [fqdn],
    uris: [`sip:${fqdn}`],
    crlUrl: network.crlUrl,
  });
  const certificate = await writeBelow(guide.folder, `gateway/${fqdn}.crt`, chainPem);
  return { certificate, key: await writeBelow(guide.folder, `gateway/${fqdn}.key`, keyPem) };
}
