import { isDeepStrictEqual } from 'node:util';
import type { Manifest } from './render.ts';

interface Selector {
  readonly matchLabels: Readonly<Record<string, string>>;
}

interface Port {
  readonly port?: number;
  readonly protocol?: string;
}

interface Rule {
  readonly from?: readonly { readonly podSelector: Selector }[];
  readonly to?: readonly { readonly podSelector: Selector }[];
  readonly ports: readonly Port[];
}

interface PolicySpec {
  readonly podSelector: Selector;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const COMPONENT = 'app.kubernetes.io/component';
const EVERY = 'every pod';
/** The label that identifies peers outside the release. */
const PEER = 'peer';

/** The value that defines the peers with this name so that `flowsOf` recognizes them. */
export function peerValue(name: string): string {
  return `networkPolicy.peers.${name}[0].podSelector.matchLabels.${PEER}=_${name}_`;
}

/**
 * The allowed flows, sorted, as `from → to port`. Between two pods of the release both sides must allow a flow; for a
 * flow to or from the outside, one side.
 *
 * @throws {RangeError} If only one side allows a flow inside the release.
 */
export function flowsOf(manifests: readonly Manifest[]): string[] {
  const out = new Set<string>();
  const into = new Set<string>();
  for (const { kind, spec } of manifests) {
    if (kind !== 'NetworkPolicy') continue;
    const { podSelector, ingress = [], egress = [] } = spec as PolicySpec;
    const owner = nameOf(podSelector);
    for (const { to = [], ports } of egress)
      for (const peer of to) add(out, [owner, nameOf(peer.podSelector)], ports);
    for (const { from = [], ports } of ingress)
      for (const peer of from) add(into, [nameOf(peer.podSelector), owner], ports);
  }
  const all = [...new Set([...out, ...into])].sort();
  const inside = all.filter((flow) => !flow.includes('_') && !flow.startsWith(EVERY));
  const oneSided = inside.filter((flow) => !(out.has(flow) && into.has(flow)));
  if (oneSided.length > 0) throw new RangeError(`Only one side allows: ${oneSided.join(', ')}`);
  return all;
}

function add(flows: Set<string>, [from, to]: readonly [string, string], ports: readonly Port[]): void {
  for (const port of portsOf(ports)) flows.add(`${from} → ${to} ${port}`);
}

function nameOf({ matchLabels }: Selector): string {
  return matchLabels[PEER] ?? matchLabels[COMPONENT] ?? EVERY;
}

/** Port numbers; with UDP as `53 TCP+UDP`. */
function portsOf(ports: readonly Port[]): string[] {
  const protocols = new Map<number | 'any', string[]>();
  for (const { port = 'any', protocol = 'TCP' } of ports)
    protocols.set(port, [...(protocols.get(port) ?? []), protocol]);
  return [...protocols].map(([port, used]) =>
    port !== 'any' && isDeepStrictEqual(used, ['TCP']) ? String(port) : `${port} ${used.sort().join('+')}`,
  );
}
