# What the topology has beside its authority, which the README of that creates. AT_FE1 and the like are addresses.
entente topology add anchor --certificate ca/root_ca.crt
entente topology add pool pool1.contoso.example --role front-end --home
entente topology add server fe1.contoso.example --role front-end --pool pool1.contoso.example --address AT_FE1 --port web=10441
entente topology add server dir1.contoso.example --role director --address AT_DIR1
entente topology add server med1.contoso.example --role mediation --address AT_MED1
entente topology add server gw1.contoso.example --role gateway --address AT_GW1
entente topology add server web1.contoso.example --role web-services --address AT_WEB1 --port web=10451
entente topology add server edge1.contoso.example --role edge --address AT_EDGE1 --external-fqdn access.contoso.example \
  --external-address AT_ACCESS --external-port clients=10443 --external-port bundle=10444 --external-port objects=10080
entente topology add partner fabrikam --domain fabrikam.example
printf 'telephony: { routes: [{ prefix: "+", gateway: gw1.contoso.example }] }\n' >> topology.yaml
entente topology sign --key administrators/alice.key
entente topology publish --as ca/administrators/alice.yaml
for user in alice bob; do echo a-long-secret | entente user add $user@contoso.example --as ca/administrators/alice.yaml; done
cp ca/root_ca.crt root_ca.crt
cp ca/root_ca.crt ca.crt
