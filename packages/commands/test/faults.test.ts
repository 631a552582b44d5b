import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runEntente } from './command-line.ts';

describe('a fault with --json', () => {
  it.each([
    ['topology check missing.yaml', 'ENOENT', 'missing.yaml'],
    ['topology publish --as missing.yaml', 'ENTENTE_NOT_SIGNED', 'topology.signed.json'],
    ['explain :0', 'ENTENTE_USAGE', 'argument <address>'],
    ['explain contoso.example --timeout 10000', 'ENTENTE_USAGE', 'option --timeout'],
    ['join-token fe1.contoso.example --lifetime 2h', 'ENTENTE_USAGE', 'option --lifetime'],
    ['topology add server fe1 --role edge --port sip=99999', 'ENTENTE_USAGE', 'option --port'],
    ['topology add store redis1 --kind redis --port 0', 'ENTENTE_USAGE', 'option --port'],
    ['topology sign', 'ENTENTE_USAGE', 'the command line'],
    ['topology frobnicate', 'ENTENTE_USAGE', 'the command line'],
    ['topology', 'ENTENTE_USAGE', 'the command line'],
    ['topology check --frobnicate', 'ENTENTE_USAGE', 'the command line'],
  ])('is one JSON object on standard output, and nothing else: entente %s', async (line, code, place) => {
    const { status, stdout, stderr } = await runEntente(`${line} --json`);
    expect({ status, stderr }).toEqual({ status: 2, stderr: '' });
    const answer = JSON.parse(stdout) as { fault: Record<string, unknown> };
    expect(answer).toMatchObject({ ok: false, fault: { code, place, exitStatus: 2 } });
    for (const field of ['sentence', 'remedy']) expect(String(answer.fault[field])).toMatch(/^\S.+\S$/);
  });

  it('names the folder that was given as a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-faults-'));
    try {
      for (const line of [
        `topology check ${folder}`,
        `topology publish ${folder}`,
        `cert issue --server fe1.contoso.example --csr ${folder} --as ${folder}`,
        `status --as ${folder}`,
      ]) {
        const { status, stdout } = await runEntente(`${line} --json`);
        expect({ line, status }).toEqual({ line, status: 2 });
        const { fault } = JSON.parse(stdout) as { fault: Record<string, unknown> };
        expect(fault, line).toMatchObject({ code: 'EISDIR', place: folder });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names the place in a configuration of an authority that is no YAML', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-faults-'));
    try {
      const file = join(folder, 'authority.yaml');
      await writeFile(file, 'domain: contoso.example\nhttps: [\n');
      for (const line of [`ca backup --to ${folder}/backup`, 'ca root request', 'ca administrator alice']) {
        const { status, stdout } = await runEntente(`${line} --config ${file} --json`);
        expect({ line, status }).toEqual({ line, status: 2 });
        const { fault } = JSON.parse(stdout) as { fault: Record<string, unknown> };
        expect(fault).toMatchObject({ code: 'ENTENTE_CONFIG_SYNTAX', place: `${file}:3:1` });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('is a sentence on standard error without it, and nothing on standard output', async () => {
    const { status, stdout, stderr } = await runEntente('topology check missing.yaml');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^entente: missing\.yaml: .+ \(ENOENT\)\n$/);
  });
});

describe('entente --version', () => {
  it('is that of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
    expect(await runEntente('--version')).toEqual({ status: 0, stdout: `${version}\n`, stderr: '' });
  });
});

describe('entente topology init', () => {
  it.each([
    ['alice --required 1', 'if the key is lost, nothing can be signed'],
    [
      'alice bob --required 2',
      'if one key is lost, only narrowing changes can be signed, and the network must be created again',
    ],
    ['alice bob carol --required 2', 'if one key is lost, the other administrators replace it'],
    ['alice bob carol dave --required 2', 'if up to 2 keys are lost, the other administrators replace them'],
  ])('says what a lost key costs: %s', async (administrators, sentence) => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-init-'));
    try {
      const { stdout } = await runEntente(
        `topology init contoso.example --administrator ${administrators} --file ${folder}/topology.yaml --keys ${folder}/keys`,
      );
      expect(stdout).toContain(sentence);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
