/** Messages of ioredis, Node's sockets and BullMQ about connections; most have no class or code of their own. */
const CONNECTION_MESSAGES = [
  /^Connection is closed/,
  // The rest of a pipeline or transaction after a partial response.
  /^Command aborted due to connection close/,
  /^Stream isn't writeable/,
  /^Command timed out/,
  /^Socket timeout\b/,
  /^Socket closed unexpectedly/,
  /^Reached the max retries per request/,
  /^Command queue state error/,
  /^BullMQ: cluster reconnect timed out/,
  /^All sentinels are unreachable/,
  /^No Sentinel knows a primary/,
  /^(Failed to refresh slots cache|None of startup nodes is available|Cluster isn't ready|Cluster is ended)/,
  /^(Too many Cluster redirections|No subscriber for the cluster|Node is disconnected)/,
  // ioredis, if no node of a Cluster says in time which slots it serves.
  /^timeout$/,
  /^(connect|read|write|getaddrinfo) E[A-Z_]+/,
];

const SYSTEM_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
]);

/** The server denies access. This can be temporary, while a new password is rolled out. */
const ACCESS = 'NOAUTH|WRONGPASS|NOPERM';

/**
 * First word of the error reply of a server that cannot serve now: starting, failing over, memory or disk full, too few
 * replicas, running a script, scripts flushed. EXECABORT rejects a transaction because one of its commands was rejected.
 */
const SERVER =
  'LOADING|READONLY|MASTERDOWN|MISCONF|OOM|CLUSTERDOWN|TRYAGAIN|MOVED|ASK|NOREPLICAS|BUSY|UNKILLABLE|UNBLOCKED|' +
  'NOSCRIPT|EXECABORT';

// Before Redis 7, the error of a script contained the error of the command: `ERR …: -READONLY …`.
const REPLIES = new RegExp(`^(?:ERR .*[:\\s]-)?(?:${SERVER}|${ACCESS})\\b`);
const ACCESS_REPLY = new RegExp(
  `^(?:ERR .*[:\\s]-)?(?:${ACCESS})\\b|invalid password|Last error: (?:${ACCESS})\\b`,
);
/**
 * A key of the command has another type, or its counter is no number: another user of the same Redis has written it. Only
 * in a script, because an argument of ours that is no number causes the last message, too.
 */
const WRONG_DATA =
  /^(?:ERR .*[:\s-])?WRONGTYPE\b|^ERR (?:.*: ERR )?hash value is not an integer|^ERR value is not an integer.* script: /;
const OTHER_REPLIES = [
  // The user may run the script, but not one of its commands; Redis 7.0, then 7.2.
  /^ERR The user executing the script can't run this command/,
  /^(ERR )?ACL failure in script/,
  /^ERR max number of clients/,
  // The primary has been demoted since the write.
  /^ERR WAIT cannot be used with replica instances/,
  /^ERR invalid password/,
  /^ERR (Error running script.*)?Script killed by user/i,
];

/**
 * Whether an error means that Redis is unavailable; nothing else decides this. Also inspects nested errors: the cause,
 * the attempts for each address of a name, the commands of a transaction.
 */
export function isRedisUnavailable(error: unknown): boolean {
  if (!Error.isError(error)) return false;
  const { message, code } = error as NodeJS.ErrnoException;
  return (
    (code !== undefined && SYSTEM_CODES.has(code)) ||
    REPLIES.test(message) ||
    WRONG_DATA.test(message) ||
    [...CONNECTION_MESSAGES, ...OTHER_REPLIES].some((pattern) => pattern.test(message)) ||
    partsOf(error).some(isRedisUnavailable)
  );
}

/** Whether the server denied access: at startup, waiting would not help. */
export function isAccessDenied(error: unknown): boolean {
  return Error.isError(error) && (ACCESS_REPLY.test(error.message) || partsOf(error).some(isAccessDenied));
}

/** Whether data in Redis cause the error: until someone removes them. A restart of the process would not help. */
export function isWrongData(error: unknown): boolean {
  return Error.isError(error) && (WRONG_DATA.test(error.message) || partsOf(error).some(isWrongData));
}

/** Whether a loop can go on only once Redis is available. Otherwise data cause the error, and a restart would not help. */
export function isOutage(error: unknown): boolean {
  return isRedisUnavailable(error) && !isWrongData(error);
}

interface Composite {
  readonly cause?: unknown;
  /** AggregateError: Node throws one when all addresses of a name fail. */
  readonly errors?: unknown;
  /** ioredis: the errors of the commands of a transaction. */
  readonly previousErrors?: unknown;
  /** ioredis: the error of the last cluster node. */
  readonly lastNodeError?: unknown;
}

function partsOf(error: Composite): unknown[] {
  const lists = [error.errors, error.previousErrors].flatMap((list): unknown[] =>
    Array.isArray(list) ? list : [],
  );
  return [error.cause, error.lastNodeError, ...lists].filter((part) => part !== undefined);
}

/** An error handler for BullMQ's objects. Outages are skipped, because the connection logs them. */
export function queueErrorLogger(log: {
  error: (fields: object, message: string) => void;
}): (error: Error) => void {
  return (error) => {
    if (!isRedisUnavailable(error)) log.error({ err: error }, 'queue error');
  };
}
