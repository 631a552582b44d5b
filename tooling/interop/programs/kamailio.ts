import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForeignProgram } from './foreign-program.ts';

/** Where the files of a Kamailio are, in a configuration that is written for Debian. */
const printed = '/etc/kamailio';

/** What Kamailio is set up with. */
export interface KamailioOptions {
  /** `kamailio.cfg` */
  readonly routes: string;
  /** `tls.cfg` */
  readonly tls: string;
  /** Other files, by the names that the configuration has for them below `/etc/kamailio`. */
  readonly files: Readonly<Record<string, string>>;
  /** Instead of `/etc/kamailio`. */
  readonly directory: string;
}

/** A request that Kamailio received, as its log has it. */
export interface SeenRequest {
  readonly method: string;
  /** `tls`, `udp`, … */
  readonly transport: string;
  /** Port on which it came. */
  readonly port: number;
  /** P-Asserted-Identity, all values; empty where there is none. */
  readonly asserted: string;
}

/** A running Kamailio. */
export interface Kamailio extends AsyncDisposable {
  /** The requests that it has received until now. */
  readonly requests: readonly SeenRequest[];
}

/** What a run adds to every configuration: Kamailio says that it listens, and what it receives. */
const reports = {
  head: 'debug=2\nlog_stderror=yes\nfork=yes\n',
  tail: `
loadmodule "xlog.so"
event_route[core:worker-one-init] {
  xlog("L_NOTICE", "interop: listening\\n");
}
`,
  request:
    '  xlog("L_NOTICE", "interop: saw $rm by $proto on $Rp asserted $(hdr(P-Asserted-Identity)[*])\\n");\n',
} as const;

/**
 * Kamailio 6.0 with a configuration of the guide.
 *
 * @param options - its configuration and files
 * @returns once it listens
 */
export async function startKamailio(options: KamailioOptions): Promise<Kamailio> {
  const { directory } = options;
  await mkdir(directory, { recursive: true });
  const place = (text: string): string => text.replaceAll(printed, directory);
  const routes = join(directory, 'kamailio.cfg');
  await writeFile(routes, place(reporting(options.routes)));
  await writeFile(join(directory, 'tls.cfg'), place(options.tls));
  for (const [name, content] of Object.entries(options.files))
    await writeFile(join(directory, name), content, { mode: 0o600 });
  const memory = ['-m', '64', '-M', '8'];
  const args = ['-DD', '-E', ...memory, '-f', routes, '-Y', directory, '-P', join(directory, 'pid')];
  const program = new ForeignProgram({ program: 'kamailio', args });
  try {
    await program.hears(/interop: listening/);
  } catch (error) {
    await program[Symbol.asyncDispose]();
    throw error;
  }
  return {
    get requests() {
      return [...program.since(0).matchAll(/interop: saw (\S+) by (\S+) on (\d+) asserted (.*)$/gm)].map(
        ([, method = '', transport = '', port, asserted = '']) => ({
          method,
          transport: transport.toLowerCase(),
          port: Number(port),
          asserted: asserted === '<null>' ? '' : asserted,
        }),
      );
    },
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

function reporting(configuration: string): string {
  const [magic = '', ...rest] = configuration.split('\n');
  const start = 'request_route {\n';
  const body = rest.join('\n');
  if (!body.includes(start)) throw new Error('expected a configuration with a request_route, found none');
  return `${magic}\n${reports.head}${body.replace(start, `${reports.tail}\n${start}${reports.request}`)}`;
}
