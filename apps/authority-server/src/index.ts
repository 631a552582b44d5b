export { type AuthorityConfig, authorityConfigSchema } from './config.ts';
export {
  type AuthorityServer,
  type AuthorityServerOptions,
  createAuthorityServer,
} from './create-authority-server.ts';
