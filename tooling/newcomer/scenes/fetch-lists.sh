# Lists of revoked certificates, from where a certificate says that they are. AT_CA is the address of the authority.
chain=$(find . -maxdepth 2 -name tls.crt | head -n 1)
openssl crl2pkcs7 -nocrl -certfile "$chain" | openssl pkcs7 -print_certs -text -noout |
  sed -n 's/^ *URI:\(http.*\.crl\)$/\1/p' | sort -u | while read -r url; do
    curl -sS --fail --resolve ca.contoso.example:8080:AT_CA "$url" | openssl crl -inform DER >> ca.crl
  done
