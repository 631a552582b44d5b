import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { succeed } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

/** Runs a command on a file, once with the line ends of Unix and once with those of Windows. */
async function ranOn(file: string, line: string): Promise<readonly [unix: string, windows: string]> {
  const before = await readFile(file, 'utf8');
  await succeed(line);
  const unix = await readFile(file, 'utf8');
  await writeFile(file, before.replaceAll('\n', '\r\n'));
  await succeed(line);
  return [unix, await readFile(file, 'utf8')];
}

it.each([
  ['add', 'topology add site berlin --title Berlin'],
  ['remove', 'topology remove fe1.contoso.example --yes'],
])(
  'topology %s keeps the line ends of the file, and with them every line that it does not change',
  async (_, line) => {
    const [unix, windows] = await ranOn('topology.yaml', line);
    expect(unix).not.toContain('\r');
    expect(windows).toBe(unix.replaceAll('\n', '\r\n'));
  },
);

it('user add --file keeps them too', async () => {
  await writeFile('users.yaml', '# ours\r\nusers: []\r\n', { mode: 0o600 });
  await writeFile('secret', 'first-secret-of-alice\n', { mode: 0o600 });
  await succeed('user add alice@contoso.example --file users.yaml --password-file secret');
  const text = await readFile('users.yaml', 'utf8');
  expect(text).toMatch(/^# ours\r\nusers:\r\n/);
  expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
});
