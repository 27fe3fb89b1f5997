export { createCertificate, type TestCertificate } from './certificate.ts';
export { COLLECTOR_CONFIG, COLLECTOR_NAMESPACE, resourceAttributes, startCollector } from './collector.ts';
export { Engine } from './engine.ts';
export { eventually } from './eventually.ts';
export { freePort, occupy } from './free-port.ts';
export { startHttpServer } from './http-server.ts';
export { residentBytes } from './resident-bytes.ts';
export { startSpanReceiver, type SeenSpan } from './span-receiver.ts';
export { startTcpProxy, type ProxyMode, type TcpProxy } from './tcp-proxy.ts';
export {
  SERVICES,
  startService,
  type LogLine,
  type ServiceName,
  type ServiceProcess,
} from './service-process.ts';
export { hasExited, stopProcess } from './stop-process.ts';
export { startRedis, testRedisUrl, uniquePrefix, type TestRedis } from './redis.ts';
export { startCluster, type TestCluster } from './redis-cluster.ts';
export { startSentinels, type TestSentinels } from './redis-sentinel.ts';
export { taskCounters } from './task-counters.ts';
export { buildRevision, checkOut, git, previousVersion, type Revision } from './revision.ts';
