import { anyText, list, object, oneOf, required, rule, yesOrNo } from '@entente/options';
import { checks } from '../checks.ts';
import type { ProxyPlan } from './proxy-plan.ts';

/** A reverse proxy whose configuration can be written. */
export type ProxyProgram = 'haproxy' | 'nginx';

/** The files of a proxy, all in one directory. */
export interface ProxyFiles {
  /** Absolute path, of letters, digits and `/._@+-` alone. */
  readonly directory: string;
  /** Whether there is a file `ca.crl` with the revocation lists of every CA of the chain. */
  readonly hasRevocationLists?: boolean;
}

const directoryForm = /^\/[\w./@+-]*$/;

/**
 * Whether a directory can be written into a configuration as it is.
 * @param directory - as typed
 */
export function isProxyDirectory(directory: string): boolean {
  return directoryForm.test(directory);
}

/**
 * The configuration of a reverse proxy: users by TLS to the name that they ask for and to no other; web services by TLS 1.3, with the
 * proxy's own certificate, and only where theirs comes from our CA and has the name that was dialled. What a client writes about its
 * own address is replaced.
 * @param plan - from `proxyPlan`
 * @param program - which one
 * @param files - where its certificates are
 * @returns the text; undefined for nginx where the web services share no name, because it checks one name for all of them
 */
export function proxyConfiguration(
  plan: ProxyPlan,
  program: ProxyProgram,
  files: ProxyFiles,
): string | undefined {
  checks.options(
    plan,
    {
      proxy: required(anyText, 'give proxy'),
      outside: required(object, 'give outside'),
      webServices: required(list, 'give webServices'),
      sharedName: anyText,
    },
    'plan of proxyConfiguration',
  );
  checks.argument(program, oneOf('haproxy', 'nginx'), 'program of proxyConfiguration');
  // What is no such directory could be a line of the configuration.
  const directory = rule(
    'an absolute path, of letters, digits and /._@+- alone',
    (value) => typeof value === 'string' && isProxyDirectory(value),
  );
  checks.options(
    files,
    { directory: required(directory, 'give directory'), hasRevocationLists: yesOrNo },
    'files of proxyConfiguration',
  );
  if (program === 'haproxy') return `${haproxy(plan, files).join('\n')}\n`;
  return plan.sharedName === undefined ? undefined : `${nginx(plan, plan.sharedName, files).join('\n')}\n`;
}

function nginx(plan: ProxyPlan, name: string, { directory, hasRevocationLists }: ProxyFiles): string[] {
  const { outside, proxy, webServices } = plan;
  const at = listenAt(outside);
  return [
    `# nginx, the reverse proxy ${proxy}: a file of conf.d, inside http { }.`,
    `# ${directory} has external.crt and external.key for ${outside.fqdn}, and for the inside tls.crt, tls.key and ca.crt.`,
    ...revocationNote(hasRevocationLists),
    'upstream entente_web_services {',
    ...webServices.map((server) => `    server ${dialled(server)};`),
    '    keepalive 16;',
    '}',
    '',
    '# A name that is not ours gets no certificate.',
    'server {',
    `    listen ${at} ssl default_server;`,
    '    ssl_reject_handshake on;',
    '}',
    '',
    'server {',
    `    listen ${at} ssl;`,
    `    server_name ${[outside.fqdn, ...outside.names].join(' ')};`,
    `    ssl_certificate ${directory}/external.crt;`,
    `    ssl_certificate_key ${directory}/external.key;`,
    '    ssl_protocols TLSv1.2 TLSv1.3;',
    '    server_tokens off;',
    '    client_max_body_size 8k;',
    '    client_header_timeout 10s;',
    '    client_body_timeout 10s;',
    '',
    '    location / {',
    '        proxy_pass https://entente_web_services;',
    '        proxy_http_version 1.1;',
    '        proxy_set_header Connection "";',
    '        proxy_set_header Host $http_host;',
    '        proxy_set_header X-Forwarded-For $remote_addr;',
    '        proxy_connect_timeout 5s;',
    '        proxy_read_timeout 35s;',
    `        proxy_ssl_certificate ${directory}/tls.crt;`,
    `        proxy_ssl_certificate_key ${directory}/tls.key;`,
    `        proxy_ssl_trusted_certificate ${directory}/ca.crt;`,
    ...(hasRevocationLists === true ? [`        proxy_ssl_crl ${directory}/ca.crl;`] : []),
    '        proxy_ssl_protocols TLSv1.3;',
    '        proxy_ssl_verify on;',
    '        proxy_ssl_verify_depth 3;',
    '        proxy_ssl_server_name on;',
    `        proxy_ssl_name ${name};`,
    '        proxy_ssl_session_reuse off;',
    '    }',
    '}',
  ];
}

function haproxy(plan: ProxyPlan, { directory, hasRevocationLists }: ProxyFiles): string[] {
  const { outside, proxy, webServices } = plan;
  const names = [outside.fqdn, ...outside.names];
  const ours = [
    `ssl crt ${directory}/tls.pem ca-file ${directory}/ca.crt`,
    ...(hasRevocationLists === true ? [`crl-file ${directory}/ca.crl`] : []),
    'verify required ssl-min-ver TLSv1.3 no-ssl-reuse',
  ].join(' ');
  return [
    `# HAProxy, the reverse proxy ${proxy}.`,
    `# ${directory} has external.pem for ${outside.fqdn}, and for the inside tls.pem and ca.crt; a .pem is a chain with its key:`,
    '#   cat tls.crt tls.key > tls.pem',
    ...revocationNote(hasRevocationLists),
    'defaults',
    '    mode http',
    '    timeout connect 5s',
    '    timeout client 30s',
    '    timeout server 35s',
    '    timeout http-request 10s',
    '    timeout http-keep-alive 10s',
    '',
    'frontend entente_users',
    '    # A name that is not ours gets no certificate.',
    `    bind ${listenAt(outside)} ssl crt ${directory}/external.pem strict-sni ssl-min-ver TLSv1.2`,
    `    http-request deny status 421 unless { req.hdr(host),host_only,lower -m str ${names.join(' ')} }`,
    '    http-request set-header X-Forwarded-For %[src]',
    '    default_backend entente_web_services',
    '',
    'backend entente_web_services',
    ...webServices.map(
      (server) =>
        `    server ${server.fqdn} ${dialled(server)} ${ours} sni str(${server.fqdn}) verifyhost ${server.fqdn}`,
    ),
  ];
}

function revocationNote(hasRevocationLists: boolean | undefined): readonly string[] {
  return hasRevocationLists === true
    ? [
        '# ca.crl has the newest revocation list of every CA in ca.crt and of the issuing CA; replace it before one expires, and reload.',
      ]
    : [
        '# Without --crl this proxy does not look at revocation lists; the web services judge the proxy by theirs in any case.',
      ];
}

function dialled({ address, fqdn, port }: ProxyPlan['webServices'][number]): string {
  return `${bracketed(address ?? fqdn)}:${port}`;
}

function listenAt({ address, port }: ProxyPlan['outside']): string {
  return address === undefined ? `*:${port}` : `${bracketed(address)}:${port}`;
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
