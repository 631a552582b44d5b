import { describe, expect, it } from 'vitest';
import { OperatorFault } from '../fault.ts';
import type { Logger } from '../logger.ts';
import { compareConfigs, reloadServer } from './reload.ts';
import { RunningSettings } from './running-settings.ts';

function logging() {
  const lines: Record<string, unknown>[] = [];
  const at = (level: string) => (fields: object, msg: string) => void lines.push({ level, ...fields, msg });
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}

describe('a configuration that is read again', () => {
  it('says what is in force, and what needs a restart', () => {
    interface Config {
      readonly fqdn: string;
      readonly logLevel?: string;
      readonly limits: object;
    }
    const before: Config = { fqdn: 'fe1.contoso.example', limits: { maxConnections: 1 } };
    const after: Config = { fqdn: 'fe1.contoso.example', logLevel: 'debug', limits: { maxConnections: 2 } };
    expect(compareConfigs(before, after, ['logLevel'])).toEqual({
      changed: ['logLevel'],
      needRestart: ['limits'],
    });
    expect(compareConfigs(after, before, ['logLevel'])).toEqual({
      changed: ['logLevel'],
      needRestart: ['limits'],
    });
    expect(compareConfigs(before, before, [])).toEqual({ changed: [], needRestart: [] });
  });

  it('changes nothing where it is not valid: the log says why, and the server goes on', async () => {
    const { lines, log } = logging();
    const parts = { sentence: 'it is bad', place: 'fe1.yaml:1:1', remedy: 'correct it' };
    await reloadServer(
      () => Promise.reject(new OperatorFault('ENTENTE_CONFIG_INVALID', parts)),
      log,
      'fe1.yaml',
    );
    expect(lines).toMatchObject([
      { level: 'error', event: 'reload-failed', code: 'ENTENTE_CONFIG_INVALID', place: 'fe1.yaml:1:1' },
    ]);
  });

  it('warns of what needs a restart, and of a server that takes nothing over', async () => {
    const { lines, log } = logging();
    await reloadServer(async () => ({ changed: ['logLevel'], needRestart: [] }), log, 'x');
    await reloadServer(async () => ({ changed: [], needRestart: ['limits'] }), log, 'x');
    await reloadServer(undefined, log, 'x');
    await reloadServer(() => Promise.reject(new Error('unexpected')), log, 'x');
    expect(lines.map(({ event, level }) => [level, event])).toEqual([
      ['info', 'reloaded'],
      ['warn', 'reloaded'],
      ['warn', 'reload-failed'],
      ['error', 'fault'],
    ]);
  });
});

describe('settings of a server that runs', () => {
  interface Config {
    readonly fqdn: string;
    readonly users: string;
    readonly drainSeconds: number;
    readonly logLevel?: 'debug' | 'info' | undefined;
  }
  const config: Config = { fqdn: 'fe1.contoso.example', users: 'a.yaml', drainSeconds: 20 };

  function running(next: () => Config) {
    const { log } = logging();
    const logger: Logger = { ...log, level: 'info', child: () => logger };
    let debugging = 0;
    const settings = new RunningSettings<Config>({
      config,
      read: next,
      logger,
      also: ['users'],
      whileDebug: () => {
        debugging++;
        return () => void debugging--;
      },
    });
    return { logger, settings, debugging: () => debugging };
  }

  it('take over level, time to drain and what the server adds, and nothing else', () => {
    let next: Config = { fqdn: 'fe9.contoso.example', users: 'b.yaml', drainSeconds: 5, logLevel: 'debug' };
    const { debugging, logger, settings } = running(() => next);
    expect(settings.reload()).toEqual({
      changed: ['users', 'drainSeconds', 'logLevel'],
      needRestart: ['fqdn'],
    });
    expect([settings.drainMs, logger.level, debugging()]).toEqual([5_000, 'debug', 1]);
    next = { ...config, fqdn: 'fe9.contoso.example' };
    // What needs a restart is said each time until there was one.
    expect(settings.reload()).toEqual({
      changed: ['users', 'drainSeconds', 'logLevel'],
      needRestart: ['fqdn'],
    });
    expect([settings.drainMs, logger.level, debugging()]).toEqual([20_000, 'info', 0]);
  });

  it('stay as they are where another file that the configuration names cannot be read', () => {
    const { logger, settings } = running(() => ({ ...config, drainSeconds: 5, logLevel: 'debug' }));
    const failing = () => {
      throw new Error('the users cannot be read');
    };
    expect(() => settings.reload(failing)).toThrow('the users cannot be read');
    expect([settings.drainMs, logger.level]).toEqual([20_000, 'info']);
  });
});
