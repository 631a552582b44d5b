import { createSocket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { complianceZone, resolverCompliance } from '@entente/sip-endpoint/resolve';
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode } from 'dns-packet';
import { describe, it } from 'vitest';

const ttl = 60;

/** What the zone has of a kind, as `dns-packet` writes it. */
function answersTo(type: string, owner: string): readonly Answer[] {
  const name = owner.toLowerCase();
  const { a, aaaa, naptr, srv } = complianceZone;
  switch (type) {
    case 'A':
      return (a[name] ?? []).map((data) => ({ type: 'A', name: owner, ttl, data }));
    case 'AAAA':
      return (aaaa[name] ?? []).map((data) => ({ type: 'AAAA', name: owner, ttl, data }));
    case 'SRV':
      return (srv[name] ?? []).map(({ name: target, ...data }) => ({
        type: 'SRV',
        name: owner,
        ttl,
        data: { ...data, target },
      }));
    case 'NAPTR':
      return (naptr[name] ?? []).map(
        ({ service, ...data }) =>
          ({ type: 'NAPTR', name: owner, ttl, data: { ...data, services: service } }) as unknown as Answer,
      );
    default:
      return [];
  }
}

/** `Resolver` of Node, which asks a server of DNS on loopback. */
async function overTheWire() {
  const socket = createSocket('udp4');
  socket.on('message', (bytes, from) => {
    const { id, questions = [] } = decode(bytes);
    const answers = questions.flatMap(({ name, type }) => answersTo(type, name));
    const rcode = answers.length === 0 ? 3 : 0;
    const reply = encode({ type: 'response', id, questions, answers, flags: AUTHORITATIVE_ANSWER | rcode });
    socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const resolver = new Resolver({ timeout: 200, tries: 1 });
  const { port } = socket.address();
  resolver.setServers([`127.0.0.1:${port}`]);
  let open = true;
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  return { resolver, takeServersAway: close, dispose: close };
}

describe('the resolver of Node keeps every rule of the port', () => {
  for (const rule of resolverCompliance(overTheWire)) it(rule.title, () => rule.run());
});
