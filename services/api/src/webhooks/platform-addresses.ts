import ipaddr from 'ipaddr.js';

/**
 * Public ranges that are reachable only inside a cloud. All other metadata services are in ranges that are not public:
 * link-local (169.254.169.254 of AWS, Google, Azure, Oracle, IBM, DigitalOcean, Hetzner, OpenStack
 * and Huawei; 169.254.170.2 of ECS; 169.254.0.23 of Tencent; 169.254.42.42 of Scaleway; fe80::a9fe:a9fe),
 * unique-local (fd00:ec2::254 of AWS, fd20:ce::254 of Google), 192.0.0.192 of Oracle, 100.100.100.200 of Alibaba.
 */
export const PLATFORM_RANGES = [
  // Azure's WireServer: certificates and settings of the machine.
  // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  '168.63.129.16/32',
  // Google's APIs as seen from a VPC: "not announced to the internet".
  // https://cloud.google.com/vpc-service-controls/docs/private-connectivity
  // https://cloud.google.com/vpc/docs/configure-private-google-access
  '199.36.153.4/30',
  '199.36.153.8/30',
  '2600:2d00:2:1000::/64',
  '2600:2d00:2:2000::/64',
  // IBM Cloud's service endpoints, reached from a VPC without a public address.
  // https://cloud.ibm.com/docs/vpc?topic=vpc-service-endpoints-for-vpc
  '161.26.0.0/16',
  '166.8.0.0/14',
].map((range) => ipaddr.parseCIDR(range));

/**
 * Domains that no public zone can have: Kubernetes services (`svc`, `cluster.local`), mDNS (RFC 6762), and the one for
 * private use (ICANN resolution 2024.07.29.06), which includes `metadata.google.internal`.
 */
const PLATFORM_DOMAINS = ['svc', 'local', 'internal'];

export function isPlatformName(host: string): boolean {
  return PLATFORM_DOMAINS.some((domain) => host === domain || host.endsWith(`.${domain}`));
}
