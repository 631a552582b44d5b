import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { constants } from 'node:os';
import { launcherPipe } from './launcher-pipe.ts';

// Stands between a launcher and a program that does not know of it: see `spawnTied`.
const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['inherit', 'inherit', 'inherit'], detached: true });

/** Kills the program and whatever it has started in its process group. */
function killGroup(): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // Nothing is left of the group.
  }
}

child.once('error', (error) => {
  process.stderr.write(`${program} cannot be started: ${error.message}\n`);
  process.exit(127);
});
child.once('exit', (status, signal) => {
  killGroup();
  process.exit(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));

// Nothing ever comes on this pipe but its end, which the system brings about when the launcher is gone.
const launcher = new Socket({ fd: launcherPipe, readable: true, writable: false });
launcher.on('error', () => {});
launcher.once('close', () => {
  killGroup();
  process.exit(128 + constants.signals.SIGKILL);
});
launcher.resume();
