import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '@entente/testkit';
import { withoutTestRunner } from './consumer.ts';

/** Longest program of these: what a reader takes in at a glance. */
const maxLines = 39;
const examples = ['sip-bot', 'sip-b2bua', 'sip-registrar', 'sip-proxy'] as const;

/**
 * Runs the examples of SIP as a library, in a folder where our tarballs are installed: a bot and a back-to-back user agent as users of a
 * network, a registrar behind a stateful proxy.
 *
 * @param root - absolute path of the repository
 * @param folder - has node_modules
 * @param network - whose clients alice and carol run
 * @returns what is wrong
 */
export async function checkSipExamples(
  root: string,
  folder: string,
  network: Network,
): Promise<string | undefined> {
  for (const name of examples) {
    await cp(join(root, 'examples', name), join(folder, name), { recursive: true });
    const lines = (await readFile(join(folder, name, 'index.js'), 'utf8')).trimEnd().split('\n').length;
    if (lines > maxLines) return `examples/${name}: has ${lines} lines, more than ${maxLines}`;
  }
  return (await userAgents(folder, network)) ?? (await proxyAndRegistrar(folder));
}

async function userAgents(folder: string, network: Network): Promise<string | undefined> {
  const { addresses, anchorsFile, organisation } = network;
  const as = async (name: string, example: string, more: NodeJS.ProcessEnv = {}): Promise<Program> => {
    const user = organisation.users.find(({ address }) => address === `${name}@${organisation.domain}`);
    const place = organisation.frontEnds.find(({ fqdn }) => fqdn === user?.home);
    return start(folder, example, {
      NAME: name,
      DOMAIN: organisation.domain,
      PASSWORD: user?.password,
      ADDRESS: '127.0.0.1',
      PORT: `${place?.port}`,
      ANCHORS: anchorsFile,
      HOSTS: JSON.stringify(Object.fromEntries(addresses)),
      ...more,
    });
  };
  const alice = network.user('alice');
  await alice.register();
  await network.user('carol').register();
  {
    await using bot = await as('bob', 'sip-bot');
    if (bot.said !== '200') return `examples/sip-bot: does not register: ${bot.output()}`;
    const sent = await alice.message('sip:bob@contoso.example', 'to a bot of thirty lines');
    if (sent.status !== 200) return `examples/sip-bot: its answer is ${sent.status}: ${bot.output()}`;
    await alice.received('to a bot of thirty lines');
  }
  await using desk = await as('bob', 'sip-b2bua', { CALLEE: 'sip:carol@contoso.example' });
  if (desk.said !== '200') return `examples/sip-b2bua: does not register: ${desk.output()}`;
  const called = await alice.call('sip:bob@contoso.example');
  if (called.status !== 200)
    return `examples/sip-b2bua: a call is answered ${called.status}: ${desk.output()}`;
  const hungUp = await alice.hangUp();
  return hungUp.status === 200 ? undefined : `examples/sip-b2bua: a BYE is answered ${hungUp.status}`;
}

async function proxyAndRegistrar(folder: string): Promise<string | undefined> {
  const { createTestAuthority, freePorts } = await import('@entente/testkit');
  const { dialAsUser, UserAgent } = await import('@entente/sip-endpoint');
  const { openTrust } = await import('@entente/tls');
  const root = await createTestAuthority('Contoso Test Root');
  const place = join(folder, 'certificates');
  await mkdir(place);
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(place, name), text, { mode: 0o600 });
    return join(place, name);
  };
  const trusted = {
    ANCHORS: await file('ca.crt', root.certificatePem),
    CRLS: await file('ca.crl', await root.crl([])),
  };
  const identity = async (name: string) => {
    const uris = ['sip:contoso.example'];
    const issued = await root.issue({ dnsNames: [`${name}.contoso.example`, 'contoso.example'], uris });
    return {
      ...trusted,
      CERTIFICATE: await file(`${name}.crt`, issued.chainPem),
      KEY: await file(`${name}.key`, issued.keyPem),
      PORT: '0',
    };
  };
  const password = randomUUID();
  await using registrar = await start(folder, 'sip-registrar', {
    ...(await identity('registrar')),
    PASSWORD: password,
  });
  await using proxy = await start(folder, 'sip-proxy', {
    ...(await identity('proxy')),
    NEXT_PORT: registrar.said,
    // It stands in Via.
    PORT: `${(await freePorts(1))[0]}`,
  });
  await using trust = await openTrust({ anchors: trusted.ANCHORS, crls: trusted.CRLS });
  const registers = async (secret: string, port: string | undefined): Promise<number> => {
    await using alice = new UserAgent({
      addressOfRecord: 'sip:alice@contoso.example',
      credentials: { secret: { username: 'alice', password: secret } },
      server: { name: 'contoso.example', address: '127.0.0.1', port: Number(port) },
      dial: dialAsUser({ trust }),
      newToken: randomUUID,
      events: {},
    });
    return (await alice.register()).status;
  };
  for (const [example, { said, output }] of [
    ['sip-registrar', registrar] as const,
    ['sip-proxy', proxy] as const,
  ]) {
    if (said === undefined) return `examples/${example}: does not start: ${output()}`;
    const [right, wrong] = [await registers(password, said), await registers('wrong', said)];
    if (right !== 200 || wrong !== 401)
      return `examples/${example}: expected 200 and, for a wrong password, 401, found ${right} and ${wrong}: ${output()}`;
  }
  return undefined;
}

interface Program extends AsyncDisposable {
  /** What stands behind the colon of its first line; undefined where it ended before. */
  readonly said: string | undefined;
  output(): string;
}

async function start(folder: string, example: string, env: NodeJS.ProcessEnv): Promise<Program> {
  const child = spawn(process.execPath, ['index.js'], {
    cwd: join(folder, example),
    env: { ...withoutTestRunner(), ...env },
  });
  const ended = once(child, 'close');
  let words = '';
  const said = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        words = (words + String(chunk)).slice(-4_000);
        const [, found] = /^(?:registered|listening): (\d+)$/m.exec(words) ?? [];
        if (found !== undefined) resolve(found);
      });
  });
  return {
    said: await Promise.race([said, ended.then(() => undefined)]),
    output: () => words,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
