import type { TrustedServer } from '@entente/tls';
import type { Aedes } from 'aedes';
import type { MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { emits, RecipeFolder } from './recipe-folder.ts';

interface Program {
  readonly broker: Aedes;
  readonly server: TrustedServer<unknown>;
}

export function mqttRecipe(): void {
  for (const side of ['client', 'service'] as const) {
    it(`MQTT: delivers a message, and the connection is closed when the certificate of the ${side} is revoked`, async () => {
      await using folder = await RecipeFolder.open('mqtt.md');
      const { broker, server } = await folder.run<Program>('broker.mjs');
      folder.onClose(() => server.close());
      folder.onClose(() => new Promise<void>((resolve) => broker.close(resolve)));
      const { client } = await folder.run<{ client: MqttClient }>('client.mjs');
      folder.onClose(() => client.endAsync(true));
      await expect.poll(() => folder.printed).toEqual(['hello']);
      const gone = new Promise<string>((resolve) => {
        broker.once('clientDisconnect', ({ id }) => resolve(id));
      });
      await folder.revocationCloses(side, emits(client, 'close'));
      expect(await gone).toBe('client.contoso.example');
    });
  }
}
