import { join } from 'node:path';
import type { TestAuthority } from '@entente/testkit';
import { type Kamailio, startKamailio } from '../programs/kamailio.ts';

/** Where a registrar is, and whom it knows. */
export interface RegistrarOptions {
  readonly authority: TestAuthority;
  readonly directory: string;
  readonly domain: string;
  readonly port: number;
  /** Of every user. */
  readonly password: string;
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
  'auth',
  'nathelper',
];

/**
 * Kamailio as the registrar and proxy of a domain, for users over TLS who are behind their connections: it challenges every request by digest
 * (SHA-256), and takes each nonce once: the next request with it is challenged with `stale`.
 *
 * @param options - where
 * @returns once it listens
 */
export async function startRegistrar(options: RegistrarOptions): Promise<Kamailio> {
  const { authority, directory, domain } = options;
  const own = await authority.issue({ dnsNames: [`sip.${domain}`, domain], uris: [`sip:${domain}`] });
  const tls = ['[server:default]', 'method = TLSv1.2+'];
  tls.push('private_key = /etc/kamailio/tls.key', 'certificate = /etc/kamailio/tls.crt');
  return startKamailio({
    routes: configuration(options),
    tls: `${tls.join('\n')}\n`,
    files: { 'tls.crt': own.chainPem, 'tls.key': own.keyPem },
    directory: join(directory, 'kamailio'),
  });
}

function configuration({ domain, password, port }: RegistrarOptions): string {
  return `#!KAMAILIO
children=1
tcp_children=2
enable_tls=yes
auto_aliases=no
tcp_connection_lifetime=3605
listen=tls:127.0.0.1:${port}
alias="${domain}"
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
${modules.map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "config", "/etc/kamailio/tls.cfg")
modparam("usrloc", "db_mode", 0)
modparam("auth", "algorithm", "SHA-256")
modparam("auth", "qop", "auth")
modparam("auth", "one_time_nonce", 1)
modparam("nathelper|registrar", "received_avp", "$avp(received)")

request_route {
  if (!mf_process_maxfwd_header("10")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  force_rport();
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (!is_method("REGISTER")) set_contact_alias();
  t_on_reply("BACK");
  if (has_totag()) {
    if (loose_route()) {
      # RFC 6665, 4.3
      if (is_method("NOTIFY")) record_route();
      handle_ruri_alias();
      if (!t_relay()) sl_reply_error();
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("404", "Not here");
    }
    exit;
  }
  t_check_trans();
  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${domain}", "${password}", "0")) {
      www_challenge("${domain}", "1");
      exit;
    }
    fix_nated_register();
    if (!save("location")) sl_reply_error();
    exit;
  }
  if (!pv_proxy_authenticate("${domain}", "${password}", "0")) {
    proxy_challenge("${domain}", "1");
    exit;
  }
  consume_credentials();
  remove_hf("Route");
  if (is_method("INVITE|SUBSCRIBE")) record_route();
  if (!lookup("location")) {
    sl_send_reply("404", "Not registered");
    exit;
  }
  if (!t_relay()) sl_reply_error();
}

onreply_route[BACK] {
  set_contact_alias();
}
`;
}
