import { createServer, type Server } from 'node:net';
import { posix } from 'node:path';
import type { Machine } from './machine.ts';
import type { Services } from './services.ts';
import type { StandInAnswer, StandInCall } from './stand-in.ts';

/** Units of the system itself that the guide restarts; there is none here to restart. */
const ofTheSystem = new Set(['systemd-journald']);

/**
 * Answers what the stand-ins of a machine hand on. What the guide does not use is refused.
 *
 * @param machine - the machine
 * @param services - its services
 * @param others - machines by the names that `scp` knows them by
 */
export async function answerStandIns(
  machine: Machine,
  services: Services,
  others: ReadonlyMap<string, Machine>,
): Promise<Server> {
  const programs: Record<StandInCall['program'], (call: StandInCall) => Promise<string> | string> = {
    systemctl: ({ args }) => systemctl(services, args),
    journalctl: ({ args }) => journalctl(services, args),
    scp: ({ args, cwd }) => scp(machine, others, args, cwd),
  };
  const answer = async (line: string): Promise<StandInAnswer> => {
    const call = JSON.parse(line) as StandInCall;
    try {
      return { status: 0, output: await programs[call.program](call) };
    } catch (error) {
      return { status: 1, output: `${call.program} ${call.args.join(' ')}: ${(error as Error).message}\n` };
    }
  };
  const server = createServer((connection) => {
    let line = '';
    connection.on('error', () => connection.destroy());
    connection.setEncoding('utf8').on('data', (text: string) => {
      line += text;
      if (line.endsWith('\n')) void answer(line).then((given) => connection.end(JSON.stringify(given)));
    });
  });
  await new Promise<void>((resolve) => server.listen(machine.socket, resolve));
  return server;
}

async function systemctl(services: Services, args: readonly string[]): Promise<string> {
  const [verb, ...units] = args.filter((word) => word !== '--now');
  const named = units.map((unit) => unit.replace(/\.service$/, '')).filter((unit) => !ofTheSystem.has(unit));
  switch (verb) {
    case 'daemon-reload':
      services.readUnits();
      return '';
    case 'enable':
    case 'start':
      for (const unit of named) await services.start(unit);
      return '';
    case 'restart':
      for (const unit of named) await services.stop(unit);
      for (const unit of named) await services.start(unit);
      return '';
    case 'stop':
      for (const unit of named) await services.stop(unit);
      return '';
    default:
      throw new Error(`the run of the guide has no such verb: ${verb ?? 'none'}`);
  }
}

function journalctl(services: Services, args: readonly string[]): string {
  const at = args.indexOf('-u');
  const rest = args.filter((_, index) => at === -1 || (index !== at && index !== at + 1)).join(' ');
  if (at === -1 || rest !== '-o cat') throw new Error('the run of the guide knows -u UNIT -o cat alone');
  return services.journal(args[at + 1] ?? '');
}

/** Files of one machine to a folder of another, or back: `scp FILE … root@HOST:[FOLDER]`, `scp root@HOST:FILE FILE`. */
function scp(
  machine: Machine,
  others: ReadonlyMap<string, Machine>,
  args: readonly string[],
  cwd: string,
): string {
  const place = (word: string): { readonly on: Machine; readonly path: string } => {
    const [, host, path = ''] = /^root@([^:]+):(.*)$/.exec(word) ?? [];
    if (host === undefined) return { on: machine, path: posix.resolve(cwd, word) };
    const on = others.get(host);
    if (on === undefined) throw new Error(`${host} is not known`);
    return { on, path: posix.resolve('/root', path) };
  };
  const [to, ...from] = args.toReversed();
  if (to === undefined || from.length === 0) throw new Error('expected files, and where they go');
  const target = place(to);
  const intoFolder = to.endsWith(':') || to.endsWith('/');
  for (const { on, path } of from.map(place)) {
    const file = intoFolder ? posix.join(target.path, posix.basename(path)) : target.path;
    target.on.run(['sh', '-c', 'cat > "$1" && chmod 600 "$1"', 'sh', file], on.run(['cat', path]));
  }
  return '';
}
