import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StepLog } from '../calls/step-log.ts';
import { capturing, clearTextRequest, startCapture } from '../capture/capture.ts';
import type { ClearText } from '../capture/clear-text.ts';
import { isIsolated } from '../isolation/isolation.ts';
import type { InteropScenario } from '../scenario.ts';

/** What the other scenarios rely on: that they are alone, that a capture finds what it looks for, and that nothing stays. */
export const scenario: InteropScenario = {
  name: 'isolation',
  needs: [capturing],
  async run(options) {
    const log = new StepLog(options);
    await log.step('the run is alone on its network', async () => {
      if (!isIsolated()) throw new Error('other interfaces than loopback, or another resolver');
      return 'loopback is the only interface, and the only resolver is there';
    });
    await log.step('a capture finds SIP outside TLS, by whatever protocol', findsClearText);
    await log.step('foreign programs end when their launcher is killed', endsWithLauncher);
    return log.steps;
  },
};

const sipPort = 5060;

async function findsClearText(): Promise<string> {
  await using capture = await startCapture();
  await sendByUdp(clearTextRequest('datagram'));
  // A keep-alive has no mark of SIP, and nothing else that may pass (RFC 5626 §3.5.1 for UDP has STUN).
  await sendByUdp('\r\n\r\n');
  await sendByTcp(clearTextRequest('segment'));
  const { found } = await capture.finish();
  const expected: readonly (readonly [string, Partial<ClearText>])[] = [
    ['a request by UDP', { what: 'SIP', protocol: 'udp' }],
    ['a request by TCP', { what: 'SIP', protocol: 'tcp' }],
    ['a keep-alive by UDP', { what: 'unknown', protocol: 'udp' }],
  ];
  for (const [what, { protocol, what: kind }] of expected) {
    const matching = found.filter((entry) => entry.protocol === protocol && entry.what === kind);
    if (matching.length !== 1)
      throw new Error(`expected to find ${what} once, found it ${matching.length} times`);
  }
  return expected.map(([what]) => what).join(', ');
}

async function sendByUdp(text: string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => {});
  await new Promise((sent) => socket.send(text, sipPort, '127.0.0.1', sent));
  socket.close();
}

/** In two segments, the mark of SIP across them. */
async function sendByTcp(text: string): Promise<void> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay();
  socket.on('error', () => {});
  await once(socket, 'connect');
  const cut = text.indexOf('SIP/2.0') + 3;
  await new Promise((written) => socket.write(text.slice(0, cut), written));
  await new Promise((written) => socket.end(text.slice(cut), () => written(undefined)));
  await once(socket, 'close');
  server.close();
}

const waitMs = 20_000;
const pollMs = 50;

async function endsWithLauncher(): Promise<string> {
  // A command line that nobody else has.
  const seconds = `86400.${process.pid}${Date.now()}`;
  // A launcher that is killed removes nothing.
  const temporary = await mkdtemp(join(tmpdir(), 'entente-killed-'));
  const launcher = spawn(
    process.execPath,
    [
      ...process.execArgv,
      fileURLToPath(new URL('../isolation/testing/run-isolated.ts', import.meta.url)),
      'sleep',
      seconds,
    ],
    { stdio: 'ignore', env: { ...process.env, TMPDIR: temporary } },
  );
  const ended = once(launcher, 'close');
  try {
    await until('the program runs', async () => (await processesWith(seconds)).includes('sleep'));
  } finally {
    launcher.kill('SIGKILL');
    await ended;
  }
  await until('the program has ended', async () => (await processesWith(seconds)).length === 0);
  await rm(temporary, { recursive: true, force: true });
  return 'a program in namespaces of its own was gone once its launcher was killed';
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + waitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${waitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Names of the processes that have a text among their arguments, but for this one. */
async function processesWith(text: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const line = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    const [name = '', ...rest] = line.split('\0');
    if (rest.includes(text)) names.push(name);
  }
  return names;
}
