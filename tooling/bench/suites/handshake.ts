import { createTestAuthority } from '@entente/testkit';
import type {
  HandshakeLoadOrder,
  HandshakeLoadReport,
  HandshakeServerOrder,
  ServerUsage,
} from '../handshake/order.ts';
import { Child } from '../process/child.ts';
import { cores } from '../process/pinned.ts';
import { quantile } from '../statistics.ts';
import type { Bench, BenchSuite } from '../suite.ts';
import { inTurn } from '../turns.ts';

/**
 * Full TLS 1.3 mutual handshakes with the whole verdict on, beside bare Node in the same run. The generator does as much
 * cryptography as the server and is the bottleneck, so what is compared is the server's processor time per handshake. Short
 * rounds alternate and the quiet ones count, so that what else runs on the machine weighs little, and on both alike. Before
 * that both servers are warmed up: a server compiles its hot paths in its first thousands of handshakes and lives for months. So
 * the clients are those that it has accepted before: decision 25 says what a first one costs. Each has an address of its own, as servers have:
 * of one address four handshakes are under way at once, and what the others cost that wait is said beside it (decision 59). Both servers run as they
 * are built.
 */
export const suite: BenchSuite = { name: 'handshake', measure };

async function measure(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const { order, clients } = await prepare(short ? 8 : 64);
  await using generator = await Child.start(new URL('../handshake/generator.ts', import.meta.url), {
    core: cores.generator,
  });
  const start = (what: string, script: string): Promise<Contestant> =>
    Contestant.start(what, new URL(script, import.meta.url), order, generator);
  await using bare = await start('bare node:tls', '../bare/handshake-server.ts');
  await using judged = await start('whole verdict', '../handshake/judged-server.ts');
  const ofOneAddress = judged.as('whole verdict, one address');
  const rounds = short ? 1 : Math.max(4, Math.round(seconds * 2));
  const load = { clients, inFlight: 16, measureMs: short ? 300 : 1_000 };
  for (const each of [bare, judged]) await each.handshakes({ ...load, measureMs: short ? 300 : 10_000 });
  for (let round = 0; round < rounds; round++)
    for (const each of inTurn([bare, judged], round)) await each.measure(bench, load);
  const behindOne = clients.map(({ certificatePem, keyPem }) => ({ certificatePem, keyPem }));
  for (let round = 0; round < rounds; round++)
    await ofOneAddress.measure(bench, { ...load, clients: behindOne });
  for (const { perSecond, what } of [bare, judged]) log(`${what}: ${Math.round(perSecond)}/s`);
  const kilobytesPerIdle = async (each: Contestant): Promise<number> =>
    (await each.bytesPerIdle(bench, clients, short ? 100 : 1_000)) / 1_024;
  const ofBare = await kilobytesPerIdle(bare);
  const ofJudged = await kilobytesPerIdle(judged);
  const perCpuSecond = 'mutual handshakes per second of the server’s processor time';
  bench.figure(perCpuSecond, 1e6 / judged.micros, '/s', {
    against: { what: `${bare.what}, same run`, value: 1e6 / bare.micros },
    aim: { ratioAtLeast: 0.85 },
  });
  bench.figure('processor time of a handshake with the whole verdict', judged.micros, 'µs');
  bench.figure('the same where all clients have one address', ofOneAddress.micros, 'µs');
  bench.figure('processor time of a bare handshake', bare.micros, 'µs');
  bench.figure('memory of an idle judged connection', ofJudged, 'kB', {
    against: { what: 'idle bare connection, same run', value: ofBare },
    aim: { atMost: 60 },
  });
  bench.figure('handshakes per second, generator-bound', judged.perSecond, '/s');
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

type Load = Omit<HandshakeLoadOrder, 'port'>;

/** A server, and what its handshakes have cost. */
class Contestant implements AsyncDisposable {
  readonly what: string;
  readonly #server: Child;
  readonly #port: number;
  readonly #generator: Child;
  /** Processor time of a handshake, microseconds, by round. */
  readonly #micros: number[] = [];
  #completed = 0;
  #seconds = 0;

  private constructor(what: string, server: Child, port: number, generator: Child) {
    this.what = what;
    this.#server = server;
    this.#port = port;
    this.#generator = generator;
  }

  static async start(
    what: string,
    script: URL,
    order: HandshakeServerOrder,
    generator: Child,
  ): Promise<Contestant> {
    const server = await Child.start(script, { room: 'tls', core: cores.server });
    const { port } = await server.ask<ServerUsage>(order);
    return new Contestant(what, server, port, generator);
  }

  /** The same server with other clients. */
  as(what: string): Contestant {
    return new Contestant(what, this.#server, this.#port, this.#generator);
  }

  /** A quarter of the rounds were quicker: noise only ever adds. */
  get micros(): number {
    return quantile(this.#micros, 0.25);
  }

  get perSecond(): number {
    return this.#completed / this.#seconds;
  }

  handshakes(load: Load): Promise<HandshakeLoadReport> {
    return this.#generator.ask<HandshakeLoadReport>({ ...load, port: this.#port });
  }

  async measure(bench: Bench, load: Load): Promise<void> {
    const before = await this.#usage();
    const { completed, failed, seconds } = await this.handshakes(load);
    const after = await this.#usage();
    this.#completed += completed;
    this.#micros.push((after.cpuMicros - before.cpuMicros) / completed);
    this.#seconds += seconds;
    const answered = after.answered - before.answered;
    bench.demand(failed === 0, `${this.what}: ${failed} handshakes failed`);
    bench.demand(
      answered === completed,
      `${this.what}: the server answered ${answered}, the generator counted ${completed}`,
    );
  }

  /** What each further idle connection costs after a first lot has warmed up. */
  async bytesPerIdle(bench: Bench, clients: Load['clients'], count: number): Promise<number> {
    const hold = async (wanted: number): Promise<number> => {
      const order = { port: this.#port, clients, hold: wanted };
      const { held } = await this.#generator.ask<{ readonly held: number }>(order);
      bench.demand(
        held === Math.max(0, wanted),
        `${this.what}: ${wanted - held} idle connections were not accepted`,
      );
      return (await this.#usage()).residentBytes;
    };
    const few = await hold(count);
    const many = await hold(3 * count);
    await hold(-1);
    return (many - few) / (2 * count);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server[Symbol.asyncDispose]();
  }

  #usage(): Promise<ServerUsage> {
    return this.#server.ask<ServerUsage>('usage');
  }
}
