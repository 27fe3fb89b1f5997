import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, QUICK, exampleValues, install, type Values } from './helm.ts';
import { apply, kubectl, scale } from './kubectl.ts';
import { podOfProgram } from './pods.ts';
import { reachedFrom } from './reach.ts';

const NOWHERE = 'nowhere.invalid:1';
/** Labels that the policy for every pod of the release selects, but the policy of no component. */
const OF_THE_RELEASE = { 'app.kubernetes.io/name': 'primes', 'app.kubernetes.io/instance': 'primes' };

describe('the NodePort of the values for kind', () => {
  const installed = async (values: Values) => {
    const kind = await exampleValues('kind.yaml');
    // Any free port.
    await install(QUICK, kind, { api: { service: { nodePort: '' } } }, values);
    const port = await kubectl([
      'get',
      'service',
      'primes-api',
      '--output=jsonpath={.spec.ports[0].nodePort}',
    ]);
    const path = 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}';
    const [address = ''] = (await kubectl(['get', 'nodes', '--output', path])).split(' ');
    return `${address}:${port}`;
  };

  it('can be reached from an address in networkPolicy.clientCIDRs', async () => {
    const api = await installed({});
    expect(await reachedFrom({}, [api, NOWHERE])).toEqual([api]);
  });

  it('cannot be reached from another address', async () => {
    const api = await installed({ networkPolicy: { clientCIDRs: ['203.0.113.0/24'] } });
    expect(await reachedFrom({}, [api])).toEqual([]);
  });
});

describe('a DNS server with an address and port 5353', () => {
  let address = '';

  beforeAll(async () => {
    const name = 'dns';
    const selector = { matchLabels: { app: name } };
    const template = await podOfProgram({ name });
    const spec = { replicas: 0, selector, template };
    await apply({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec });
    await scale(`deployment/${name}`, 1);
    address = await kubectl([
      'get',
      'pods',
      '--selector=app=dns',
      '--output=jsonpath={.items[0].status.podIP}',
    ]);
  });

  it('cannot be asked by default', async () => {
    await install(QUICK);
    expect(await reachedFrom(OF_THE_RELEASE, [`dns:${address}:5353`])).toEqual([]);
  });

  it('can be asked if it is a peer, but not on other ports', async () => {
    const { networkPolicy } = parse(await readFile(join(CHART, 'values.yaml'), 'utf8')) as {
      networkPolicy: { peers: { dns: object[] } };
    };
    // The services still need the DNS of the cluster.
    const dns = [...networkPolicy.peers.dns, { ipBlock: { cidr: `${address}/32` } }];
    await install(QUICK, { networkPolicy: { peers: { dns } } });
    const [asked, other] = [`dns:${address}:5353`, `dns:${address}:5354`];
    expect(await reachedFrom(OF_THE_RELEASE, [asked, other])).toEqual([asked]);
  });
});
