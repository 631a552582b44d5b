export { locateService, type ServiceAddress, type ServiceResolver } from './locate-service.ts';
export { orderServices, type ServiceRecord } from './order-services.ts';
