import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestCertificate } from '@entente/testkit';
import { ForeignProgram } from './foreign-program.ts';

/** Ports on which Kamailio listens. */
export const kamailioPorts = {
  /** Partners, by MTLS. */
  federation: 5061,
  /** Its own users, by TLS. */
  clients: 5071,
  /** UDP, as a proxy has it by default: a request that is led out of TLS goes here, and is captured. */
  udp: 5060,
} as const;

/** What Kamailio is set up with: the proxy of a domain, with its registrar, and one partner. */
export interface KamailioOptions {
  /** Domain that it serves. */
  readonly domain: string;
  /** Its own name, which is in its certificate too. */
  readonly host: string;
  readonly certificate: TestCertificate;
  /** Domain whose edge it sends requests to, found by DNS (RFC 3263). */
  readonly partner: string;
  /** PEM file with the roots that it trusts for that. */
  readonly partnerAnchorsFile: string;
  /** Where its files go. */
  readonly directory: string;
}

const modules = [
  'tls',
  'tm',
  'sl',
  'rr',
  'pv',
  'maxfwd',
  'usrloc',
  'registrar',
  'textops',
  'siputils',
  'nathelper',
  'xlog',
] as const;

/** A request that Kamailio received, as its log has it. */
export interface SeenRequest {
  readonly method: string;
  /** `tls`, `udp`, … */
  readonly transport: string;
  readonly side: 'partner' | 'client';
}

/** A running Kamailio. */
export interface Kamailio extends AsyncDisposable {
  /** The requests that it has received until now. */
  readonly requests: readonly SeenRequest[];
}

/**
 * Kamailio 6.0 as the proxy of a partner domain. It listens for partners by MTLS, for its own users by TLS, and for UDP; record-routes with
 * its own addresses on both sides; and resolves every name that others write by itself. Nothing in its configuration says that what is in
 * a dialog goes by TLS: that follows from the URIs that it is given.
 *
 * @param options - names, certificate, partner
 * @returns once it listens
 */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const { certificate, directory, partnerAnchorsFile } = options;
  await mkdir(directory, { recursive: true });
  const files = {
    certificate: join(directory, 'tls.crt'),
    key: join(directory, 'tls.key'),
    tls: join(directory, 'tls.cfg'),
    routes: join(directory, 'kamailio.cfg'),
  };
  await writeFile(files.certificate, certificate.chainPem);
  await writeFile(files.key, certificate.keyPem, { mode: 0o600 });
  await writeFile(files.tls, tlsProfiles(files.certificate, files.key, partnerAnchorsFile));
  await writeFile(files.routes, configuration(options, files.tls));
  const memory = ['-m', '64', '-M', '8'];
  const args = ['-DD', '-E', ...memory, '-f', files.routes, '-Y', directory, '-P', join(directory, 'pid')];
  const program = new ForeignProgram({ program: 'kamailio', args });
  try {
    await program.hears(/interop: listening/);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    get requests() {
      return [...program.since(0).matchAll(/interop: saw (\S+) by (\S+) from (\S+)/g)].map(
        ([, method = '', transport = '', side = '']) => ({
          method,
          transport: transport.toLowerCase(),
          side: side === 'partner' ? ('partner' as const) : ('client' as const),
        }),
      );
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

/** Partners show a certificate of their own CA; users have none. */
function tlsProfiles(certificate: string, key: string, partnerAnchors: string): string {
  const own = [`private_key = ${key}`, `certificate = ${certificate}`];
  const checked = ['verify_certificate = yes', 'require_certificate = yes', `ca_list = ${partnerAnchors}`];
  const profiles: readonly (readonly string[])[] = [
    ['[server:default]', ...own, 'verify_certificate = no', 'require_certificate = no'],
    [`[server:127.0.0.1:${kamailioPorts.federation}]`, ...own, ...checked],
    ['[client:default]', ...own, ...checked],
  ];
  return profiles.map((lines) => `${lines.join('\n')}\nmethod = TLSv1.2+\n`).join('\n');
}

function configuration({ domain, host, partner }: KamailioOptions, tlsFile: string): string {
  const { clients, federation, udp } = kamailioPorts;
  return `#!KAMAILIO
debug=2
log_stderror=yes
fork=yes
children=2
tcp_children=2
enable_tls=yes
auto_aliases=no
dns_try_naptr=yes
# A telephone is reached over its own connection only.
tcp_connection_lifetime=3605
listen=udp:127.0.0.1:${udp} advertise ${host}:${udp}
listen=tls:127.0.0.1:${federation} advertise ${host}:${federation}
listen=tls:127.0.0.1:${clients} advertise ${host}:${clients}
alias="${domain}"
alias="${host}"
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "config", "${tlsFile}")
modparam("rr", "enable_double_rr", 1)
modparam("nathelper|registrar", "received_avp", "$avp(received)")
modparam("registrar", "max_expires", 3600)
modparam("registrar", "method_filtering", 0)
modparam("usrloc", "db_mode", 0)

event_route[core:worker-one-init] {
  xlog("L_NOTICE", "interop: listening\\n");
}

request_route {
  if ($Rp == ${federation} || $Rp == ${udp}) {
    $var(side) = "partner";
  } else {
    $var(side) = "client";
  }
  xlog("L_NOTICE", "interop: saw $rm by $proto from $var(side)\\n");
  if (!mf_process_maxfwd_header("70")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if ($var(side) == "partner" && $fd != "${partner}" && $fd != "${domain}") {
    sl_send_reply("403", "Not your domain");
    exit;
  }
  # Telephones are behind their connections, whatever port they write.
  if ($var(side) == "client") {
    force_rport();
    if (is_method("REGISTER")) {
      fix_nated_register();
    } else {
      add_contact_alias();
    }
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      handle_ruri_alias();
      route(RELAY);
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("404", "Not here");
    }
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!save("location")) sl_reply_error();
    exit;
  }
  # A telephone names this proxy as its route; that ends here.
  remove_hf("Route");
  record_route();
  if ($rd == "${domain}") {
    if (!lookup("location")) {
      sl_send_reply("404", "Not registered");
      exit;
    }
  } else if ($rd == "${partner}" && $var(side) == "client") {
    $du = "sip:${partner};transport=tls";
    $fs = "tls:127.0.0.1:${federation}";
  } else {
    sl_send_reply("403", "No relay");
    exit;
  }
  route(RELAY);
}

route[RELAY] {
  t_on_reply("ANSWER");
  if (!t_relay()) sl_reply_error();
  exit;
}

onreply_route[ANSWER] {
  # The answer of a telephone: see above.
  if ($Rp == ${clients}) add_contact_alias();
}
`;
}
