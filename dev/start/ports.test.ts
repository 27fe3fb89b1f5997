import { describe, expect, it } from '@jest/globals';
import type { AddressInfo } from 'node:net';
import { occupy } from '@primes/testing';
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
  it('releases the ports after the check', async () => {
    const ports = await freePorts();
    await requireFreePorts(config(ports));
    await requireFreePorts(config(ports));
  });

  it('names a port in use and its variable', async () => {
    const ports = await freePorts();
    await using server = await occupy(ports[2] ?? 0, '127.0.0.1');
    expect(server.listening).toBe(true);
    await expect(requireFreePorts(config(ports))).rejects.toThrow(
      `Port ${ports[2]} is in use: stop the other process, or set GATEWAY_PORT`,
    );
  });

  it('names an address that this machine does not have', async () => {
    const HOST = '203.0.113.1';
    await expect(requireFreePorts({ ...config(await freePorts()), HOST })).rejects.toThrow(
      /^Cannot listen on .*; set HOST to an address of this machine$/,
    );
  });

  it('detects a port that is set for two services', async () => {
    const [first = 0, second = 0, third = 0] = await freePorts();
    await expect(requireFreePorts(config([first, second, third, first]))).rejects.toThrow('SCALER_PORT');
  });
});
