import type { NetworkPlan } from '@entente/network-folder';

/**
 * The README of a new network: what each file is, and what its owner does next.
 * @param plan - names and ports
 */
export function readmeText({ authority, domain, frontEnds }: NetworkPlan): string {
  const [first] = frontEnds;
  const port = first?.ports.sip;
  return `# ${domain}

A SIP network of your own, on this machine: an authority, two front ends and the users alice and bob. Every connection is TLS, every
server proves its name with a certificate of your authority, and only servers of the signed topology are accepted.

\`\`\`sh
npm install
npm start        # stays; the first time it creates the keys and signs the topology. Ctrl-C stops all servers
npm run hello    # in a second terminal: alice sends bob a message, and its way is shown
\`\`\`

\`npm start\` later starts the same network again: keys, users and certificates are kept. The certificate of a front end is valid for seven days, and renewed
while it runs. Where it has expired because the network stood still for longer, \`npm start\` has the front end join again, with a new key; what it kept is
then in \`fe1.${domain}.before/\`. One whose certificates were revoked does not join again by itself.

## What each file is

\`npm create @entente\` has written the first four, which hold no secret. The others come with the first \`npm start\`, by the commands that it
shows; keys, passwords and tokens can be read by their owner alone, and \`.gitignore\` leaves them out.

| file | what it is |
| --- | --- |
| \`package.json\` | the programs, in exact versions |
| \`network.json\` | names and ports, all on 127.0.0.1 |
| \`README.md\`, \`.gitignore\` | this text; what does not belong into a repository |
| \`topology.yaml\` | who belongs to the network, for people: edit it, or use \`entente topology add\` |
| \`topology.signed.json\`, \`topology.v1.json\` | the signed version in force, which servers accept; each version so far |
| \`administrators/admin.key\` | your key: it signs topologies. Keep a copy of it elsewhere |
| \`ca/\` | the authority: its keys, what it has issued, its configuration \`authority.yaml\`. \`ca/root_ca.crt\` is what clients trust |
| \`ca/administrators/admin.yaml\` | how you send commands to the authority: \`--as\` |
| \`fe1.yaml\`, \`fe2.yaml\` | the configurations of the front ends, with the token with which they joined, once |
| \`fe1.${domain}/\`, \`fe2.${domain}/\` | what the front ends keep: key, certificate, topology, registrations |
| \`clients/\` | the clients of alice and bob, with their passwords |
| \`logs/\` | what the servers write; may be removed while they are stopped |

## Next

Each of these runs while the network does. The verdict on a front end, stage by stage; without \`--anchors\` it is refused, with the reason:

\`\`\`sh
npx entente explain 127.0.0.1:${port} --name ${domain} --anchors ca/root_ca.crt --address ${authority.name}=127.0.0.1
\`\`\`

What the network is, and what needs attention:

\`\`\`sh
npx entente status --as ca/administrators/admin.yaml
\`\`\`

A telephone of your own: add its user, and set up the telephone with the password that is printed. Many telephones know MD5 alone; leave
\`--md5-only\` out for one that knows SHA-256. Where carol is a user already, write \`passwd\` in the place of \`add\`.

\`\`\`sh
npx entente user add carol@${domain} --md5-only --generate --as ca/administrators/admin.yaml
\`\`\`

| setting | value |
| --- | --- |
| user, domain | carol, ${domain} |
| server | ${domain}, port ${port}, TLS: the telephone checks that name in the certificate |
| address of the server | 127.0.0.1: a line \`127.0.0.1 ${domain}\` in /etc/hosts says so |
| CA file | ca/root_ca.crt |

Revoke the certificates of a front end: its connections are closed at once, and \`npm run hello\` says that the message does not arrive.

\`\`\`sh
npx entente cert revoke --server fe2.${domain} --reason keyCompromise --yes --as ca/administrators/admin.yaml
\`\`\`

To bring it back: stop the network, remove the folder \`fe2.${domain}\`, and run \`npm start\`, which has it join again with a new key.

## Before others depend on it

Move \`ca/root_ca.key\` to storage that no network reaches. Add a second administrator, so that a lost key does not end the network. Servers on other
machines need addresses and ports of their own in the topology: the guides of Entente, "Your first network" and "Two organisations", show both,
and how two networks trust each other just enough.
`;
}
