import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { answerOf, runEntente, succeed, verbsBelow } from './command-line.ts';
import { useTopologyFolder } from './topology-folder.ts';

useTopologyFolder();

const yaml = () => readFile('topology.yaml', 'utf8');
const alice = '--key administrators/alice.key';
const bob = '--key administrators/bob.key';

async function signFirst(): Promise<void> {
  await succeed(`topology sign ${alice}`);
  await succeed(`topology approve ${bob} --yes`);
}

const verbs = [...(await verbsBelow('topology')), ...(await verbsBelow('rotate'))];

describe('every verb', () => {
  it.each(verbs)('%s has help with an example, and --json', async (name, command) => {
    const ran = await runEntente(`${name} --help`);
    expect(ran.status).toBe(0);
    expect(ran.stdout).toMatch(/\nExample:\n {2}entente \S/);
    expect(command.options.map((option) => option.long)).toContain('--json');
  });

  it('ends with status 2, one sentence, the place and the remedy where it is used wrongly', async () => {
    for (const [line, place] of [
      ['topology check missing.yaml', 'missing.yaml'],
      ['topology sign --key missing.key', 'missing.key'],
      ['topology add server x.contoso.example --role front-end --port sip', '--port'],
      ['topology init contoso.example --administrator alice', 'topology.yaml'],
      ['topology certs --for nobody.contoso.example', '--for'],
      ['topology remove nobody.contoso.example', 'servers'],
      ['topology diff', 'topology.signed.json'],
      ['topology add link 99 --closed', 'argument <row>'],
      ['topology add link 0 --closed', 'argument <row>'],
      ['topology rehearse --certificates . --anchors topology.yaml --from topology.yaml', 'topology.yaml'],
      ['topology init fabrikam.example --file f.yaml --administrator alice --required 2', '--required'],
    ] as const) {
      const { status, stdout, stderr } = await runEntente(line);
      expect(status, line).toBe(2);
      expect(stdout, line).toBe('');
      expect(stderr, line).toMatch(/^entente: .+; .+ \(E[A-Z_]+\)\n$/);
      expect(stderr, line).toContain(place);
      expect(stderr, line).not.toContain('    at ');
    }
    for (const line of ['topology', 'topology sign', 'topology add', 'topology frobnicate', 'rotate plan']) {
      expect((await runEntente(line)).status, line).toBe(2);
    }
  });
});

describe('what a command says', () => {
  it('names the help of the command that was used wrongly', async () => {
    const { stderr } = await runEntente('topology sign');
    expect(stderr).toContain('(entente topology sign --help shows the options and an example)');
    expect((await runEntente('topology frobnicate')).stderr).toContain('(entente topology --help');
  });

  it('lists the entries that exist where the named one does not', async () => {
    const { stderr } = await runEntente('topology remove fe7.contoso.example');
    expect(stderr).toContain('the topology has no fe7.contoso.example among its servers');
    expect(stderr).toContain('name one of its servers: fe1.contoso.example, ca.contoso.example');
  });

  it('says that a server is there already, and where, and goes on in lower case after the semicolon', async () => {
    const { stderr } = await runEntente('topology add server fe1.contoso.example --role front-end');
    expect(stderr).toMatch(/fe1\.contoso\.example is there already \(line \d+\).*; change that entry/s);
  });

  it('names the command that adds the root of a partner without one', async () => {
    const out = await succeed('topology add partner fabrikam --domain fabrikam.example');
    expect(out).toContain('entente topology add anchor --partner fabrikam --certificate <file>');
  });

  it('says that a file is not a signed topology', async () => {
    const { status, stderr } = await runEntente(
      'topology approve topology.yaml --key administrators/alice.key',
    );
    expect(status).toBe(2);
    expect(stderr).toContain('topology.yaml: expected a signed topology, found a text that is not JSON');
  });
});

describe('entente topology schema', () => {
  it('gives programs an answer like every other verb, with the schema in it', async () => {
    const { json, status } = await answerOf('topology schema');
    const schema = JSON.parse(await succeed('topology schema'));
    expect({ status, json }).toEqual({
      status: 0,
      json: { ok: true, schema, next: [expect.stringContaining('--output')] },
    });
  });
});

describe('entente topology init', () => {
  it.runIf(process.platform === 'linux')('ends where no folder for the keys can be created', async () => {
    const line = 'topology init contoso.example --administrator one --file none.yaml --keys /proc/none';
    expect((await runEntente(line)).stderr).toContain('/proc/none: no folder can be created in /proc');
    await expect(stat('none.yaml')).rejects.toThrow();
  });

  it('makes keys that only their owner can read, and takes those that are there', async () => {
    expect((await stat('administrators/alice.key')).mode & 0o777).toBe(0o600);
    const before = await readFile('administrators/alice.pub', 'utf8');
    const { json } = await answerOf('topology init fabrikam.example --administrator alice --file other.yaml');
    expect(json.keysMade).toEqual([]);
    expect(await readFile('administrators/alice.pub', 'utf8')).toBe(before);
  });

  it('makes nothing at all where the network has no proper name', async () => {
    const { status } = await runEntente(
      'topology init Contoso --administrator one --file other.yaml --keys other',
    );
    expect(status).toBe(2);
    await expect(stat('other')).rejects.toThrow();
    await expect(stat('other.yaml')).rejects.toThrow();
  });
});

describe('entente topology add and remove', () => {
  it('leave the file as it is where the entry does not fit, and say why', async () => {
    const before = await yaml();
    for (const [line, word] of [
      ['add server fe1.contoso.example --role director', 'fe1.contoso.example'],
      [
        'add server fe2.contoso.example --role front-end --pool nowhere.contoso.example',
        'nowhere.contoso.example',
      ],
      ['add server *.contoso.example --role front-end', 'wildcard'],
      ['add server fe2.contoso.example --role front-end --port sip=99999', '65535'],
      ['add partner self --domain contoso.example', 'contoso.example'],
      ['add link 10 --may-open b', 'widen'],
      ['add user alice@fabrikam.example --home fe1.contoso.example', 'fabrikam.example'],
      ['remove fe1.contoso.example --kind pool', 'not a pool'],
    ] as const) {
      const { status, stderr } = await runEntente(`topology ${line}`);
      expect(status, line).toBe(2);
      expect(stderr, line).toContain(word);
      expect(await yaml(), line).toBe(before);
    }
  });

  it('keep what a person has written: comments, order and quotes', async () => {
    const marked = (await yaml()).replace('servers:\n', '# ours, all in one rack\nservers:\n');
    await writeFile('topology.yaml', marked);
    await succeed('topology add server fe2.contoso.example --role front-end');
    const after = await yaml();
    expect(after).toContain('# ours, all in one rack\nservers:\n');
    expect(after.indexOf('fe1.')).toBeLessThan(after.indexOf('fe2.'));
    await succeed('topology remove fe2.contoso.example --yes');
    expect(await yaml()).toBe(marked);
  });

  it('remove administrators and anchors as they add them', async () => {
    await succeed(
      'ca init --domain contoso.example --fqdn ca.contoso.example --directory ca --topology topology.yaml --https-url https://ca.contoso.example --objects-url http://ca.contoso.example --administrator alice',
    );
    const before = await yaml();
    for (const federation of ['', '--federation']) {
      await succeed(`topology add anchor --certificate ca/root_ca.crt --name root1 ${federation}`);
      await succeed(
        `topology remove root1 --kind ${federation === '' ? 'anchor' : 'federation-anchor'} --yes`,
      );
      expect(await yaml()).toBe(before);
    }
    await succeed('topology key carol');
    await succeed('topology add administrator carol --public-key carol.pub --required 3');
    const tooFew = await runEntente('topology remove carol --kind administrator');
    expect(tooFew).toMatchObject({ status: 2, stderr: expect.stringContaining('administrators') });
    await succeed('topology remove carol --kind administrator --required 2 --yes');
    expect(await yaml()).toBe(before);
    expect((await runEntente('topology remove fe1.contoso.example --required 1')).status).toBe(2);
    const nobody = await runEntente('topology remove dave --kind administrator');
    expect(nobody.stderr).toContain('name one of its administrators.keys: alice, bob');
  });

  it('refuse to edit a file that has an error in its text', async () => {
    await writeFile('topology.yaml', `${await yaml()}\nextra: &anchor 1\n`);
    const { status, stderr } = await runEntente('topology add site berlin');
    expect(status).toBe(2);
    expect(stderr).toMatch(/topology\.yaml:\d+:8: /);
  });

  it('write every kind of entry so that check accepts it', async () => {
    for (const line of [
      'add site berlin --title Berlin',
      'add domain sales.contoso.example',
      'add pool pool1.contoso.example --role front-end --home --site berlin',
      'add server fe2.contoso.example --role front-end --pool pool1.contoso.example --site berlin',
      'add server edge1.contoso.example --role edge --external-fqdn access.contoso.example --public-certificate',
      'add server med1.contoso.example --role mediation',
      'add server gw1.contoso.example --role gateway --outbound-only --treat-as-authenticated no',
      'add application chat1.contoso.example --outbound-only',
      'add store redis1.contoso.example --kind redis --port 16379',
      'add user alice@contoso.example --home fe1.contoso.example',
      `add partner fabrikam --domain fabrikam.example --fingerprint ${'ab:'.repeat(31)}AB`,
      'add partner spam --domain spam.example --blocked',
      `add provider hoster --domain hosted.example --server edge.hoster.example --fingerprint ${'cd'.repeat(32)}`,
      'add link 13 --a fe1.contoso.example --b pool1.contoso.example --closed',
    ]) {
      await succeed(`topology ${line}`);
    }
    await succeed('topology key third');
    await succeed('topology add administrator third --public-key third.pub --required 2');
    const { status, json } = await answerOf('topology check');
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, errors: 0 });
    const { json: links } = await answerOf('topology check --links');
    expect(
      (links.links as { row: number; inUse: boolean }[]).filter((row) => row.inUse).map((row) => row.row),
    ).toEqual([1, 2, 4, 5, 7, 8, 9, 12, 13, 15, 16, 17, 18, 19, 20]);
  });
});

describe('entente topology check', () => {
  it('ends with status 1 and tells each error with its place', async () => {
    await writeFile(
      'topology.yaml',
      (await yaml()).replace('role: authority', 'role: authority\n    rolle: edge'),
    );
    const { status, stdout } = await runEntente('topology check');
    expect(status).toBe(1);
    expect(stdout).toMatch(/topology\.yaml:\d+:5: error: .*"rolle".*\(unknown-field\)\n {2}→ /);
    const { json } = await answerOf('topology check');
    expect(json).toMatchObject({ ok: false, errors: 1, problems: [{ code: 'unknown-field', column: 5 }] });
  });
});

describe('entente topology sign and approve', () => {
  it('fail where the administrator has signed the version before, and keep the signatures of the others', async () => {
    await succeed(`topology sign ${alice}`);
    const before = await readFile('topology.pending.json', 'utf8');
    const twice = await runEntente(`topology approve ${alice} --yes`);
    expect(twice.status).toBe(1);
    expect(twice.stdout).toMatch(/^alice has signed version 1 before; nothing has changed\n/);
    const instead = await runEntente(`topology sign ${bob}`);
    expect(instead.status).toBe(1);
    expect(instead.stdout).toContain(
      'entente topology approve topology.pending.json --key administrators/bob.key',
    );
    expect(await readFile('topology.pending.json', 'utf8')).toBe(before);
    await succeed(`topology approve ${bob} --yes`);

    await succeed('topology add server fe2.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    expect((await runEntente(`topology sign ${bob}`)).stdout).toContain(
      'version 2, signed by alice, already waits',
    );
    await succeed('topology add server fe3.contoso.example --role front-end');
    expect((await answerOf(`topology sign ${bob}`)).json).toMatchObject({ version: 2, signers: ['bob'] });
  });

  it('name the access file of a signer who has one, and of nobody else', async () => {
    await signFirst();
    await succeed('topology add server fe2.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    await succeed(`topology approve ${bob} --yes`);
    await succeed('topology remove fe2.contoso.example --yes');
    expect(await succeed(`topology sign ${bob}`)).toContain('--as ca/administrators/<you>.yaml');
    await mkdir('ca/administrators', { recursive: true });
    await writeFile('ca/administrators/alice.yaml', '');
    await succeed('topology add server fe2.contoso.example --role front-end');
    await succeed(`topology sign ${bob}`);
    expect(await succeed(`topology approve ${alice} --yes`)).toContain('--as ca/administrators/alice.yaml');
  });

  it('wait for the second signature, and file every version', async () => {
    const signed = await answerOf(`topology sign ${alice}`);
    expect(signed.json).toMatchObject({
      ok: true,
      complete: false,
      signers: ['alice'],
      written: 'topology.pending.json',
    });
    await expect(stat('topology.signed.json')).rejects.toThrow();
    const again = await answerOf(`topology approve ${alice} --yes`);
    expect(again.json).toMatchObject({ complete: false, signers: ['alice'] });
    const approved = await answerOf(`topology approve ${bob} --yes`);
    expect(approved.json).toMatchObject({
      complete: true,
      signers: ['alice', 'bob'],
      written: 'topology.signed.json',
    });
    await expect(stat('topology.pending.json')).rejects.toThrow();
    expect(await readFile('topology.v1.json', 'utf8')).toBe(await readFile('topology.signed.json', 'utf8'));
  });

  it('refuse the key of nobody, and have nothing to sign where nothing changed', async () => {
    await succeed('topology key carol');
    const carol = await runEntente('topology sign --key carol.key');
    expect(carol.status).toBe(2);
    expect(carol.stderr).toContain('ENTENTE_NOT_AN_ADMINISTRATOR');
    await signFirst();
    const nothing = await answerOf(`topology sign ${alice}`);
    expect(nothing).toMatchObject({ status: 1, json: { ok: false, signed: false, version: 1 } });
  });

  it('need one signature to remove a server and two to add one, and number the versions', async () => {
    await succeed('topology add server fe2.contoso.example --role front-end');
    await signFirst();
    await succeed('topology remove fe2.contoso.example --yes');
    expect((await answerOf('topology diff')).json).toMatchObject({ effect: 'narrowing' });
    expect((await answerOf(`topology sign ${bob}`)).json).toMatchObject({ complete: true, version: 2 });
    await succeed('topology add server fe3.contoso.example --role front-end');
    expect((await answerOf('topology diff')).json).toMatchObject({ effect: 'quorum' });
    expect((await answerOf(`topology sign ${bob}`)).json).toMatchObject({ complete: false, version: 3 });
    expect((await answerOf(`topology approve ${alice} --yes`)).json).toMatchObject({
      complete: true,
      version: 3,
    });
    expect(await yaml()).toMatch(/\nversion: 3\n/);
  });

  it('refuse a pending version that was changed after it was signed', async () => {
    await succeed(`topology sign ${alice}`);
    const pending = await readFile('topology.pending.json', 'utf8');
    await writeFile('topology.pending.json', pending.replaceAll('fe1.contoso', 'fe6.contoso'));
    const { status, json } = await answerOf(`topology approve ${bob} --yes`);
    expect(status).toBe(1);
    expect(json).toMatchObject({ ok: false, complete: false, refusal: { reason: 'signature-invalid' } });
    await expect(stat('topology.signed.json')).rejects.toThrow();
  });

  it('refuse a pending version that another one has overtaken', async () => {
    await signFirst();
    await succeed('topology add server fe2.contoso.example --role front-end');
    await succeed(`topology sign ${alice}`);
    const overtaken = await readFile('topology.pending.json', 'utf8');
    await succeed('topology remove fe2.contoso.example --yes');
    await writeFile('topology.yaml', (await yaml()).replace(/^network:.*$/m, '$&\ntitle: Contoso'));
    expect((await answerOf(`topology sign ${bob}`)).json).toMatchObject({ complete: true, version: 2 });
    await writeFile('topology.pending.json', overtaken);
    const { json } = await answerOf(`topology approve ${bob} --yes`);
    expect(json).toMatchObject({ complete: false, refusal: { reason: 'forked' } });
  });
});

describe('entente topology draw, dns, certs and firewall', () => {
  it('print what follows from the topology, and the same as JSON', async () => {
    expect(await succeed('topology draw')).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
    expect(await succeed('topology draw --format mermaid')).toMatch(/^flowchart LR\n/);
    await succeed('topology draw --output picture.svg');
    expect(await readFile('picture.svg', 'utf8')).toBe(await succeed('topology draw'));
    expect(await succeed('topology dns')).toContain('_sipinternaltls._tcp.contoso.example');
    expect(await succeed('topology dns --zone')).toContain('. 300 IN SRV 0 10 5061 fe1.contoso.example.');
    expect(await succeed('topology certs --for fe1.contoso.example')).toContain('URI:sip:contoso.example');
    expect((await answerOf('topology certs')).json.certificates).toHaveLength(2);
    expect((await answerOf('topology dns --view external')).json.records).toEqual([]);
    expect((await answerOf('topology firewall')).json.openings).toEqual([]);
  });

  it('firewall lists what a server dials and another one listens at, and nothing for ACME, which none does', async () => {
    await succeed(
      'topology add server edge1.contoso.example --role edge --external-fqdn access.contoso.example',
    );
    const told = await succeed('topology firewall');
    expect(told).toMatch(/^internal → perimeter +ca\.contoso\.example +edge1\.contoso\.example +4443 +16 /m);
    expect(told).not.toMatch(/ edge1\.contoso\.example +80 /);
    expect(told).toMatch(/^perimeter → outside +edge1\.contoso\.example +resolver +53, also UDP /m);
  });

  it('proxy writes what nginx and HAProxy read, and says why it cannot', async () => {
    const refused = await runEntente('topology proxy --for nginx');
    expect(refused).toMatchObject({ status: 2, stdout: '' });
    expect(refused.stderr).toContain('--role reverse-proxy');
    await succeed('topology add server web1.contoso.example --role web-services');
    await succeed(
      'topology add server rp1.contoso.example --role reverse-proxy --external-fqdn www.contoso.example',
    );
    const written = await succeed('topology proxy --for nginx --directory /srv/proxy');
    expect(written).toContain('proxy_ssl_name web1.contoso.example;');
    expect(written).toContain('proxy_ssl_certificate /srv/proxy/tls.crt;');
    expect(await succeed('topology proxy --for haproxy --crl')).toContain('crl-file /etc/entente/ca.crl');
    const { json } = await answerOf('topology proxy --for haproxy');
    expect(json).toMatchObject({ plan: { proxy: 'rp1.contoso.example' } });
    expect(`${json.configuration}`).toBe(await succeed('topology proxy --for haproxy'));
    const elsewhere = await runEntente('topology proxy --for nginx --directory etc/entente');
    expect(elsewhere).toMatchObject({ status: 2, stderr: expect.stringContaining('--directory') });
    await succeed('topology add server web2.contoso.example --role web-services');
    expect((await runEntente('topology proxy --for nginx')).stderr).toContain('one pool');
  });

  it('read the signed document too', async () => {
    await signFirst();
    expect(await succeed('topology draw topology.signed.json')).toBe(await succeed('topology draw'));
  });
});
