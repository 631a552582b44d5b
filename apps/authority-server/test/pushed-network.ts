import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinDomain, type Member } from '@entente/member';
import { createTestLog, freePorts, type TestLogLine } from '@entente/testkit';
import type { ServerEntry, TopologyDocument } from '@entente/topology';
import { document, frontEnd, type LogLine, type Scene, signed, startScene } from './network.ts';

/** A line of a log, with its level and its sentence. */
export type Line = LogLine & {
  readonly event?: string;
  readonly level?: TestLogLine['level'];
};

export const edgeName = 'edge1.contoso.example';
export const frontEndName = 'fe1.contoso.example';
const authorityName = 'ca.contoso.example';
/** Where nothing of the network listens. */
const nowhere = '127.9.9.9';

/** An authority whose topology has an edge; its servers join in this process. */
export async function startPushedNetwork() {
  const directory = await mkdtemp(join(tmpdir(), 'entente-pushes-'));
  const ports = await freePorts(7);
  const port = (): number => ports.pop() as number;
  const pushPort = port();
  const objects = port();
  const edge: ServerEntry = {
    fqdn: edgeName,
    role: 'edge',
    interfaces: {
      internal: { address: '127.0.0.1', ports: { sip: port(), push: pushPort } },
      external: {
        fqdn: 'access.contoso.example',
        address: '127.0.0.1',
        ports: { clients: port(), federation: port(), objects },
      },
    },
  };
  const scene: Scene = await startScene(undefined, {
    ports: { https: port(), objects: port() },
    outsideObjectsUrl: `http://access.contoso.example:${objects}`,
  });
  const lines = scene.log as Line[];
  let current = document([frontEnd(frontEndName), edge]);
  const send = async (): Promise<void> => {
    const response = await scene.publish(signed(current));
    if (response.status !== 200) throw new Error(await response.text());
  };
  await send();
  const members: Member[] = [];
  const memberLines = new Map<string, Line[]>();
  const linesOf = (fqdn: string): Line[] => {
    const own = memberLines.get(fqdn) ?? [];
    memberLines.set(fqdn, own);
    return own;
  };
  const start = async (fqdn: string, address: string, token?: string): Promise<Member> => {
    const lines = linesOf(fqdn);
    const member = await joinDomain({
      fqdn,
      directory: join(directory, fqdn),
      addresses: new Map([[authorityName, address]]),
      log: createTestLog(({ fields, level, message }) => void lines.push({ ...fields, level, message })),
      ...(token === undefined ? {} : { token }),
    });
    members.push(member);
    return member;
  };
  return {
    scene,
    edge,
    pushPort,
    /** What the authority has logged. */
    lines,
    /** What a member has logged. */
    linesOf,
    async join(fqdn: string): Promise<Member> {
      const body = JSON.stringify({ server: fqdn });
      const answer = await scene.ask('/join-tokens', scene.alice, { method: 'POST', body });
      return start(fqdn, '127.0.0.1', ((await answer.json()) as { token: string }).token);
    },
    /** Starts a server that has joined again, with a way to the authority of its own, or with none. */
    comeBack: (fqdn: string, way: 'free' | 'cut') => start(fqdn, way === 'cut' ? nowhere : '127.0.0.1'),
    /** Publishes the next version. */
    async publish(change: Partial<TopologyDocument>) {
      const { links = [] } = current;
      current = { ...document(current.servers.slice(1), current), links, ...change };
      await send();
    },
    async [Symbol.asyncDispose]() {
      for (const member of members.splice(0)) await member[Symbol.asyncDispose]();
      await scene.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** See {@link startPushedNetwork}. */
export type PushedNetwork = Awaited<ReturnType<typeof startPushedNetwork>>;
