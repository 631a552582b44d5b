import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthorityFolder } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { type Random, seededRandom } from '../fuzz/random.ts';
import { positiveNumber, readCommandLine } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { openOrders, openTrustIn } from '../scenarios/harness/authority-orders.ts';
import { createAuthorityPlace, domain } from '../scenarios/harness/authority-place.ts';
import { type AuthorityProcess, runAuthority } from '../scenarios/harness/authority-process.ts';
import { randomSeed } from '../seed/random-seed.ts';
import { Acknowledged } from './acknowledged.ts';
import { Load } from './load.ts';

const usage = `pnpm crash [--kills N] [--json]

Kills a running authority N times (default 20) at random moments while servers enrol, renew and are revoked, starts it again, and compares
what it had acknowledged with its lists and its ledger. ENTENTE_SEED draws the same moments again.
Example: pnpm crash --kills 100`;

/** One kill in so many comes while the authority starts. */
const whileStartingOneIn = 5;
const longestStartMs = 1_500;
const longestRunMs = 800;
const serverCount = 6;

/**
 * The runner of `pnpm crash`.
 *
 * @throws UsageFault for an unknown option or a bad number
 */
export async function runCrash(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { help, values } = readCommandLine(argv, { kills: { type: 'string' } });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  const kills = positiveNumber(values, 'kills') ?? 20;
  const seed = randomSeed(process.env, () => 1 + Math.floor(Math.random() * 0x7ffffffe));
  log(`${kills} kills with ENTENTE_SEED=${seed}`);
  const directory = await mkdtemp(join(tmpdir(), 'entente-crash-'));
  try {
    const acknowledged = await crash(directory, kills, seededRandom(seed), log);
    const { counts, faults } = acknowledged;
    log(
      `acknowledged: ${counts.issued} certificates, ${counts.revoked} revocations; ${counts.lists} lists were read`,
    );
    const vacuous = Object.entries(counts).filter(([, count]) => count === 0);
    const problems = [...faults, ...vacuous.map(([what]) => `nothing was seen: ${what}`)];
    for (const problem of problems) log(`✗ ${problem}`);
    if (problems.length === 0) log('✓ nothing that was acknowledged is lost or contradicted');
    const ok = problems.length === 0;
    return { report: { ok, kills, seed, ...counts, problems }, ok };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function crash(
  directory: string,
  kills: number,
  random: Random,
  log: (line: string) => void,
): Promise<Acknowledged> {
  const servers = Array.from({ length: serverCount }, (_, index) => `fe${index + 1}.${domain}`);
  const place = await createAuthorityPlace({
    directory,
    pools: [{ fqdn: `pool.${domain}`, role: 'front-end' }],
    servers: servers.map((fqdn, index) => ({
      fqdn,
      role: 'front-end',
      pool: `pool.${domain}`,
      interfaces: { internal: { address: `127.0.0.${31 + index}` } },
    })),
  });
  const acknowledged = new Acknowledged();
  let running: AuthorityProcess = runAuthority(place.configFile);
  await running.started;
  await using orders = await openOrders(place);
  await using trust = await openTrustIn(place);
  await orders.publish(place.topology);
  const load = new Load({ place, trust, orders, servers, acknowledged, random });
  try {
    for (let kill = 1; kill <= kills; kill += 1) {
      await killAtRandom(running, random);
      running = runAuthority(place.configFile);
      if (kill % 10 === 0) log(`${kill} kills: ${JSON.stringify(acknowledged.counts)}`);
    }
    // By itself and without help, and what it says then holds for all that was acknowledged.
    await running.started;
    await load.readList();
    const health = await orders.get('/healthz');
    if (health.status !== 200)
      throw new Error(`it is not well after its last start: ${JSON.stringify(health)}`);
  } finally {
    await load.stop();
    await running.kill();
  }
  await using opened = await openAuthorityFolder(place.directory, openLedger);
  await acknowledged.compare(opened.ledger, opened.issuer.id);
  return acknowledged;
}

async function killAtRandom(running: AuthorityProcess, random: Random): Promise<void> {
  if (random.oneIn(whileStartingOneIn)) {
    await Promise.race([running.started, passed(random.below(longestStartMs))]);
  } else {
    await running.started;
    await passed(random.below(longestRunMs));
  }
  await running.kill();
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
