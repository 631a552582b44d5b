export { type Arrival, decideEdgeRoute, type EdgeDecision, type EdgeRoute } from './decide-edge-route.ts';
export { createEdgePolicies, type EdgeOptions, type EdgePolicy } from './edge.ts';
export type { EdgeSender, Side } from './edge-sender.ts';
export { edgeInterfaces, type RunningEdge, type ServeEdgeOptions, serveEdge } from './serve-edge.ts';
