import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { flowsOf, peerValue } from '../network-flows.ts';
import { CHART, render } from '../render.ts';

/** The peers in the default values; the other lists are empty. */
const PEERS = ['dns', 'clients', 'keda', 'telemetry', 'scrapers', 'public'];

describe('network policies', () => {
  it('allow exactly the flows in the table of the README', async () => {
    expect(flowsOf(await render(PEERS.map(peerValue)))).toEqual(await flowsInReadme());
  });

  it('also allow snapshots to reach the queue, and nothing else', async () => {
    const flows = flowsOf(await render([...PEERS.map(peerValue), 'backup.enabled=true']));
    expect(flows).toEqual([...(await flowsInReadme()), 'redis-backup → redis-queue 6379'].sort());
  });
});

/** The rows of the table, as `from → to port`. */
async function flowsInReadme(): Promise<string[]> {
  const text = await readFile(join(CHART, 'README.md'), 'utf8');
  const table = text.slice(text.indexOf('<!-- flows:start -->'), text.indexOf('<!-- flows:end -->'));
  const rows = table.split('\n').filter((line) => line.startsWith('|'));
  return rows
    .slice(2)
    .map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .map(([, from, to, port]) => [from, '→', to, port].join(' '))
    .sort();
}
