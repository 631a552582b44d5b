export {
  type RunningWebServices,
  type ServeWebServicesOptions,
  serveWebServices,
} from './serve-web-services.ts';
