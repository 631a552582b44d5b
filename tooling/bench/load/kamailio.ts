import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, type TestAuthority } from '@entente/testkit';
import { ForeignProgram } from '../../interop/programs/foreign-program.ts';
import type { LoadOrder, LoadTls } from './order.ts';
import { cores, pinTo } from './pinned-process.ts';

/** Kamailio, running on the core of servers. */
export interface Kamailio extends AsyncDisposable {
  /** Of the process whose children do the work. */
  readonly pid: number;
  /** Where callers and called connect, as the generator is told. */
  readonly sides: Pick<LoadOrder, 'caller' | 'called'>;
}

/** How a Kamailio is set up. */
export interface KamailioOptions {
  /** Domain whose users it registers. */
  readonly domain: string;
  /** Processes that read from connections, and do all the work. */
  readonly children: number;
  /** Password of every user, where requests are challenged (digest, SHA-256); without one nobody is. */
  readonly password?: string;
}

const servername = 'kamailio.contoso.example';
/** Megabytes that its processes share, and those of each. */
const memory = ['-m', '8000', '-M', '32'];
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
  'xlog',
];

/** Whether Kamailio can be started here. */
export function hasKamailio(): boolean {
  return spawnSync('kamailio', ['-v']).status === 0;
}

/**
 * Starts Kamailio as a registrar and proxy of one domain over TLS, with the modules that this needs and nothing else: no log lines, no
 * database, no work for NAT.
 * @param authority - issues its certificate
 * @param options - domain, how many processes, whether requests are challenged
 */
export async function startKamailio(authority: TestAuthority, options: KamailioOptions): Promise<Kamailio> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-kamailio-'));
  const own = await authority.issue({ dnsNames: [servername] });
  const [port = 0] = await freePorts(1);
  const files = { chain: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  const configFile = join(directory, 'kamailio.cfg');
  await writeFile(files.chain, own.chainPem);
  await writeFile(files.key, own.keyPem, { mode: 0o600 });
  await writeFile(configFile, configuration(options, port, files));
  const [program, ...args] = [
    ...pinTo(cores.server),
    ...['kamailio', '-DD', '-E', ...memory, '-f', configFile, '-Y', directory],
    ...['-P', join(directory, 'pid')],
  ] as [string, ...string[]];
  const running = new ForeignProgram({ program, args });
  const end = async () => {
    await running[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await running.hears(/bench: listening/);
  } catch (fault) {
    await end();
    throw fault;
  }
  const side: LoadTls = { host: '127.0.0.1', port, servername, anchorPem: authority.certificatePem };
  return { pid: running.pid, sides: { caller: side, called: side }, [Symbol.asyncDispose]: end };
}

function configuration(
  { children, domain, password }: KamailioOptions,
  port: number,
  files: { readonly chain: string; readonly key: string },
): string {
  const challenges = password !== undefined;
  return `#!KAMAILIO
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=${children}
tcp_max_connections=40960
enable_tls=yes
auto_aliases=no
tcp_connection_lifetime=3605
listen=tls:127.0.0.1:${port}
alias="${domain}"
mpath="/usr/lib/x86_64-linux-gnu/kamailio/modules/"
${[...modules, ...(challenges ? ['auth'] : [])].map((name) => `loadmodule "${name}.so"`).join('\n')}
modparam("tls", "private_key", "${files.key}")
modparam("tls", "certificate", "${files.chain}")
modparam("tls", "tls_method", "TLSv1.3")
modparam("usrloc", "db_mode", 0)
modparam("usrloc", "hash_size", 12)
${challenges ? 'modparam("auth", "algorithm", "SHA-256")' : ''}

event_route[core:worker-one-init] {
  xlog("L_ALERT", "bench: listening\\n");
}

request_route {
  if (!mf_process_maxfwd_header("70")) {
    sl_send_reply("483", "Too Many Hops");
    exit;
  }
  if (is_method("CANCEL")) {
    if (t_check_trans()) t_relay();
    exit;
  }
  if (has_totag()) {
    if (loose_route()) {
      if (!t_relay()) sl_reply_error();
    } else if (is_method("ACK")) {
      if (t_check_trans()) t_relay();
    } else {
      sl_send_reply("404", "Not here");
    }
    exit;
  }
  t_check_trans();
${challenges ? authentication(domain, password) : ''}
  if (is_method("REGISTER")) {
    if (!save("location")) sl_reply_error();
    exit;
  }
  if (is_method("INVITE")) record_route();
  if (!lookup("location")) {
    sl_send_reply("404", "Not registered");
    exit;
  }
  if (!t_relay()) sl_reply_error();
}
`;
}

function authentication(domain: string, password: string): string {
  return `  if (is_method("REGISTER")) {
    if (!pv_www_authenticate("${domain}", "${password}", "0")) {
      www_challenge("${domain}", "1");
      exit;
    }
  } else {
    if (!pv_proxy_authenticate("${domain}", "${password}", "0")) {
      proxy_challenge("${domain}", "1");
      exit;
    }
    consume_credentials();
  }
`;
}
