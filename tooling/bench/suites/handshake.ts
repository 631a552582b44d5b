import type { ChildProcess } from 'node:child_process';
import { createTestAuthority } from '@entente/testkit';
import { buildScript } from '../built.ts';
import type {
  HandshakeLoadOrder,
  HandshakeLoadReport,
  HandshakeServerOrder,
  ServerUsage,
} from '../handshake/order.ts';
import { cores, nextMessage, startPinned, startPinnedBuilt } from '../load/pinned-process.ts';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/**
 * Full TLS 1.3 mutual handshakes with the whole verdict on, beside bare Node in the same run. The generator does as much
 * cryptography as the server and is the bottleneck, so what is compared is the server's processor time per handshake. Short
 * rounds alternate and the quiet ones count, so that what else runs on the machine weighs little, and on both alike. Before
 * that both servers are warmed up: a server compiles its hot paths in its first thousands of handshakes and lives for months. So
 * the clients are those that it has accepted before: decision 25 says what a first one costs. Each has an address of its own, as servers have:
 * of one address four handshakes are under way at once, and what the others cost that wait is said beside it (decision 59). Both servers run as they
 * are built.
 */
export const suite: BenchSuite = { name: 'handshake', run };

interface Contestant {
  readonly what: string;
  readonly child: ChildProcess;
  readonly port: number;
  handshakes: number;
  /** Processor time of a handshake, microseconds, by round. */
  readonly cpuMicros: number[];
  seconds: number;
  bytesPerIdle: number;
}

async function run({ seconds, short, log }: BenchOptions): Promise<BenchOutcome> {
  const { order, clients } = await prepare(short ? 8 : 64);
  await using bareScript = await buildScript(new URL('../bare/handshake-server.ts', import.meta.url), 'tls');
  await using judgedScript = await buildScript(
    new URL('../handshake/judged-server.ts', import.meta.url),
    'tls',
  );
  const bare = await start('bare node:tls', bareScript.file, order);
  const judged = await start('whole verdict', judgedScript.file, order);
  const ofOneAddress: Contestant = { ...judged, what: `${judged.what}, one address`, cpuMicros: [] };
  const generator = startPinned(new URL('../handshake/generator.ts', import.meta.url), cores.generator);
  const invalid: string[] = [];
  try {
    const rounds = short ? 1 : Math.max(4, Math.round(seconds * 2));
    const load = { clients, inFlight: 16, measureMs: short ? 300 : 1_000 };
    const warming = { ...load, measureMs: short ? 300 : 10_000 };
    for (const each of [bare, judged]) await warmUp(generator, each, warming);
    for (let round = 0; round < rounds; round++) {
      // Who goes first changes with the round.
      for (const each of round % 2 === 0 ? [bare, judged] : [judged, bare]) {
        invalid.push(...(await measure(generator, each, load)));
      }
    }
    const behindOne = clients.map(({ certificatePem, keyPem }) => ({ certificatePem, keyPem }));
    for (let round = 0; round < rounds; round++)
      invalid.push(...(await measure(generator, ofOneAddress, { ...load, clients: behindOne })));
    for (const each of [bare, judged]) log(`${each.what}: ${Math.round(each.handshakes / each.seconds)}/s`);
    for (const each of [bare, judged])
      invalid.push(...(await fill(generator, each, clients, short ? 100 : 1_000)));
  } finally {
    for (const child of [bare.child, judged.child, generator]) child.disconnect();
  }
  const against = { what: `${bare.what}, same run`, value: perCpuSecond(bare) };
  return {
    results: [
      measured('mutual handshakes per second of the server’s processor time', perCpuSecond(judged), '/s', {
        against,
        aim: { ratioAtLeast: 0.85 },
      }),
      measured('processor time of a handshake with the whole verdict', cpuMicros(judged), 'µs'),
      measured('the same where all clients have one address', cpuMicros(ofOneAddress), 'µs'),
      measured('processor time of a bare handshake', cpuMicros(bare), 'µs'),
      measured('memory of an idle judged connection', judged.bytesPerIdle / 1_024, 'kB', {
        against: { what: 'idle bare connection, same run', value: bare.bytesPerIdle / 1_024 },
        aim: { atMost: 60 },
      }),
      measured('handshakes per second, generator-bound', judged.handshakes / judged.seconds, '/s'),
    ],
    invalid,
  };
}

function perCpuSecond(contestant: Contestant): number {
  return 1e6 / cpuMicros(contestant);
}

/** A quarter of the rounds were quicker: noise only ever adds. */
function cpuMicros({ cpuMicros: rounds }: Contestant): number {
  return [...rounds].sort((a, b) => a - b)[rounds.length >> 2]!;
}

async function prepare(count: number) {
  const root = await createTestAuthority('Contoso Root');
  const issuing = await root.subordinate('Contoso Issuing');
  const server = await issuing.issue({ dnsNames: ['fe0.contoso.example'] });
  const names = Array.from({ length: count }, (_, index) => `fe${index + 1}.contoso.example`);
  const certificates = await Promise.all(names.map((name) => issuing.issue({ dnsNames: [name] })));
  const order: HandshakeServerOrder = {
    certificatePem: server.chainPem,
    keyPem: server.keyPem,
    anchorPem: root.certificatePem,
    crlsPem: [await root.crl([], { number: 1_000 }), await issuing.crl([], { number: 1_000 })],
    clients: names,
  };
  const clients = certificates.map(({ chainPem, keyPem }, index) => ({
    certificatePem: chainPem,
    keyPem,
    localAddress: `127.8.0.${index + 1}`,
  }));
  return { order, clients };
}

async function start(what: string, file: string, order: HandshakeServerOrder): Promise<Contestant> {
  const child = startPinnedBuilt(file, cores.server);
  child.send(order);
  const { port } = await nextMessage<ServerUsage>(child);
  return { what, child, port, handshakes: 0, cpuMicros: [], seconds: 0, bytesPerIdle: 0 };
}

type Load = Omit<HandshakeLoadOrder, 'port'>;

async function warmUp(generator: ChildProcess, { port }: Contestant, load: Load): Promise<void> {
  generator.send({ ...load, port });
  await nextMessage<HandshakeLoadReport>(generator);
}

async function measure(generator: ChildProcess, contestant: Contestant, load: Load): Promise<string[]> {
  const { child, port, what } = contestant;
  const before = await usage(child);
  generator.send({ ...load, port });
  const report = await nextMessage<HandshakeLoadReport>(generator);
  const after = await usage(child);
  contestant.handshakes += report.completed;
  contestant.cpuMicros.push((after.cpuMicros - before.cpuMicros) / report.completed);
  contestant.seconds += report.seconds;
  const problems: string[] = [];
  if (report.failed > 0) problems.push(`${what}: ${report.failed} handshakes failed`);
  if (after.answered - before.answered !== report.completed) {
    problems.push(
      `${what}: the server answered ${after.answered - before.answered}, the generator counted ${report.completed}`,
    );
  }
  return problems;
}

/** Opens idle connections and sees what each further one costs after a first lot has warmed up. */
async function fill(
  generator: ChildProcess,
  contestant: Contestant,
  clients: Load['clients'],
  count: number,
): Promise<string[]> {
  const { child, port, what } = contestant;
  const grow = async (hold: number) => {
    generator.send({ port, clients, hold });
    const { held } = await nextMessage<{ held: number }>(generator);
    return { held, ...(await usage(child)) };
  };
  const few = await grow(count);
  const many = await grow(3 * count);
  contestant.bytesPerIdle = (many.residentBytes - few.residentBytes) / (2 * count);
  generator.send({ port, clients, hold: -1 });
  await nextMessage(generator);
  return many.held === 3 * count
    ? []
    : [`${what}: ${3 * count - many.held} idle connections were not accepted`];
}

async function usage(child: ChildProcess): Promise<ServerUsage> {
  const answer = nextMessage<ServerUsage>(child);
  child.send('usage');
  return answer;
}
