import { describe } from 'vitest';
import { grpcRecipe } from './grpc.ts';
import { undiciRecipe } from './http-clients.ts';
import { http2Recipe } from './http2.ts';
import { mqttRecipe } from './mqtt.ts';
import { pgRecipe } from './postgresql.ts';
import { ioredisRecipe } from './redis.ts';
import { webApplicationRecipes } from './web-applications.ts';
import { wsRecipe } from './web-sockets.ts';

// One file: each file of tests costs more to start than a recipe takes.
describe('a recipe', () => {
  webApplicationRecipes();
  undiciRecipe();
  wsRecipe();
  http2Recipe();
  grpcRecipe();
  pgRecipe();
  ioredisRecipe();
  mqttRecipe();
});
