import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installFromTarballs, withoutTestRunner } from './consumer.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { checkSipExamples } from './sip-examples.ts';

const example = 'examples/application-echo-bot';
const fqdn = 'echo1.contoso.example';

/**
 * Does what the author of an application does: the example in a folder of its own, our tarballs installed with npm, and the program started
 * with a join token. A user of a network that runs from source sends it a text, and gets it back.
 *
 * @param root Absolute path of the repository.
 * @param packed Every package.
 * @param log Told that the text came back.
 */
export async function checkOutsideApplication(
  root: string,
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-echo-bot-'));
  try {
    await cp(join(root, example), folder, { recursive: true });
    const failure = await installFromTarballs(
      folder,
      packed.map(({ tarball }) => tarball),
    );
    if (failure !== undefined) return [{ file: example, message: `our tarballs do not install: ${failure}` }];
    const problem = await echo(root, folder);
    if (problem !== undefined) return [{ file: example, message: problem }];
    log(
      `  ${example}: a text came back, installed with npm from tarballs; bot, B2BUA, registrar and proxy work there`,
    );
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @returns what is wrong */
async function echo(root: string, folder: string): Promise<string | undefined> {
  // Only this check needs a network.
  const { startNetwork } = await import('@entente/testkit');
  const { addApplication } = await import('@entente/testkit/repository');
  await using network = await startNetwork({ clients: ['alice', 'carol'], otherHosts: [fqdn] });
  const { token } = await addApplication(network, fqdn);
  const bot = spawn(process.execPath, ['index.js'], {
    cwd: folder,
    env: {
      ...withoutTestRunner(),
      JOIN_TOKEN: token,
      ADDRESSES: JSON.stringify(Object.fromEntries(network.addresses)),
    },
  });
  let words = '';
  for (const stream of [bot.stdout, bot.stderr])
    stream.on('data', (chunk) => {
      words = (words + String(chunk)).slice(-4_000);
    });
  const ended = once(bot, 'close');
  try {
    const heard = network.frontEnds.map((frontEnd) =>
      frontEnd.waitFor('the bot', ({ event, server }) => event === 'server-answers' && server === fqdn),
    );
    const started = await Promise.race([Promise.all(heard).then(() => true), ended.then(() => false)]);
    if (!started) return `it ends at once: ${words}`;
    const alice = network.user('alice');
    const { status } = await alice.message(`sip:echo@${fqdn}`, 'from tarballs');
    if (status !== 200) return `its answer is ${status}: ${words}`;
    await alice.received('from tarballs');
    bot.kill('SIGTERM');
    const [code] = await ended;
    if (code !== 0) return `it ends with status ${code}: ${words}`;
    return await checkSipExamples(root, folder, network);
  } finally {
    bot.kill('SIGKILL');
  }
}
