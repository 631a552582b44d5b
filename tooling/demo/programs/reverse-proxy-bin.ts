import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import { runServer } from '@entente/host';
import type { Member } from '@entente/member';
import { agent, logRefusal, serve } from '@entente/tls';
import { links } from '@entente/topology';
import { joinAs, readProgramConfig } from './program-config.ts';

/** Fields of one connection, which are not handed on (RFC 9110 §7.6.1). */
const hopByHop = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** Where web services take reverse proxies. */
function webServicesOf({ topology }: Member) {
  for (const { fqdn, interfaces, role } of topology.servers.values()) {
    const { address, ports } = interfaces.internal ?? {};
    if (role === 'web-services' && ports?.proxied !== undefined)
      return { fqdn, address, port: ports.proxied };
  }
  throw new Error('the topology has no web services');
}

await runServer({
  name: 'demo-reverse-proxy',
  summary:
    'Publishes web services outside: users ask it by TLS, and it asks web services with its own certificate.',
  async check(configFile) {
    await readProgramConfig(configFile);
  },
  async start(configFile) {
    const { logger, member } = await joinAs('demo-reverse-proxy', configFile);
    const { fqdn, identity, trust } = member;
    const outside = member.topology.servers.get(fqdn)?.interfaces.external;
    if (outside === undefined) throw new Error(`the topology has no external side of ${fqdn}`);
    const { name } = links.reverseProxyToWebServices;
    const towardsWeb = agent({
      trust,
      identity,
      allow: member.authorise({ fqdn, interface: 'internal' }),
      expect: (host) => ({ mode: 'host', name: host }),
      link: { name, interface: 'internal', local: fqdn },
      onRefusal: logRefusal(logger),
    });
    const forward = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
      const web = webServicesOf(member);
      const { headers, method, socket, url: path } = incoming;
      // Who has left already has no address, and gets no answer.
      if (socket.remoteAddress === undefined) return void outgoing.destroy();
      const kept = Object.entries(headers).filter(([field]) => !hopByHop.has(field));
      const asked = https.request(
        {
          agent: towardsWeb,
          host: web.address,
          port: web.port,
          servername: web.fqdn,
          method,
          path,
          // What a client writes about its own address is replaced.
          headers: { ...Object.fromEntries(kept), 'x-forwarded-for': socket.remoteAddress },
        },
        (answer) => {
          const status = answer.statusCode ?? 502;
          logger.info(
            { event: 'proxied', to: web.fqdn, method, path, status },
            `${method} ${path}: ${status}`,
          );
          const back = Object.entries(answer.headers).filter(([field]) => !hopByHop.has(field));
          outgoing.writeHead(status, Object.fromEntries(back));
          answer.pipe(outgoing);
        },
      );
      asked.once('error', (error) => {
        logger.warn({ event: 'unreachable', peer: web.fqdn }, error.message);
        if (!outgoing.headersSent) outgoing.writeHead(502);
        outgoing.end();
      });
      incoming.pipe(asked);
    };
    const server = await serve(
      https,
      {
        trust,
        identity: await member.externalIdentity(),
        ...(outside.address === undefined ? {} : { host: outside.address }),
        port: outside.ports.web as number,
        clientCertificate: 'none',
        http: { maxHeaderBytes: 8_192, requestTimeoutMs: 10_000, keepAliveTimeoutMs: 10_000 },
        onRefusal: logRefusal(logger),
      },
      forward,
    );
    return {
      async [Symbol.asyncDispose]() {
        await server.close();
        towardsWeb.destroy();
        await member[Symbol.asyncDispose]();
      },
    };
  },
});
