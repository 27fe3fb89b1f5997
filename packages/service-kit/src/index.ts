export { commonConfig, type CommonConfig } from './common-config.ts';
export {
  ConfigError,
  describeConfig,
  field,
  parseConfig,
  crossFieldRule,
  withVariables,
  type VariableDoc,
} from './config.ts';
export { clockedBackend } from './clocked-backend.ts';
export { COUNT_ENDS, countingBackend } from './counting-backend.ts';
export { withoutSecrets } from './error-fields.ts';
export { Readiness, type Check, type Report } from './health.ts';
export { accessLog, type FinishedRequest } from './http/access-log.ts';
export { askToReconnect, isEventSource, openEventStream } from './http/event-stream.ts';
export { healthRoutes, type Health } from './http/health-routes.ts';
export { methodNotAllowed } from './http/method-not-allowed.ts';
export { HttpError, problemHandler, sendProblem, type ErrorDetails } from './http/problem.ts';
export { contextOf, requestContext, setPrincipal, type RequestContext } from './http/request-context.ts';
export { cannotListen, listen, listenOptions, type HttpServer, type ListenOptions } from './http/server.ts';
export { truncate } from './http/truncate.ts';
export { validate } from './http/validate.ts';
export type { Lifecycle } from './lifecycle.ts';
export { Liveness, type Loop } from './liveness.ts';
export { createLogger, type Logger } from './logger.ts';
export { QueueWorker } from './queue-worker.ts';
export { isTime, readJob } from './read-job.ts';
export { RedisClock, redisTime } from './redis-clock.ts';
export { ServiceRedis } from './redis.ts';
export { checkRedis } from './redis-check.ts';
export { credentials, withCredentials } from './redis-credentials.ts';
export { connectRedis, RedisConnections, type ServiceConnection } from './redis-connections.ts';
export { accessOf, accessVariables } from './redis-access.ts';
export {
  queueRedis,
  storeRedis,
  type RedisKeyspace,
  type RedisServer,
  type RedisSettings,
} from './redis-keyspace.ts';
export type { CommandObserver } from './redis-rules.ts';
export { reportConnection } from './redis-report.ts';
export {
  isAccessDenied,
  isOutage,
  isRedisUnavailable,
  isWrongData,
  queueErrorLogger,
} from './redis-unavailable.ts';
export { waitForRedis } from './redis-wait.ts';
export { isErrorReply, RejectionLog } from './rejection-log.ts';
export { retryWhileUnavailable } from './retry-while-unavailable.ts';
export { runService } from './run-service.ts';
export { taskLogFields } from './task-log-fields.ts';
export { workerBackend } from './worker-backend.ts';
export { withClientSpan } from './telemetry/client-span.ts';
export { createRegistry } from './telemetry/default-metrics.ts';
export { withConsumerSpan, withProducerSpan, type Message, type Received } from './telemetry/messages.ts';
export { redisOperations } from './telemetry/redis-operations.ts';
export {
  publishPeriodically,
  publishRegistry,
  readPublications,
  type PublishOptions,
  REGISTRY_TTL_SECONDS,
  registryIndexKey,
  registryKey,
} from './telemetry/registry-publisher.ts';
export { SharedCounters } from './telemetry/shared-counters.ts';
export { linkTo, withSpan } from './telemetry/spans.ts';
export { NAMESPACE } from './namespace.ts';
export { VERSION } from './version.ts';
export { readJson } from './read-json.ts';
export { readWorkerReports } from './worker-reports.ts';
export { validationMessages } from './validation-messages.ts';
