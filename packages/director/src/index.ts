export { type DirectorKnowledge, type DirectorRoute, decideDirectorRoute } from './decide-director-route.ts';
export { Director, type DirectorOptions, type DirectorSender } from './director.ts';
export { type RunningDirector, type ServeDirectorOptions, serveDirector } from './serve-director.ts';
