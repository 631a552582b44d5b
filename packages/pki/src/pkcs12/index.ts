export { type Pkcs12Content, type Pkcs12Options, packPkcs12 } from './pack.ts';
export { unpackPkcs12 } from './unpack.ts';
