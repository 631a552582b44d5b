import { placed } from '@entente/testkit/topology';
import { buildTopology, links, type ServerEntry, type TopologyDocument } from '@entente/topology';
import {
  isProxyDirectory,
  type ProxyPlan,
  type ProxyProgram,
  proxyConfiguration,
  proxyPlan,
} from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';

const directory = '/etc/entente';
const proxy = 'rp1.contoso.example';

/** The topology of the tests with other reverse proxies and web services. */
function planned(servers: readonly ServerEntry[], parts: Partial<TopologyDocument> = {}, asked?: string) {
  const others = placed.servers.filter(({ role }) => role !== 'reverse-proxy' && role !== 'web-services');
  return proxyPlan(buildTopology({ ...placed, servers: [...others, ...servers], ...parts }), asked);
}

function planOf(...given: Parameters<typeof planned>): ProxyPlan {
  const found = planned(...given);
  if (!found.ok) throw new Error(found.sentence);
  return found.plan;
}

const outer = (fqdn: string, names: readonly string[] = []) => ({
  external: { fqdn, names, address: '192.0.2.9' },
});
const rp1: ServerEntry = {
  fqdn: proxy,
  role: 'reverse-proxy',
  interfaces: outer('www.contoso.example', ['meet.contoso.example']),
};
const web = (number: number, more: Partial<ServerEntry> = {}): ServerEntry => ({
  fqdn: `web${number}.contoso.example`,
  role: 'web-services',
  interfaces: { internal: { address: `2001:db8::${number}` } },
  ...more,
});
const webPool = 'web.contoso.example';
const pooled: Partial<TopologyDocument> = {
  pools: [...(placed.pools ?? []), { fqdn: webPool, role: 'web-services' }],
};

function lines(plan: ProxyPlan, program: ProxyProgram, hasRevocationLists = false): string[] {
  const text = proxyConfiguration(plan, program, { directory, hasRevocationLists });
  return (text ?? '').split('\n').map((line) => line.trim());
}

describe('the plan of a reverse proxy', () => {
  it('has its outer side, and the web services that it may ask', () => {
    const plan = planOf([rp1, web(1), web(2)]);
    expect(plan).toMatchObject({
      proxy,
      outside: { fqdn: 'www.contoso.example', names: ['meet.contoso.example'], address: '192.0.2.9' },
      webServices: [
        { fqdn: 'web1.contoso.example', address: '2001:db8::1' },
        { fqdn: 'web2.contoso.example', address: '2001:db8::2' },
      ],
    });
    expect(plan).not.toHaveProperty('sharedName');
  });

  it('names what the certificates of all web services have in common: their own name, or that of their pool', () => {
    expect(planOf([rp1, web(1)]).sharedName).toBe('web1.contoso.example');
    expect(planOf([rp1, web(1, { pool: webPool }), web(2, { pool: webPool })], pooled).sharedName).toBe(
      webPool,
    );
  });

  it('is refused where it is not clear which proxy is meant', () => {
    const rp2: ServerEntry = { ...rp1, fqdn: 'rp2.contoso.example', interfaces: outer('w2.contoso.example') };
    expect(planned([web(1)])).toMatchObject({
      ok: false,
      sentence: expect.stringContaining('none in the topology'),
      remedy: expect.stringContaining('--role reverse-proxy'),
    });
    expect(planned([rp1, rp2, web(1)])).toMatchObject({
      ok: false,
      sentence: expect.stringContaining(`${proxy}, rp2.contoso.example`),
      remedy: expect.stringContaining('--server'),
    });
    expect(planned([rp1, web(1)], {}, 'rp9.contoso.example')).toMatchObject({ ok: false });
    expect(planOf([rp1, rp2, web(1)], {}, 'rp2.contoso.example').outside.fqdn).toBe('w2.contoso.example');
  });

  it('is refused without web services, and where the topology closes the row to them', () => {
    const none = { ok: false, sentence: expect.stringContaining('expected web services') };
    expect(planned([rp1])).toMatchObject(none);
    const { row } = links.reverseProxyToWebServices;
    expect(planned([rp1, web(1)], { links: [{ row, closed: true }] })).toMatchObject(none);
  });
});

describe('the configuration for nginx', () => {
  const written = lines(planOf([rp1, web(1)]), 'nginx');

  it('checks the web services by our CA and by their name, in TLS 1.3, and shows them its own certificate', () => {
    for (const line of [
      'server [2001:db8::1]:4443;',
      'proxy_ssl_certificate /etc/entente/tls.crt;',
      'proxy_ssl_certificate_key /etc/entente/tls.key;',
      'proxy_ssl_trusted_certificate /etc/entente/ca.crt;',
      'proxy_ssl_protocols TLSv1.3;',
      'proxy_ssl_verify on;',
      'proxy_ssl_server_name on;',
      'proxy_ssl_name web1.contoso.example;',
    ])
      expect(written).toContain(line);
  });

  it('takes users by its own names alone, and writes itself where they come from', () => {
    expect(written).toContain('server_name www.contoso.example meet.contoso.example;');
    expect(written).toContain('ssl_reject_handshake on;');
    expect(written).toContain('proxy_set_header X-Forwarded-For $remote_addr;');
    expect(written.filter((line) => line.startsWith('listen 192.0.2.9:443 ssl'))).toHaveLength(2);
  });

  it('looks at revocation lists where they are there, and says so where they are not', () => {
    const crl = 'proxy_ssl_crl /etc/entente/ca.crl;';
    expect(written).not.toContain(crl);
    expect(written.join('\n')).toContain('Without --crl this proxy does not look at revocation lists');
    expect(lines(planOf([rp1, web(1)]), 'nginx', true)).toContain(crl);
  });

  it('checks the name of the pool where there are several, and is not written where they share none', () => {
    const both = planOf([rp1, web(1, { pool: webPool }), web(2, { pool: webPool })], pooled);
    expect(lines(both, 'nginx')).toContain(`proxy_ssl_name ${webPool};`);
    expect(proxyConfiguration(planOf([rp1, web(1), web(2)]), 'nginx', { directory })).toBeUndefined();
  });
});

describe('the configuration for HAProxy', () => {
  const plan = planOf([rp1, web(1), web(2)]);
  const written = lines(plan, 'haproxy');

  it('checks each of the web services by our CA and by its own name, in TLS 1.3, and shows its own certificate', () => {
    for (const number of [1, 2]) {
      const fqdn = `web${number}.contoso.example`;
      expect(written).toContain(
        `server ${fqdn} [2001:db8::${number}]:4443 ssl crt /etc/entente/tls.pem ca-file /etc/entente/ca.crt verify required ssl-min-ver TLSv1.3 no-ssl-reuse sni str(${fqdn}) verifyhost ${fqdn}`,
      );
    }
  });

  it('takes users by its own names alone, and writes itself where they come from', () => {
    expect(written).toContain(
      'bind 192.0.2.9:443 ssl crt /etc/entente/external.pem strict-sni ssl-min-ver TLSv1.2',
    );
    expect(written).toContain(
      'http-request deny status 421 unless { req.hdr(host),host_only,lower -m str www.contoso.example meet.contoso.example }',
    );
    expect(written).toContain('http-request set-header X-Forwarded-For %[src]');
  });

  it('looks at revocation lists where they are there', () => {
    expect(written.join('\n')).not.toContain('crl-file');
    const checked = lines(plan, 'haproxy', true).filter((line) => line.startsWith('server '));
    expect(checked).toHaveLength(2);
    for (const line of checked) expect(line).toContain('crl-file /etc/entente/ca.crl verify required');
  });
});

describe('the directory of a proxy', () => {
  it.each(['/etc/entente', '/srv/a.b/@c+d-e_f'])('may be %s', (path) => {
    expect(isProxyDirectory(path)).toBe(true);
  });

  it.each(['etc', '', '/a b', '/a;b', '/a\nb', '/a"b', '/a$b', '/a{b'])('may not be %j', (path) => {
    expect(isProxyDirectory(path)).toBe(false);
  });
});
