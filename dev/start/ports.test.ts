import { describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { occupy } from '../tcp.ts';
import { readStartConfig } from './config.ts';
import { requireFreePorts } from './ports.ts';

const config = (ports: number[]) => {
  const [API_PORT, WORKER_PORT, GATEWAY_PORT, SCALER_PORT] = ports.map(String);
  return readStartConfig({ HOST: '127.0.0.1', API_PORT, WORKER_PORT, GATEWAY_PORT, SCALER_PORT });
};

/** Four ports that were free a moment ago. */
async function freePorts(): Promise<number[]> {
  await using servers = new AsyncDisposableStack();
  const ports: number[] = [];
  for (let i = 0; i < 4; i++) {
    const server = servers.use(await occupy(0, '127.0.0.1'));
    ports.push((server.address() as AddressInfo).port);
  }
  return ports;
}

describe('requireFreePorts()', () => {
  it('takes no port for longer than the check', async () => {
    const ports = await freePorts();
    await requireFreePorts(config(ports));
    await requireFreePorts(config(ports));
  });

  it('names a port in use and the variable that changes it', async () => {
    const ports = await freePorts();
    await using server = await occupy(ports[2] ?? 0, '127.0.0.1');
    expect(server.listening).toBe(true);
    await expect(requireFreePorts(config(ports))).rejects.toThrow(
      `Port ${ports[2]} (metrics-gateway) is in use: set GATEWAY_PORT to another`,
    );
  });

  it('notices one port that is meant for two', async () => {
    const [first = 0, second = 0, third = 0] = await freePorts();
    await expect(requireFreePorts(config([first, second, third, first]))).rejects.toThrow('SCALER_PORT');
  });
});
