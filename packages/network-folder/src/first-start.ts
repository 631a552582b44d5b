import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ententeIn } from './entente.ts';
import { NetworkFolderFault } from './fault.ts';
import { loopback } from './free-ports.ts';
import { joinAgain } from './join-again.ts';
import { homeOf, labelOf, type NetworkPlan, type PlannedServer, users } from './network-plan.ts';

/** The administrator of a new network is its owner. */
const administrator = 'admin';
const access = `ca/administrators/${administrator}.yaml`;

/**
 * Creates what a network needs before anything runs: the key of its administrator, the signed topology, the authority. It is there as a
 * whole or not at all, so that a start that was interrupted is repeated.
 * @param folder - of the network
 * @param plan - names and ports
 * @param say - is shown each command
 * @throws NetworkFolderFault where a command fails, or files of an earlier network are in the place
 */
export async function createAuthority(
  folder: string,
  plan: NetworkPlan,
  say: (line: string) => void,
): Promise<void> {
  const made = join(folder, '.first-start');
  if (!existsSync(made)) {
    if (existsSync(join(folder, 'ca'))) return;
    const left = ['topology.yaml', 'topology.signed.json', 'administrators'].filter((name) =>
      existsSync(join(folder, name)),
    );
    if (left.length > 0)
      throw new NetworkFolderFault('ENTENTE_NETWORK_LEFT_OVER', {
        sentence: `expected the authority in ca, found none, but ${left.join(', ')}`,
        place: folder,
        remedy: `restore ca from a backup, or remove ${left.join(', ')} for a new network`,
      });
    const partial = `${made}.partial`;
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o700 });
    await signTopology(folder, partial, plan, say);
    renameSync(partial, made);
  }
  for (const name of readdirSync(made)) renameSync(join(made, name), join(folder, name));
  rmdirSync(made);
}

async function signTopology(
  folder: string,
  cwd: string,
  { authority, domain, frontEnds }: NetworkPlan,
  say: (line: string) => void,
) {
  const entente = ententeIn(folder, cwd, say);
  const pool = `pool.${domain}`;
  const placed = ({ ports }: PlannedServer) => [
    ...['--address', loopback],
    ...Object.entries(ports).flatMap(([service, port]) => ['--port', `${service}=${port}`]),
  ];
  await entente('topology', 'init', domain, '--administrator', administrator);
  await entente('topology', 'add', 'server', authority.name, '--role', 'authority', ...placed(authority));
  await entente('topology', 'add', 'pool', pool, '--role', 'front-end', '--home');
  for (const one of frontEnds)
    await entente(
      'topology',
      'add',
      'server',
      one.name,
      '--role',
      'front-end',
      '--pool',
      pool,
      ...placed(one),
    );
  const { name, ports } = authority;
  await entente(
    ...['ca', 'init', '--domain', domain, '--fqdn', name, '--directory', 'ca', '--topology', 'topology.yaml'],
    ...['--https-url', `https://${name}:${ports.https}`, '--objects-url', `http://${name}:${ports.objects}`],
    ...['--administrator', administrator],
  );
  await entente('topology', 'add', 'anchor', '--certificate', 'ca/root_ca.crt');
  await entente('topology', 'sign', '--key', `administrators/${administrator}.key`);
}

/**
 * Gives the running authority what it does not know yet, and servers and users what they do not have: the topology, accounts, join tokens.
 * @param folder - of the network, whose authority runs
 * @param plan - names and ports
 * @param say - is shown each command
 * @param now - milliseconds since 1970
 * @throws NetworkFolderFault where a command fails
 */
export async function admitAll(
  folder: string,
  plan: NetworkPlan,
  say: (line: string) => void,
  now: number,
): Promise<void> {
  const entente = ententeIn(folder, folder, say);
  const as = ['--as', access];
  const joining = plan.frontEnds.filter(({ name }) => !existsSync(join(folder, name, 'tls.crt')));
  // None has ever joined: the topology may not be published yet. Later versions are published by their administrator.
  if (joining.length === plan.frontEnds.length) await entente('topology', 'publish', ...as);
  const admitServer = async (server: PlannedServer): Promise<void> => {
    const config = `${labelOf(server)}.yaml`;
    // Its token was never used, or has been: another one is needed.
    if (existsSync(join(folder, config))) renameSync(join(folder, config), join(folder, `${config}.before`));
    const token = ['join-token', server.name, '--config', config, ...as];
    // Its folder was removed: the authority remembers it, and replaces its certificates.
    await orWhere('already-joined', entente(...token), () => entente(...token, '--replace'));
    appendFileSync(
      join(folder, config),
      '# A line for each request, as entente trace reads it. Default info.\nlogLevel: debug\n',
    );
  };
  const admitUser = async (user: (typeof users)[number]): Promise<void> => {
    const file = join(folder, clientFile(user));
    if (existsSync(file)) return;
    const account = [`${user}@${plan.domain}`, '--generate', ...as];
    // An account without its file is of a start that was interrupted.
    const { password } = await orWhere('account-exists', entente('user', 'add', ...account), () =>
      entente('user', 'passwd', ...account),
    );
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, clientText(plan, user, String(password)), { mode: 0o600 });
  };
  const joined = plan.frontEnds.filter((one) => !joining.includes(one));
  await Promise.all([
    ...joining.map(admitServer),
    ...joined.map((one) => joinAgain(folder, one, { entente, as, say, now })),
    ...users.map(admitUser),
  ]);
}

/** An answer; or where it was refused for one reason, another answer. */
function orWhere<T>(reason: string, answer: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  return answer.catch((error: NetworkFolderFault) => {
    if (error.reason === reason) return otherwise();
    throw error;
  });
}

/** The configuration of the client of a user, seen from the folder of the network. */
export function clientFile(user: (typeof users)[number]): string {
  return `clients/${user}.yaml`;
}

function clientText(plan: NetworkPlan, user: (typeof users)[number], password: string): string {
  const { authority, domain } = plan;
  return `# The client of ${user}: entente-demo-client --config ${clientFile(user)}
user: ${user}@${domain}
password: ${password}
server: { address: ${loopback}, port: ${homeOf(plan, user).ports.sip} }
anchors: ../ca/root_ca.crt
addresses: { ${authority.name}: ${loopback} }
`;
}
