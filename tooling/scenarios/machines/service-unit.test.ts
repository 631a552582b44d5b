import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readServiceUnit, startCommand } from './service-unit.ts';

const folder = fileURLToPath(new URL('../../../examples/systemd/', import.meta.url));
const units = readdirSync(folder).filter((file) => file.endsWith('.service'));
const text = (unit: string): string => readFileSync(join(folder, unit), 'utf8');

describe('what the run of the guide takes from a unit', () => {
  it.each(units)('is user, folders, umask, capabilities and programs: %s', (file) => {
    const unit = readServiceUnit(text(file));
    const program = file.replace('.service', '');
    const configuration = `/etc/entente/${program.replace('entente-', '')}.yaml`;
    expect(unit).toMatchObject({
      user: 'entente',
      group: 'entente',
      umask: '0077',
      workingDirectory: '/var/lib/entente',
    });
    expect(unit.before).toEqual([`/usr/local/bin/${program} --config ${configuration} --check-config`]);
    expect(unit.start).toMatch(
      new RegExp(`^/usr/bin/env node .* /usr/local/bin/${program} --config ${configuration}$`),
    );
  });

  it('becomes a command that leaves root nothing but what the unit leaves', () => {
    const edge = startCommand(readServiceUnit(text('entente-edge-server.service')), 'program');
    expect(edge).toEqual(
      expect.arrayContaining(['--reuid=entente', '--no-new-privs', '--bounding-set=-all,+net_bind_service']),
    );
    const rooms = startCommand(readServiceUnit(text('entente-chat-room-server.service')), 'program');
    expect(rooms).toContain('--bounding-set=-all');
  });

  it('is refused where the unit says something that the run does not know', () => {
    const unit = text('entente-edge-server.service').replace('UMask=0077', 'UMask=0077\nDynamicUser=yes');
    expect(() => readServiceUnit(unit)).toThrow('does not know DynamicUser=');
  });
});
