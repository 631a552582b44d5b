#!/bin/sh
# Makes a CA for PostgreSQL and Redis, and a certificate for each of them, in the folder "certificates".
# Arguments: the name of the host of PostgreSQL and of that of Redis, as servers will name them.
set -eu
postgresql="${1:?name the host of PostgreSQL, e.g. db1.contoso.example}"
redis="${2:?name the host of Redis, e.g. redis1.contoso.example}"
umask 077
if [ -e certificates ]; then
  echo "certificates is there already: it is kept, as its keys may be in use; for new ones, move it aside and run this again" >&2
  exit 1
fi
mkdir certificates
cd certificates

key() { openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

key ca.key
openssl req -x509 -new -key ca.key -subj '/CN=Contoso stores CA' -days 3650 -out ca.crt \
  -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign

# leaf NAME HOST
leaf() {
  key "$1.key"
  openssl req -new -key "$1.key" -subj "/CN=$2" -addext "subjectAltName=DNS:$2" \
    -addext keyUsage=critical,digitalSignature -addext extendedKeyUsage=serverAuth -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -days 397 -copy_extensions copy -out "$1.crt"
  rm "$1.csr"
}
leaf postgresql "$postgresql"
leaf redis "$redis"
chmod 644 ca.crt postgresql.crt redis.crt
# The users of the two programs must reach their files; each key is for its owner alone.
chmod 755 .
