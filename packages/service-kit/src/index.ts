export {
  commonConfig,
  ConfigError,
  describeConfig,
  field,
  parseConfig,
  type CommonConfig,
  type VariableDoc,
} from './config.ts';
export { Readiness, type Check, type Report } from './health.ts';
export { accessLog, type FinishedRequest } from './http/access-log.ts';
export { healthRoutes } from './http/health-routes.ts';
export { only } from './http/only.ts';
export {
  HttpError,
  httpErrors,
  problemHandler,
  sendProblem,
  type ErrorDetails,
  type ErrorKind,
} from './http/problem.ts';
export { contextOf, requestContext, type RequestContext } from './http/request-context.ts';
export { listen, type HttpServer, type ListenOptions } from './http/server.ts';
export { validate } from './http/validate.ts';
export { runService, type Lifecycle } from './lifecycle.ts';
export { createLogger, type Logger } from './logger.ts';
export {
  checkRedis,
  createBackgroundRedis,
  createRequestRedis,
  isRedisUnavailable,
  logUnlessAway,
  reportConnection,
  type CommandObserver,
} from './redis.ts';
export { connectRedis, RedisConnections } from './redis-connections.ts';
export { waitForRedis } from './redis-wait.ts';
export { createRegistry } from './telemetry/default-metrics.ts';
export { consuming, producing, type Message, type Received } from './telemetry/messages.ts';
export { redisOperations } from './telemetry/redis-operations.ts';
export {
  publishRegistry,
  REGISTRY_TTL_SECONDS,
  registryIndexKey,
  registryKey,
} from './telemetry/registry-publisher.ts';
export { SharedCounters } from './telemetry/shared-counters.ts';
export { linkTo, withSpan } from './telemetry/spans.ts';
